#include "spectra/growth/rotated_lanczos.hpp"

#include "kernels/small_dense.hpp"
#include "kernels/vectors/block_columns.hpp"
#include "kernels/vectors/random_streams.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rhochain {
namespace {

// The first steps after which the largest eigenvalue of T is that of all steps: a vector found twice has no certain
// weights.
std::size_t steps_until_settled(const lanczos_numbers& T) {
    constexpr double last_change = 0x1p-20;
    constexpr std::size_t stride = 4;
    const double all = ritz_ends(T).highest;
    for (std::size_t k = stride; k < T.a.size(); k += stride)
        if (all - ritz_ends({T.a.first(k), T.b}).highest <= last_change * std::abs(all)) return k;
    return T.a.size();
}

}  // namespace

rotated_lanczos::rotated_lanczos(const irreducible_block& block, std::span<const double> angles, std::uint64_t seed,
                                 std::uint64_t stream)
    : H_(block.map(), angles),
      x_(block.domain(), H_.columns()),
      y_(block.domain(), H_.columns()),
      a_(angles.size()),
      b_(angles.size()),
      inverse_(angles.size()),
      inverse_before_(angles.size(), 0.0),
      invariant_(angles.size(), false) {
    fill_columns(0.0, 0, y_, block.domain());
    block.draw(x_, seed, stream);
    const auto squares = pair_products(x_, x_, block.domain());
    for (std::size_t j = 0; j < squares.size(); ++j) inverse_[j] = 1.0 / std::sqrt(squares[j].real());
}

bool rotated_lanczos::invariant() const {
    return std::all_of(invariant_.begin(), invariant_.end(), [](bool is) { return is; });
}

void rotated_lanczos::step() {
    // Of ||H q||: a rest below it is rounding.
    constexpr double rounding = 0x1p-48;
    const space& S = H_.domain();
    const block_out X = x_, Y = y_;
    std::vector<rotated_map::weights> w;
    for (std::size_t j = 0; j < angles(); ++j)
        w.push_back({inverse_[j], 0.0, b_[j].empty() ? 0.0 : -b_[j].back() * inverse_before_[j]});
    const std::vector<pair_sums> image = H_.apply_with_sums(w, X, Y, Y);
    std::vector<double> minus_a;
    for (std::size_t j = 0; j < angles(); ++j) minus_a.push_back(-image[j].along * inverse_[j] * inverse_[j]);
    const std::vector<double> rests = add_pairs(minus_a, X, Y, S);
    for (std::size_t j = 0; j < angles(); ++j) {
        const double least = rounding * std::sqrt(image[j].square), b = std::sqrt(rests[j]);
        if (!invariant_[j]) {
            a_[j].push_back(image[j].along * inverse_[j]);
            b_[j].push_back(std::max(least, b));
        }
        invariant_[j] = invariant_[j] || !(b > least);
        inverse_before_[j] = inverse_[j];
        inverse_[j] = invariant_[j] ? 0.0 : 1.0 / b;
    }
    std::swap(x_, y_);
}

void rotated_lanczos::exchange(state_archive& s) {
    s(x_, H_.domain());
    s(y_, H_.domain());
    for (std::size_t j = 0; j < angles(); ++j) {
        s(a_[j]);
        s(b_[j]);
        s.require(a_[j].size() == b_[j].size());
        s(inverse_[j]);
        s(inverse_before_[j]);
        bool invariant = invariant_[j];
        s(invariant);
        invariant_[j] = invariant;
    }
}

complex_vector ritz_vector(const irreducible_block& block, double angle, std::int64_t steps, std::uint64_t seed,
                           Ledger& ledger) {
    const space& S = block.domain();
    std::vector<double> weights;
    {
        rotated_lanczos run(block, {&angle, 1}, seed, streams::range_vector);
        std::int64_t k = 0;
        run_stage stage(ledger, [&](state_archive& s) {
            run.exchange(s);
            s.within(k, 0, steps);
        });
        for (; !stage.finished() && k < steps && !run.invariant() && !stage.exhausted(); ++k) {
            stage.mark();
            run.step();
            ledger.count(run.products());
        }
        stage.close();
        const lanczos_numbers T = run.numbers(0);
        weights = top_tridiagonal_vector(T.a.first(steps_until_settled(T)), T.b);
    }
    vector_block X(S, 2);
    fill_columns(0.0, 0, X, S);
    rotated_lanczos again(block, {&angle, 1}, seed, streams::range_vector);
    std::size_t k = 0;
    run_stage stage(ledger, [&](state_archive& s) {
        again.exchange(s);
        s(X, S);
        s.within(k, 0, weights.size());
    });
    for (; !stage.finished() && k < weights.size(); ++k) {
        stage.mark();
        const double weight = weights[k] * again.scale(0);
        combine_pairs({&weight, 1}, again.newest(), std::vector<double>{1.0}, X, S);
        if (k + 1 == weights.size()) break;
        again.step();
        ledger.count(again.products());
    }
    stage.close();
    return pair_vector(X, 0, S);
}

}  // namespace rhochain
