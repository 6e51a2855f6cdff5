#include "spectra/growth/cycle_vectors.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/storage/infinity.hpp>
#include "kernels/vectors/random.hpp"
#include "kernels/vectors/random_streams.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rhochain {
vector_block random_unit_vector(const space& S, std::uint64_t seed, std::uint64_t stream) {
    vector_block v(S);
    fill_gaussian(v, seed, stream, S);
    scale(1.0 / norm2(v, S), v, S);
    return v;
}

cycle_vectors measure_cycle(const slope_jacobian& J, const slope_rows& cycle, std::uint64_t seed, Ledger& ledger) {
    constexpr double settled = 1e-9;
    constexpr std::size_t most_products = 960;
    const space& S = J.domain();
    const std::size_t p = cycle.size();
    cycle_vectors v;
    v.x = random_unit_vector(S, seed, streams::cycle_vectors);
    v.y = random_unit_vector(S, seed, streams::cycle_vectors + 1);
    vector_block next(S);
    // One pass of a vector through the cycle. Returns the logarithm of its growth.
    const auto pass = [&](vector_block& u, bool forwards) {
        double log = 0.0;
        for (std::size_t j = 0; j < p; ++j) {
            const std::size_t k = forwards ? j : p - 1 - j;
            if (forwards)
                J.forward(cycle[k], u, next);
            else
                J.backward(cycle[k], u, next);
            ledger.count();
            std::swap(u, next);
            const double norm = norm2(u, S);
            if (!(norm > 0.0) || !std::isfinite(norm)) return -infinity;
            log += std::log(norm);
            scale(1.0 / norm, u, S);
        }
        return log;
    };
    const auto turn = [&](vector_in now, vector_in before) {
        vector_block difference(S);
        copy(before, difference, S);
        combine(1.0, now, dot(now, before, S) < 0.0 ? 1.0 : -1.0, difference, S);
        return norm2(difference, S);
    };
    double log = -infinity, quotient = 0.0;
    const std::size_t rounds = std::max<std::size_t>(3, most_products / (2 * p));
    std::size_t round = 0;
    bool vanished = false;
    run_stage stage(ledger, [&](state_archive& s) {
        s(v.x, S);
        s(v.y, S);
        s(v.residual);
        s(log);
        s(quotient);
        s.within(round, 0, rounds);
        s(vanished);
    });
    for (; !stage.finished() && round < rounds && !stage.exhausted(); ++round) {
        stage.mark();
        const vector_block x0 = v.x, y0 = v.y;
        log = pass(v.x, true);
        vanished = log == -infinity || pass(v.y, false) == -infinity;
        if (vanished) break;
        v.residual = std::max(turn(v.x, x0), turn(v.y, y0));
        quotient = dot(y0, v.x, S) / dot(y0, x0, S);
        if (v.residual < settled) break;
    }
    stage.close();
    if (vanished) return {};
    const double rate = std::exp((log + std::log(std::abs(quotient))) / static_cast<double>(p));
    v.rate = std::isfinite(rate) ? rate : 0.0;
    return v;
}

}  // namespace rhochain
