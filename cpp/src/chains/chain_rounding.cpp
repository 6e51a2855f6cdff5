#include <rhochain/chains/chain_rounding.hpp>
#include <rhochain/kernels/parallel.hpp>
#include <rhochain/kernels/random.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace rhochain {
namespace {

constexpr double ln2 = 0.693147180559945309417232121458;
constexpr std::int64_t probes = 4;
constexpr std::int64_t chunk_rows = 4096;

using per_probe = std::array<double, probes>;

// Roundings in an entry of one step, forward or backward.
std::int64_t step_terms(const chain_factors& P) {
    return std::max(P.roundings(direction::forward), P.roundings(direction::backward));
}

// t with t (1 + ln(1/t)) <= q, for q < 1.
double product_quantile(double q) {
    double t = q;
    for (int i = 0; i < 100; ++i) t = q / (1.0 - std::log(t));
    return t * (1.0 - 0x1p-30);
}

// Row i of a block holds x_i of all probes, then h_i of all probes.
class sampled_error {
public:
    sampled_error(chain_factors& P, std::uint64_t seed)
        : P_(P),
          n_(P.size()),
          seed_(seed),
          g_(rounding_gamma(step_terms(P))),
          both_(static_cast<std::size_t>(2 * probes * n_), 0.0),
          next_(both_.size()),
          magnitude_(static_cast<std::size_t>(probes * n_)),
          local_(magnitude_.size()),
          kick_(magnitude_.size()) {
        draw(0);
        for (std::size_t i = 0; i < static_cast<std::size_t>(n_); ++i)
            std::copy_n(kick_.data() + i * probes, probes, both_.data() + i * 2 * probes);
    }

    // By the step that P has selected. False if a number left the float64 range.
    bool advance(std::uint64_t step_number) {
        std::array<double, 2 * probes> squares{};
        const per_probe before = over_rows([this](std::size_t i, per_probe& largest) {
            const double* x = both_.data() + i * 2 * probes;
            for (std::size_t c = 0; c < probes; ++c) {
                magnitude_[i * probes + c] = std::abs(x[c]) + g_ * std::abs(x[c + probes]);
                raise(largest[c], x[c]);
            }
        });
        const std::int64_t exponent = P_.apply(direction::forward, block(both_, 2 * probes), out(next_, 2 * probes), squares);
        P_.apply_magnitudes(direction::forward, false, block(magnitude_, probes), out(local_, probes),
                            std::span(squares).first(probes));
        both_.swap(next_);
        draw(step_number + 1);
        return add_local_errors(exponent, before);
    }

    // ln of the longest h.
    [[nodiscard]] double log_longest() const {
        double longest = -std::numeric_limits<double>::infinity();
        std::vector<double> h(static_cast<std::size_t>(n_));
        for (std::size_t c = 0; c < probes; ++c) {
            for (std::size_t i = 0; i < h.size(); ++i) h[i] = both_[i * 2 * probes + probes + c];
            longest = std::max(longest, std::log(norm2(h, P_.threads())) + static_cast<double>(exponents_[c]) * ln2);
        }
        return longest;
    }

private:
    [[nodiscard]] const_block block(const std::vector<double>& v, std::int64_t b) const { return {v.data(), n_, b}; }
    [[nodiscard]] mutable_block out(std::vector<double>& v, std::int64_t b) const { return {v.data(), n_, b}; }

    void draw(std::uint64_t step_number) {
        // Stream 0 of the seed is the start of Golub-Kahan.
        fill_gaussian(kick_, seed_, 1 + step_number, P_.threads());
    }

    // Calls body(i, largest) for every row; returns the largest over all rows, NaN if there is one.
    template <class Body>
    per_probe over_rows(const Body& body) const {
        const std::int64_t chunks = (n_ + chunk_rows - 1) / chunk_rows;
        std::vector<per_probe> partial(static_cast<std::size_t>(chunks), per_probe{});
        parallel_for(P_.threads(), chunks, [&](std::int64_t k) {
            per_probe& largest = partial[static_cast<std::size_t>(k)];
            const std::int64_t end = std::min(n_, (k + 1) * chunk_rows);
            for (std::int64_t i = k * chunk_rows; i < end; ++i) body(static_cast<std::size_t>(i), largest);
        });
        per_probe all{};
        for (const per_probe& part : partial)
            for (std::size_t c = 0; c < probes; ++c)
                if (!(part[c] <= all[c])) all[c] = part[c];
        return all;
    }

    static void raise(double& largest, double x) {
        if (!(std::abs(x) <= largest)) largest = std::abs(x);
    }

    // h += local o xi. A product below 2^-1010 of the vector before the step, or after it, may have underflowed in a chain: it counts
    // as an error of g 2^-950. Then x and h go back to a largest entry near 1, by a power of two that they share.
    bool add_local_errors(std::int64_t step_exponent, const per_probe& before) {
        constexpr double lost = 0x1p-950;
        constexpr int slack = 64;
        per_probe size = over_rows([&](std::size_t i, per_probe& largest) {
            for (std::size_t c = 0; c < probes; ++c) raise(largest[c], both_[i * 2 * probes + c]);
            for (std::size_t c = 0; c < probes; ++c) raise(largest[c], local_[i * probes + c]);
        });
        for (std::size_t c = 0; c < probes; ++c) raise(size[c], before[c]);
        const per_probe total = over_rows([&](std::size_t i, per_probe& largest) {
            double* x = both_.data() + i * 2 * probes;
            for (std::size_t c = 0; c < probes; ++c) {
                const std::size_t at = i * probes + c;
                x[c + probes] += std::max(local_[at], lost * size[c]) * kick_[at];
                raise(largest[c], x[c]);
                raise(largest[c], x[c + probes]);
            }
        });
        std::array<int, 2 * probes> shift{};
        bool any = false;
        for (std::size_t c = 0; c < probes; ++c) {
            if (!std::isfinite(total[c])) return false;
            const int e = binary_exponent(total[c]);
            exponents_[c] += step_exponent;
            if (std::abs(e) <= slack) continue;
            exponents_[c] += e;
            shift[c] = shift[c + probes] = -e;
            any = true;
        }
        if (any)
            over_rows([&](std::size_t i, per_probe&) {
                for (std::size_t c = 0; c < 2 * probes; ++c)
                    both_[i * 2 * probes + c] = std::ldexp(both_[i * 2 * probes + c], shift[c]);
            });
        return true;
    }

    chain_factors& P_;
    std::int64_t n_;
    std::uint64_t seed_;
    double g_;
    std::vector<double> both_, next_, magnitude_, local_, kick_;
    std::array<std::int64_t, probes> exponents_{};
};

}  // namespace

double proved_log_rounding(const chain_factors& P, double log_bound) {
    return std::log(rounding_gamma(P.steps() * step_terms(P))) + log_bound + 0x1p-40;
}

std::optional<sampled_rounding> sample_rounding(chain_factors& P, std::uint64_t seed, double delta,
                                                const std::function<bool(std::int64_t b)>& after_product) {
    if (!P.weights().entrywise()) return std::nullopt;
    bool lossless = P.weights().lossless();
    sampled_error sample(P, seed);
    for (std::int64_t k = 0; k < P.steps(); ++k) {
        lossless = P.select(k).lossless && lossless;
        if (!sample.advance(static_cast<std::uint64_t>(k))) return std::nullopt;
        if (after_product(3 * probes)) return std::nullopt;
    }
    const double terms = static_cast<double>(P.size()) * static_cast<double>(P.steps()) *
                         static_cast<double>(P.row_terms());
    const double t = product_quantile(std::pow(delta, 1.0 / static_cast<double>(probes)));
    const double log_phi = std::log(rounding_gamma(step_terms(P))) + 0.5 * std::log(terms) + 1.0 - std::log(t) +
                           sample.log_longest() + 0x1p-30;
    return sampled_rounding{log_phi, lossless};
}

}  // namespace rhochain
