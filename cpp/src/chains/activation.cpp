#include <rhochain/chains/activation.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace rhochain {

struct activation_entry {
    std::string_view name;
    double parameter;  // default; NaN if it takes none
    double gain;
    bool attained;
    bool parameter_counts;  // the gain is max(1, |p|)
    double lowest;          // range of outputs; NaN: begins at -p
    double highest;
    double (*slope)(double x, double p);
    double (*slope_of_output)(double y, double p);  // null: the slope is no function of the output
};

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double minus_p = none;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double half_pi = 1.5707963267948966;
constexpr double selu_scale = 1.0507009873554804934193;
constexpr double selu_bottom = 1.7580993408473768600;  // scale alpha
constexpr double lecun_height = 1.7159;
constexpr double lecun_steepness = 2.0 / 3.0;

double logistic(double x) {
    const double e = std::exp(-std::abs(x));
    return x >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
}

// 1 - tanh(x)^2 without cancellation.
double squared_sech(double x) {
    const double e = std::exp(-2.0 * std::abs(x));
    return 4.0 * e / ((1.0 + e) * (1.0 + e));
}

double squared(double x) { return x * x; }

double gelu_slope(double x) {
    constexpr double sqrt_half = 0.70710678118654752440;
    constexpr double density_at_0 = 0.39894228040143267794;
    return 0.5 * std::erfc(-x * sqrt_half) + x * density_at_0 * std::exp(-0.5 * x * x);
}

double gelu_tanh_slope(double x) {
    constexpr double saturated = 20.0;
    if (std::abs(x) > saturated) return x > 0.0 ? 1.0 : 0.0;
    constexpr double sqrt_two_over_pi = 0.79788456080286535588;
    constexpr double cubic = 0.044715;
    const double u = sqrt_two_over_pi * (x + cubic * x * x * x);
    const double du = sqrt_two_over_pi * (1.0 + 3.0 * cubic * x * x);
    return logistic(2.0 * u) + 0.5 * x * squared_sech(u) * du;
}

// tanh(ln(1 + e^x)) = m / (m + 2) with m = e^x (e^x + 2).
double mish_slope(double x) {
    constexpr double saturated = 40.0;
    if (x > saturated) return 1.0;
    const double e = std::exp(x);
    const double m = e * (e + 2.0);
    return m / (m + 2.0) + x * logistic(x) * 4.0 * (m + 1.0) / squared(m + 2.0);
}

// Gains that no double holds are rounded up.
// clang-format off
constexpr std::array table{
    activation_entry{"identity", none, 1.0, true, false, -infinity, infinity,
        [](double, double) { return 1.0; },
        [](double, double) { return 1.0; }},
    activation_entry{"tanh", none, 1.0, true, false, -1.0, 1.0,
        [](double x, double) { return squared_sech(x); },
        [](double y, double) { return (1.0 - y) * (1.0 + y); }},
    activation_entry{"relu", none, 1.0, true, false, 0.0, infinity,
        [](double x, double) { return x > 0.0 ? 1.0 : 0.0; },
        [](double y, double) { return y > 0.0 ? 1.0 : 0.0; }},
    activation_entry{"hardtanh", none, 1.0, true, false, -1.0, 1.0,
        [](double x, double) { return std::abs(x) < 1.0 ? 1.0 : 0.0; },
        [](double y, double) { return std::abs(y) < 1.0 ? 1.0 : 0.0; }},
    activation_entry{"softsign", none, 1.0, true, false, -1.0, 1.0,
        [](double x, double) { return 1.0 / squared(1.0 + std::abs(x)); },
        [](double y, double) { return squared(1.0 - std::abs(y)); }},
    activation_entry{"arctan", none, 1.0, true, false, -half_pi, half_pi,
        [](double x, double) { return 1.0 / (1.0 + x * x); },
        [](double y, double) { return squared(std::cos(y)); }},
    activation_entry{"sin", none, 1.0, true, false, -1.0, 1.0,
        [](double x, double) { return std::cos(x); },
        nullptr},
    activation_entry{"celu", 1.0, 1.0, true, false, minus_p, infinity,
        [](double x, double p) { return x > 0.0 ? 1.0 : std::exp(x / p); },
        [](double y, double p) { return y > 0.0 ? 1.0 : 1.0 + y / p; }},
    activation_entry{"softplus", none, 1.0, false, false, 0.0, infinity,
        [](double x, double) { return logistic(x); },
        [](double y, double) { return -std::expm1(-y); }},
    activation_entry{"logsigmoid", none, 1.0, false, false, -infinity, 0.0,
        [](double x, double) { return logistic(-x); },
        [](double y, double) { return -std::expm1(y); }},
    activation_entry{"tanhshrink", none, 1.0, false, false, -infinity, infinity,
        [](double x, double) { return squared(std::tanh(x)); },
        nullptr},
    activation_entry{"sigmoid", none, 0.25, true, false, 0.0, 1.0,
        [](double x, double) { return 0.25 * squared_sech(0.5 * x); },
        [](double y, double) { return y * (1.0 - y); }},
    activation_entry{"hardsigmoid", none, 0x1.5555555555556p-3, true, false, 0.0, 1.0,
        [](double x, double) { return std::abs(x) < 3.0 ? 1.0 / 6.0 : 0.0; },
        [](double y, double) { return y > 0.0 && y < 1.0 ? 1.0 / 6.0 : 0.0; }},
    activation_entry{"leaky_relu", 0.01, 1.0, true, true, -infinity, infinity,
        [](double x, double p) { return x > 0.0 ? 1.0 : p; },
        [](double y, double p) { return y > 0.0 ? 1.0 : p; }},
    activation_entry{"elu", 1.0, 1.0, true, true, minus_p, infinity,
        [](double x, double p) { return x > 0.0 ? 1.0 : p * std::exp(x); },
        [](double y, double p) { return y > 0.0 ? 1.0 : y + p; }},
    activation_entry{"selu", none, 0x1.c212cc640f032p+0, true, false, -selu_bottom, infinity,
        [](double x, double) { return x > 0.0 ? selu_scale : selu_bottom * std::exp(x); },
        [](double y, double) { return y > 0.0 ? selu_scale : y + selu_bottom; }},
    activation_entry{"erf", none, 0x1.20dd750429b6ep+0, true, false, -1.0, 1.0,
        [](double x, double) { return 1.1283791670955125739 * std::exp(-x * x); },
        nullptr},
    activation_entry{"lecun_tanh", none, 0x1.24d8d09f788f2p+0, true, false, -lecun_height, lecun_height,
        [](double x, double) { return lecun_height * lecun_steepness * squared_sech(lecun_steepness * x); },
        [](double y, double) { return lecun_steepness * (lecun_height - y) * (lecun_height + y) / lecun_height; }},
    activation_entry{"gaussian", none, 0x1.b72cd3f331399p-1, true, false, 0.0, 1.0,
        [](double x, double) { return -2.0 * (x * std::exp(-x * x)); },
        nullptr},
    activation_entry{"gelu", none, 0x1.20ffdcafe39a8p+0, true, false, -1.0, infinity,
        [](double x, double) { return gelu_slope(x); },
        nullptr},
    activation_entry{"gelu_tanh", none, 0x1.2105b0934cd3ep+0, true, false, -1.0, infinity,
        [](double x, double) { return gelu_tanh_slope(x); },
        nullptr},
    activation_entry{"silu", none, 0x1.198f11d6cef09p+0, true, false, -1.0, infinity,
        [](double x, double) { return logistic(x) * (1.0 + x * logistic(-x)); },
        nullptr},
    activation_entry{"mish", none, 0x1.16a7d0c455120p+0, true, false, -1.0, infinity,
        [](double x, double) { return mish_slope(x); },
        nullptr},
    activation_entry{"hardswish", none, 1.5, true, false, -1.0, infinity,
        [](double x, double) { return x < -3.0 ? 0.0 : x <= 3.0 ? x / 3.0 + 0.5 : 1.0; },
        nullptr},
};
// clang-format on

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
    for (const activation_entry& e : table)
        if (e.name == name) return e;
    if (std::find(unbounded.begin(), unbounded.end(), name) != unbounded.end())
        throw std::invalid_argument("activation: got " + std::string(name) +
                                    ", whose slope has no upper bound: it has no gain and certifies nothing");
    std::string known;
    for (const activation_entry& e : table) known += (known.empty() ? "" : ", ") + std::string(e.name);
    throw std::invalid_argument("activation: got \"" + std::string(name) + "\", expected one of " + known);
}

[[noreturn]] void reject_parameter(std::string_view name, double p, const char* expected) {
    throw std::invalid_argument("parameter: got " + std::to_string(p) + " for " + std::string(name) + ", expected " +
                                expected);
}

[[noreturn]] void reject_entry(const char* what, double value, std::size_t i, const std::string& expected) {
    throw std::invalid_argument(std::string(what) + ": got " + std::to_string(value) + " at position " +
                                std::to_string(i) + ", expected " + expected);
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
bool activation::attained() const { return entry_->attained; }
double activation::lowest_output() const { return std::isnan(entry_->lowest) ? -parameter_ : entry_->lowest; }
// Rounding does not lift a slope above the gain.
double activation::bounded(double slope) const { return std::clamp(slope, -gain(), gain()); }
double activation::slope(double x) const { return bounded(entry_->slope(x, parameter_)); }

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

void slopes_of_inputs(const activation& f, std::span<const double> x, std::span<double> s) {
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (!std::isfinite(x[i])) reject_entry("states", x[i], i, "a finite number");
        s[i] = f.slope(x[i]);
    }
}

void slopes_of_outputs(const activation& f, std::span<const double> y, std::span<double> s, double tolerance) {
    require_slope_follows_from_output(f);
    for (std::size_t i = 0; i < y.size(); ++i) {
        if (!std::isfinite(y[i])) reject_entry("states", y[i], i, "a finite number");
        if (f.distance_from_range(y[i]) > tolerance)
            reject_entry("states", y[i], i, "an output of " + std::string(f.name()));
        s[i] = f.slope_of_output(y[i]);
    }
}

void require_slope_follows_from_output(const activation& f) {
    if (!f.slope_follows_from_output())
        throw std::invalid_argument("activation: got " + std::string(f.name()) +
                                    ", whose slope cannot be told from its output; expected pre-activation states "
                                    "or the slopes themselves");
}

std::vector<activation> all_activations() {
    std::vector<activation> all;
    for (const activation_entry& e : table) all.emplace_back(e.name);
    return all;
}

}  // namespace rhochain
