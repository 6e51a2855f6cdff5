#include "chains/trajectories/activation_table.hpp"

#include <rhochain/chains/trajectories/activation.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace rhochain {
namespace {

struct alias {
    std::string_view name;
    std::string_view meaning;
};
constexpr std::array aliases{alias{"linear", "identity"}, alias{"logistic", "sigmoid"}, alias{"atan", "arctan"},
                             alias{"swish", "silu"}};
constexpr std::array<std::string_view, 3> unbounded{"exp", "square", "relu_squared"};

const activation_entry& find(std::string_view name) {
    for (const alias& a : aliases)
        if (a.name == name) name = a.meaning;
    for (const activation_entry& e : activation_table())
        if (e.name == name) return e;
    if (std::find(unbounded.begin(), unbounded.end(), name) != unbounded.end())
        throw std::invalid_argument("activation: got " + std::string(name) +
                                    ", whose slope has no upper bound: it has no gain and certifies nothing");
    std::string known;
    for (const activation_entry& e : activation_table()) known += (known.empty() ? "" : ", ") + std::string(e.name);
    throw std::invalid_argument("activation: got \"" + std::string(name) + "\", expected one of " + known);
}

[[noreturn]] void reject_parameter(std::string_view name, double p, const char* expected) {
    throw std::invalid_argument("parameter: got " + std::to_string(p) + " for " + std::string(name) + ", expected " +
                                expected);
}

[[noreturn]] void reject_entry(double value, std::int64_t position, const std::string& expected) {
    throw std::invalid_argument("states: got " + std::to_string(value) + " at position " + std::to_string(position) +
                                ", expected " + expected);
}

}  // namespace

activation::activation(std::string_view name, std::optional<double> parameter)
    : entry_(&find(name)), parameter_(parameter.value_or(entry_->parameter)) {
    if (!parameter) return;
    if (std::isnan(entry_->parameter)) reject_parameter(entry_->name, *parameter, "none: it takes no parameter");
    if (!std::isfinite(*parameter)) reject_parameter(entry_->name, *parameter, "a finite number");
    if (entry_->name == "celu" && !(*parameter > 0.0)) reject_parameter(entry_->name, *parameter, "more than 0");
}

std::string_view activation::name() const { return entry_->name; }
double activation::gain() const {
    return entry_->parameter_counts ? std::max(entry_->gain, std::abs(parameter_)) : entry_->gain;
}
double activation::least_slope() const {
    return entry_->parameter_counts ? std::min(entry_->least_slope, parameter_) : entry_->least_slope;
}
double activation::largest_slope() const { return entry_->parameter_counts ? std::max(1.0, parameter_) : gain(); }
bool activation::attained() const { return entry_->attained; }
double activation::lowest_output() const { return std::isnan(entry_->lowest) ? -parameter_ : entry_->lowest; }
// Rounding does not lift a slope above the gain.
double activation::bounded(double slope) const { return std::clamp(slope, -gain(), gain()); }
double activation::slope(double x) const {
    double value = 0.0;
    double slope = 0.0;
    evaluate({&x, 1}, {&value, 1}, {&slope, 1});
    return slope;
}

bool activation::slope_follows_from_output() const {
    // Below a negative parameter leaky_relu and elu bend back: two inputs share an output.
    return entry_->slope_of_output != nullptr && !(parameter_ < 0.0);
}

double activation::slope_of_output(double y) const {
    const double inside = std::clamp(y, lowest_output(), entry_->highest);
    return bounded(entry_->slope_of_output(inside, parameter_));
}

double activation::distance_from_range(double y) const {
    return std::max({0.0, lowest_output() - y, y - entry_->highest});
}

void activation::evaluate(std::span<const double> x, std::span<double> y, std::span<double> s) const {
    entry_->values_and_slopes(x.data(), y.data(), s.data(), x.size(), parameter_);
    const double most = gain();
    for (double& slope : s.first(x.size())) slope = std::clamp(slope, -most, most);
}

void slopes_of_inputs(const activation& f, std::span<const double> x, std::span<double> s, std::int64_t first) {
    constexpr std::size_t chunk = 512;
    std::array<double, chunk> values;
    std::array<double, chunk> slopes;  // x and s may be one
    for (std::size_t begin = 0; begin < x.size(); begin += chunk) {
        const auto part = x.subspan(begin, std::min(chunk, x.size() - begin));
        for (std::size_t i = 0; i < part.size(); ++i)
            if (!std::isfinite(part[i]))
                reject_entry(part[i], first + static_cast<std::int64_t>(begin + i), "a finite number");
        f.evaluate(part, values, slopes);
        std::copy_n(slopes.begin(), part.size(), s.begin() + static_cast<std::ptrdiff_t>(begin));
    }
}

void slopes_of_outputs(const activation& f, std::span<const double> y, std::span<double> s, double tolerance,
                       std::int64_t first) {
    require_slope_follows_from_output(f);
    for (std::size_t i = 0; i < y.size(); ++i) {
        const std::int64_t position = first + static_cast<std::int64_t>(i);
        if (!std::isfinite(y[i])) reject_entry(y[i], position, "a finite number");
        if (f.distance_from_range(y[i]) > tolerance)
            reject_entry(y[i], position, "an output of " + std::string(f.name()));
        s[i] = f.slope_of_output(y[i]);
    }
}

void require_slope_follows_from_output(const activation& f) {
    if (!f.slope_follows_from_output())
        throw std::invalid_argument("activation: got " + std::string(f.name()) +
                                    ", whose slope does not follow from its output; expected pre-activation states "
                                    "or the slopes themselves");
}

std::vector<activation> all_activations() {
    std::vector<activation> all;
    for (const activation_entry& e : activation_table()) all.emplace_back(e.name);
    return all;
}

}  // namespace rhochain
