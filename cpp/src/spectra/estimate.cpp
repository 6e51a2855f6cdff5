#include <rhochain/spectra/estimate.hpp>

#include <algorithm>
#include <cmath>

namespace rhochain {

Bracket exact_bracket(double value, const std::string& source) {
    Bracket b;
    b.value = value;
    b.lower = b.upper = {value, Grade::proved, 0.0, source};
    b.status = Status::converged;
    b.residual = 0.0;
    return b;
}

namespace {

bool higher(const Bound& a, const Bound& b) { return a.value > b.value || (a.value == b.value && a.grade > b.grade); }
bool smaller(const Bound& a, const Bound& b) { return a.value < b.value || (a.value == b.value && a.grade > b.grade); }

// `better(a, b)`: whether a is the tighter bound. `behind` becomes the tightest graded one of the three.
template <class Better>
void keep_tighter(Bound& best, Bound& behind, const Bound& candidate, const Better& better) {
    for (const Bound* bound : {static_cast<const Bound*>(&best), &candidate})
        if (bound->grade != Grade::estimate && better(*bound, behind)) behind = *bound;
    if (better(candidate, best)) best = candidate;
}

}  // namespace

void tighten_lower(Bracket& b, const Bound& candidate) { keep_tighter(b.lower, b.lower_behind, candidate, higher); }

void tighten_upper(Bracket& b, const Bound& candidate) { keep_tighter(b.upper, b.upper_behind, candidate, smaller); }

const Bound& graded_lower(const Bracket& b) { return b.lower.grade != Grade::estimate ? b.lower : b.lower_behind; }

const Bound& graded_upper(const Bracket& b) { return b.upper.grade != Grade::estimate ? b.upper : b.upper_behind; }

void clamp_value(Bracket& b) {
    if (b.lower.value > b.upper.value && b.lower.grade < b.upper.grade) b.lower = graded_lower(b);
    if (b.lower.value > b.upper.value && b.upper.grade < b.lower.grade && std::isfinite(graded_upper(b).value))
        b.upper = graded_upper(b);
    if (b.lower.value > b.upper.value) {
        if (b.lower.grade <= b.upper.grade)
            b.lower.value = b.upper.value;
        else
            b.upper.value = b.lower.value;
    }
    const double value = std::clamp(b.value, b.lower.value, b.upper.value);
    // A bound that refutes the value leaves nothing that has converged.
    constexpr double rounding = 0x1p-20;
    if (b.status == Status::converged && std::abs(value - b.value) > rounding * std::abs(value))
        b.status = Status::bracketed;
    b.value = value;
}

double relative_width(const Bracket& b) {
    const double width = b.upper.value - b.lower.value;
    return width == 0.0 ? 0.0 : width / b.value;
}

void move_outwards(Bracket& b, double error) {
    // Twice the error: second order and the rounding of the product are far below the second half of it.
    for (double* lower : {&b.lower.value, &b.lower_behind.value}) *lower *= 1.0 - 2.0 * error;
    for (double* upper : {&b.upper.value, &b.upper_behind.value}) *upper *= 1.0 + 2.0 * error;
}

bool is_proved(const Bracket& b, double width) {
    return b.lower.grade == Grade::proved && b.upper.grade == Grade::proved && relative_width(b) <= width;
}

double shifted_up(double x, int exponent) {
    const double y = std::ldexp(x, exponent);
    return std::ldexp(y, -exponent) < x ? std::nextafter(y, Bracket::infinity) : y;
}

double shifted_down(double x, int exponent) {
    const double y = std::ldexp(x, exponent);
    return std::ldexp(y, -exponent) > x ? std::nextafter(y, -Bracket::infinity) : y;
}

scaled_eigenvalue scaled_up(std::complex<double> z, double error, int exponent) {
    const std::complex<double> scaled{std::ldexp(z.real(), exponent), std::ldexp(z.imag(), exponent)};
    const bool exact =
        std::ldexp(scaled.real(), -exponent) == z.real() && std::ldexp(scaled.imag(), -exponent) == z.imag();
    const double up = shifted_up(error, exponent);
    // Each part that leaves the normal range downwards loses at most 2^-1075.
    return {scaled, exact || std::isnan(z.real()) ? up : up + 0x1p-1074};
}

void rescale_bracket(Bracket& b, int exponent) {
    if (exponent == 0) return;
    constexpr double negligible = 0x1p-50;
    const double width = relative_width(b);
    const auto rescale = [exponent](double& lower, double& value, double& upper) {
        lower = shifted_down(lower, exponent);
        value = shifted_down(value, exponent);
        upper = shifted_up(upper, exponent);
    };
    rescale(b.lower.value, b.value, b.upper.value);
    b.lower_behind.value = shifted_down(b.lower_behind.value, exponent);
    b.upper_behind.value = shifted_up(b.upper_behind.value, exponent);
    b.runner_up = std::ldexp(b.runner_up, exponent);
    const scaled_eigenvalue scaled = scaled_up(b.eigenvalue, b.residual, exponent);
    b.eigenvalue = scaled.value;
    b.residual = scaled.error;
    for (Progress& p : b.history) rescale(p.lower, p.value, p.upper);
    if (b.status == Status::converged && !(relative_width(b) <= width + negligible)) b.status = Status::bracketed;
}

}  // namespace rhochain
