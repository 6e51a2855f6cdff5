#include "spectra/radius/walk_depth.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include "kernels/solvers/vertex_set.hpp"
#include "kernels/vectors/random_streams.hpp"
#include "spectra/run_stage.hpp"

namespace rhochain {
namespace {

void one_edge(const irreducible_block& block, walk_direction direction, block_in x, block_out y) {
    if (direction == walk_direction::out_of)
        block.map().apply_adjoint(entry_map::absolute, x, y);
    else if (block.map().entrywise())
        block.map().apply(entry_map::absolute, x, y);
    else
        block.map().apply(x, y);
}

// Whether `most` steps would not reach all vertices if their number grew like that of a ball in three dimensions.
bool out_of_reach(std::int64_t reached, std::int64_t step, std::int64_t most, std::int64_t size) {
    constexpr std::int64_t first_look = 64;
    if (step < first_look || (step & (step - 1)) != 0) return false;
    const double stretch = static_cast<double>(most) / static_cast<double>(step);
    return static_cast<double>(reached) * stretch * stretch * stretch < static_cast<double>(size);
}

}  // namespace

std::optional<std::int64_t> walk_depth(const irreducible_block& block, walk_direction direction, double scale,
                                       std::int64_t most, Ledger& ledger) {
    const space& S = block.domain();
    // Random weights: sums of entries of both signs do not cancel.
    vector_block weights(S), x(S), y(S);
    fill_gaussian(weights, 0, streams::walk, S);
    make_weights(weights, S);
    block.project(weights);
    fill(0.0, x, S);
    join(first_weighted(weights, S), weights, x, S);
    std::int64_t reached = 1, step = 1;
    bool ended = false;
    std::optional<std::int64_t> depth;
    run_stage stage(ledger, [&](state_archive& s) {
        std::int64_t found = depth.value_or(0);
        s.within(found, 0, most);
        if (found > 0) depth = found;
        s(ended);
        s.within(step, 1, most + 1);
        s.within(reached, 1, block.size());
        if (!ended) s(x, S);
    });
    for (; !stage.finished() && !ended && step <= most && !stage.exhausted(); ++step) {
        stage.mark();
        one_edge(block, direction, x, y);
        ledger.count();
        const std::int64_t before = reached;
        reached += join_where_above(0x1p-40 * scale, y, weights, x, S);
        const bool all = reached == block.size();
        if (all || (reached == before && !block.map().entrywise())) depth = step;
        ended = all || reached == before || out_of_reach(reached, step, most, block.size());
    }
    stage.close();
    return depth;
}

}  // namespace rhochain
