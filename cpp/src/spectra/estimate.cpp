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

void tighten_lower(Bracket& b, const Bound& candidate) {
    if (candidate.value > b.lower.value || (candidate.value == b.lower.value && candidate.grade > b.lower.grade))
        b.lower = candidate;
}

void tighten_upper(Bracket& b, const Bound& candidate) {
    if (candidate.value < b.upper.value || (candidate.value == b.upper.value && candidate.grade > b.upper.grade))
        b.upper = candidate;
}

void clamp_value(Bracket& b) {
    // A proved bound outranks an estimated one.
    if (b.lower.value > b.upper.value) {
        if (b.lower.grade <= b.upper.grade)
            b.lower.value = b.upper.value;
        else
            b.upper.value = b.lower.value;
    }
    b.value = std::clamp(b.value, b.lower.value, b.upper.value);
}

double relative_width(const Bracket& b) {
    const double width = b.upper.value - b.lower.value;
    return width == 0.0 ? 0.0 : width / b.value;
}

void rescale_bracket(Bracket& b, int exponent) {
    if (exponent == 0) return;
    const auto rescale = [exponent](double& x) { x = std::ldexp(x, exponent); };
    for (double* x : {&b.value, &b.lower.value, &b.upper.value, &b.residual, &b.runner_up}) rescale(*x);
    for (Progress& p : b.history)
        for (double* x : {&p.lower, &p.value, &p.upper}) rescale(*x);
}

}  // namespace rhochain
