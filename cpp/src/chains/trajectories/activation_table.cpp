#include "chains/trajectories/activation_table.hpp"
#include <rhochain/storage/infinity.hpp>

#include "kernels/exponential.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace rhochain {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double minus_p = none;
constexpr double half_pi = 1.5707963267948966;
constexpr double selu_scale = 1.0507009873554804934193;
constexpr double selu_bottom = 1.7580993408473768600;  // scale alpha
constexpr double lecun_height = 1.7159;
constexpr double lecun_steepness = 2.0 / 3.0;

double logistic(double x) {
    const double e = std::exp(-std::abs(x));
    return (x >= 0.0 ? 1.0 : e) / (1.0 + e);
}

// 1 - tanh(x)^2 without cancellation.
double squared_sech(double x) {
    const double e = std::exp(-2.0 * std::abs(x));
    return 4.0 * e / ((1.0 + e) * (1.0 + e));
}

// ln(1 + e^x)
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

double squared(double x) { return x * x; }

double normal_cdf(double x) {
    constexpr double sqrt_half = 0.70710678118654752440;
    return 0.5 * std::erfc(-x * sqrt_half);
}

double gelu_slope(double x) {
    constexpr double density_at_0 = 0.39894228040143267794;
    return normal_cdf(x) + x * density_at_0 * std::exp(-0.5 * x * x);
}

constexpr double sqrt_two_over_pi = 0.79788456080286535588;
constexpr double cubic = 0.044715;
constexpr double gelu_saturated = 20.0;

double gelu_tanh(double x) {
    if (std::abs(x) > gelu_saturated) return std::max(x, 0.0);
    return x * logistic(2.0 * sqrt_two_over_pi * (x + cubic * x * x * x));
}

double gelu_tanh_slope(double x) {
    if (std::abs(x) > gelu_saturated) return x > 0.0 ? 1.0 : 0.0;
    const double u = sqrt_two_over_pi * (x + cubic * x * x * x);
    const double du = sqrt_two_over_pi * (1.0 + 3.0 * cubic * x * x);
    return logistic(2.0 * u) + 0.5 * x * squared_sech(u) * du;
}

constexpr double mish_saturated = 40.0;

// tanh(ln(1 + e^x)) = m / (m + 2) with m = e^x (e^x + 2).
double mish(double x) {
    if (x > mish_saturated) return x;
    const double e = std::exp(x);
    const double m = e * (e + 2.0);
    return x * (m / (m + 2.0));
}

double mish_slope(double x) {
    if (x > mish_saturated) return 1.0;
    const double e = std::exp(x);
    const double m = e * (e + 2.0);
    return m / (m + 2.0) + x * logistic(x) * 4.0 * (m + 1.0) / squared(m + 2.0);
}

constexpr std::size_t sweep_chunk = 512;

// Calls combine(x_i, e^z_i, e^z_i - 1, y_i, s_i) with z_i = -rate |x_i|.
template <class Combine>
void sweep_exponentials(double rate, const double* x, double* y, double* s, std::size_t n, const Combine& combine) {
    std::array<double, sweep_chunk> z;
    std::array<double, sweep_chunk> e;
    std::array<double, sweep_chunk> m;
    for (std::size_t begin = 0; begin < n; begin += sweep_chunk) {
        const std::size_t count = std::min(sweep_chunk, n - begin);
        const double* part = x + begin;
        for (std::size_t i = 0; i < count; ++i) z[i] = -rate * std::abs(part[i]);
        exponentials({z.data(), count}, e, m);
        for (std::size_t i = 0; i < count; ++i) combine(part[i], e[i], m[i], y[begin + i], s[begin + i]);
    }
}

// height tanh(steepness x)
void sweep_tanh(double height, double steepness, const double* x, double* y, double* s, std::size_t n) {
    sweep_exponentials(2.0 * steepness, x, y, s, n, [=](double at, double e, double m, double& value, double& slope) {
        value = height * std::copysign(m / (2.0 + m), at);
        slope = height * steepness * (4.0 * e / ((1.0 + e) * (1.0 + e)));
    });
}

void sweep_logistic(const double* x, double* y, double* s, std::size_t n) {
    sweep_exponentials(1.0, x, y, s, n, [](double at, double e, double, double& value, double& slope) {
        value = (at >= 0.0 ? 1.0 : e) / (1.0 + e);
        slope = e / ((1.0 + e) * (1.0 + e));
    });
}

template <class Value, class Slope>
constexpr activation_entry entry(std::string_view name, double parameter, double gain, double least_slope,
                                 bool attained, bool parameter_counts, double lowest, double highest, Value, Slope,
                                 activation_entry::function slope_of_output) {
    const auto sweep = [](const double* x, double* y, double* s, std::size_t n, double p) {
        for (std::size_t i = 0; i < n; ++i) {
            y[i] = Value{}(x[i], p);
            s[i] = Slope{}(x[i], p);
        }
    };
    return {name, parameter, gain, least_slope, attained, parameter_counts, lowest, highest, slope_of_output, sweep};
}

// Gains that no double holds are rounded up, least slopes down.
// clang-format off
constexpr std::array table{
    entry("identity", none, 1.0, 1.0, true, false, -infinity, infinity,
        [](double x, double) { return x; },
        [](double, double) { return 1.0; },
        [](double, double) { return 1.0; }),
    activation_entry{"tanh", none, 1.0, 0.0, true, false, -1.0, 1.0,
        [](double y, double) { return (1.0 - y) * (1.0 + y); },
        [](const double* x, double* y, double* s, std::size_t n, double) { sweep_tanh(1.0, 1.0, x, y, s, n); }},
    entry("relu", none, 1.0, 0.0, true, false, 0.0, infinity,
        [](double x, double) { return x > 0.0 ? x : 0.0; },
        [](double x, double) { return x > 0.0 ? 1.0 : 0.0; },
        [](double y, double) { return y > 0.0 ? 1.0 : 0.0; }),
    entry("hardtanh", none, 1.0, 0.0, true, false, -1.0, 1.0,
        [](double x, double) { return std::clamp(x, -1.0, 1.0); },
        [](double x, double) { return std::abs(x) < 1.0 ? 1.0 : 0.0; },
        [](double y, double) { return std::abs(y) < 1.0 ? 1.0 : 0.0; }),
    entry("softsign", none, 1.0, 0.0, true, false, -1.0, 1.0,
        [](double x, double) { return x / (1.0 + std::abs(x)); },
        [](double x, double) { return 1.0 / squared(1.0 + std::abs(x)); },
        [](double y, double) { return squared(1.0 - std::abs(y)); }),
    entry("arctan", none, 1.0, 0.0, true, false, -half_pi, half_pi,
        [](double x, double) { return std::atan(x); },
        [](double x, double) { return 1.0 / (1.0 + x * x); },
        [](double y, double) { return squared(std::cos(y)); }),
    entry("sin", none, 1.0, -1.0, true, false, -1.0, 1.0,
        [](double x, double) { return std::sin(x); },
        [](double x, double) { return std::cos(x); },
        nullptr),
    entry("celu", 1.0, 1.0, 0.0, true, false, minus_p, infinity,
        [](double x, double p) { return x > 0.0 ? x : p * std::expm1(x / p); },
        [](double x, double p) { return x > 0.0 ? 1.0 : std::exp(x / p); },
        [](double y, double p) { return y > 0.0 ? 1.0 : 1.0 + y / p; }),
    entry("softplus", none, 1.0, 0.0, false, false, 0.0, infinity,
        [](double x, double) { return softplus(x); },
        [](double x, double) { return logistic(x); },
        [](double y, double) { return -std::expm1(-y); }),
    entry("logsigmoid", none, 1.0, 0.0, false, false, -infinity, 0.0,
        [](double x, double) { return -softplus(-x); },
        [](double x, double) { return logistic(-x); },
        [](double y, double) { return -std::expm1(y); }),
    entry("tanhshrink", none, 1.0, 0.0, false, false, -infinity, infinity,
        [](double x, double) { return x - std::tanh(x); },
        [](double x, double) { return squared(std::tanh(x)); },
        nullptr),
    activation_entry{"sigmoid", none, 0.25, 0.0, true, false, 0.0, 1.0,
        [](double y, double) { return y * (1.0 - y); },
        [](const double* x, double* y, double* s, std::size_t n, double) { sweep_logistic(x, y, s, n); }},
    entry("hardsigmoid", none, 0x1.5555555555556p-3, 0.0, true, false, 0.0, 1.0,
        [](double x, double) { return std::clamp(x / 6.0 + 0.5, 0.0, 1.0); },
        [](double x, double) { return std::abs(x) < 3.0 ? 1.0 / 6.0 : 0.0; },
        [](double y, double) { return y > 0.0 && y < 1.0 ? 1.0 / 6.0 : 0.0; }),
    entry("leaky_relu", 0.01, 1.0, 1.0, true, true, -infinity, infinity,
        [](double x, double p) { return x > 0.0 ? x : p * x; },
        [](double x, double p) { return x > 0.0 ? 1.0 : p; },
        [](double y, double p) { return y > 0.0 ? 1.0 : p; }),
    entry("elu", 1.0, 1.0, 0.0, true, true, minus_p, infinity,
        [](double x, double p) { return x > 0.0 ? x : p * std::expm1(x); },
        [](double x, double p) { return x > 0.0 ? 1.0 : p * std::exp(x); },
        [](double y, double p) { return y > 0.0 ? 1.0 : y + p; }),
    entry("selu", none, 0x1.c212cc640f032p+0, 0.0, true, false, -selu_bottom, infinity,
        [](double x, double) { return x > 0.0 ? selu_scale * x : selu_bottom * std::expm1(x); },
        [](double x, double) { return x > 0.0 ? selu_scale : selu_bottom * std::exp(x); },
        [](double y, double) { return y > 0.0 ? selu_scale : y + selu_bottom; }),
    entry("erf", none, 0x1.20dd750429b6ep+0, 0.0, true, false, -1.0, 1.0,
        [](double x, double) { return std::erf(x); },
        [](double x, double) { return 1.1283791670955125739 * std::exp(-x * x); },
        nullptr),
    activation_entry{"lecun_tanh", none, 0x1.24d8d09f788f2p+0, 0.0, true, false, -lecun_height, lecun_height,
        [](double y, double) { return lecun_steepness * (lecun_height - y) * (lecun_height + y) / lecun_height; },
        [](const double* x, double* y, double* s, std::size_t n, double) {
            sweep_tanh(lecun_height, lecun_steepness, x, y, s, n);
        }},
    entry("gaussian", none, 0x1.b72cd3f331399p-1, -0x1.b72cd3f331399p-1, true, false, 0.0, 1.0,
        [](double x, double) { return std::exp(-x * x); },
        [](double x, double) { return -2.0 * (x * std::exp(-x * x)); },
        nullptr),
    entry("gelu", none, 0x1.20ffdcafe39a8p+0, -0x1.07fee57f1cd40p-3, true, false, -1.0, infinity,
        [](double x, double) { return x * normal_cdf(x); },
        [](double x, double) { return gelu_slope(x); },
        nullptr),
    entry("gelu_tanh", none, 0x1.2105b0934cd3ep+0, -0x1.082d849a669f0p-3, true, false, -1.0, infinity,
        [](double x, double) { return gelu_tanh(x); },
        [](double x, double) { return gelu_tanh_slope(x); },
        nullptr),
    entry("silu", none, 0x1.198f11d6cef09p+0, -0x1.98f11d6cef090p-4, true, false, -1.0, infinity,
        [](double x, double) { return x * logistic(x); },
        [](double x, double) { return logistic(x) * (1.0 + x * logistic(-x)); },
        nullptr),
    entry("mish", none, 0x1.16a7d0c455120p+0, -0x1.cce830f9bc280p-4, true, false, -1.0, infinity,
        [](double x, double) { return mish(x); },
        [](double x, double) { return mish_slope(x); },
        nullptr),
    entry("hardswish", none, 1.5, -0.5, true, false, -1.0, infinity,
        [](double x, double) { return x * std::clamp(x / 6.0 + 0.5, 0.0, 1.0); },
        [](double x, double) { return x < -3.0 ? 0.0 : x <= 3.0 ? x / 3.0 + 0.5 : 1.0; },
        nullptr),
};
// clang-format on

}  // namespace

std::span<const activation_entry> activation_table() { return table; }

}  // namespace rhochain
