#include "chains/measures/chain_rounding.hpp"
#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/solvers/error_probes.hpp"
#include "kernels/vectors/block_columns.hpp"
#include "kernels/vectors/random.hpp"
#include "kernels/vectors/random_streams.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace rhochain {
namespace {

constexpr auto probes = static_cast<std::int64_t>(probe_count);

// Roundings in an entry of one step, forward or backward.
std::int64_t step_terms(const factor_reader& P) {
    return std::max(P.roundings(direction::forward), P.roundings(direction::backward));
}

// t with t (1 + ln(1/t)) <= q, for q < 1.
double product_quantile(double q) {
    double t = q;
    for (int i = 0; i < 100; ++i) t = q / (1.0 - std::log(t));
    return t * (1.0 - 0x1p-30);
}

// x and h of all probes after some steps, as error_probes.hpp lays them out, up to a power of two for each probe.
class sampled_error {
public:
    sampled_error(factor_reader& P, std::uint64_t seed)
        : P_(P),
          S_(P.domain()),
          seed_(seed),
          g_(rounding_gamma(step_terms(P))),
          both_(S_, 2 * probes),
          next_(S_, 2 * probes),
          magnitude_(S_, probes),
          local_(S_, probes),
          kick_(S_, probes) {
        draw(0);
        start_probes(kick_, both_, S_);
    }

    // By the step that P has selected. False if a number left the float64 range.
    bool advance(std::uint64_t step_number) {
        std::array<double, 2 * probe_count> squares{};
        const per_probe<double> before = write_probe_magnitudes(both_, g_, magnitude_, S_);
        const std::int64_t exponent = P_.apply(direction::forward, both_, next_, squares);
        P_.apply_magnitudes(direction::forward, false, magnitude_, local_, std::span(squares).first(probe_count));
        std::swap(both_, next_);
        draw(step_number + 1);
        return add_local_errors(exponent, before);
    }

    // ln of the longest h.
    [[nodiscard]] double log_longest() const {
        double longest = -std::numeric_limits<double>::infinity();
        vector_block h(S_);
        for (std::size_t c = 0; c < probe_count; ++c) {
            copy_column(both_, probes + static_cast<std::int64_t>(c), h, S_);
            longest =
                std::max(longest, std::log(norm2(h, S_)) + static_cast<double>(exponents_[c]) * std::numbers::ln2);
        }
        return longest;
    }

private:
    void draw(std::uint64_t number) { fill_gaussian(kick_, seed_, streams::chain_rounding(number), S_); }

    // h += local o xi. A product below 2^-1010 of the vector before the step, or after it, may have underflowed in a
    // chain: it counts as an error of g 2^-950. Then x and h go back to a largest entry near 1, by a power of two that
    // they share.
    bool add_local_errors(std::int64_t step_exponent, const per_probe<double>& before) {
        constexpr double lost = 0x1p-950;
        constexpr int slack = 64;
        per_probe<double> least = largest_in_step(both_, local_, S_);
        for (std::size_t c = 0; c < probe_count; ++c) least[c] = lost * std::max(least[c], before[c]);
        const per_probe<double> total = add_kicks(local_, least, kick_, both_, S_);
        per_probe<int> shift{};
        bool any = false;
        for (std::size_t c = 0; c < probe_count; ++c) {
            if (!std::isfinite(total[c])) return false;
            const int e = binary_exponent(total[c]);
            exponents_[c] += step_exponent;
            if (std::abs(e) <= slack) continue;
            exponents_[c] += e;
            shift[c] = -e;
            any = true;
        }
        if (any) scale_probes(shift, both_, S_);
        return true;
    }

    factor_reader& P_;
    space S_;
    std::uint64_t seed_;
    double g_;
    vector_block both_, next_, magnitude_, local_, kick_;
    per_probe<std::int64_t> exponents_{};
};

}  // namespace

double proved_log_rounding(const factor_reader& P, double log_bound) {
    return std::log(rounding_gamma(P.steps() * step_terms(P))) + log_bound + 0x1p-40;
}

std::optional<sampled_rounding> sample_rounding(factor_reader& P, std::uint64_t seed, double delta,
                                                const std::function<bool(std::int64_t b)>& after_product) {
    if (!P.bounded()) return std::nullopt;
    bool lossless = true;
    sampled_error sample(P, seed);
    for (std::int64_t k = 0; k < P.steps(); ++k) {
        lossless = P.select(k).lossless && lossless;
        if (!sample.advance(static_cast<std::uint64_t>(k))) return std::nullopt;
        if (after_product(3 * probes)) return std::nullopt;
    }
    const double terms =
        static_cast<double>(P.size()) * static_cast<double>(P.steps()) * static_cast<double>(P.row_terms());
    const double t = product_quantile(std::pow(delta, 1.0 / static_cast<double>(probes)));
    const double log_phi = std::log(rounding_gamma(step_terms(P))) + 0.5 * std::log(terms) + 1.0 - std::log(t) +
                           sample.log_longest() + 0x1p-30;
    return sampled_rounding{log_phi, lossless};
}

}  // namespace rhochain
