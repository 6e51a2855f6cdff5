// The handles of rhochain.h and what each owns.
#pragma once

#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/estimate.hpp>
#include <rhochain.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

struct rhochain_matrix {
    std::function<rhochain::linear_map(std::size_t layout_bytes)> make;
    rhochain::linear_map map;
};

struct rhochain_result {
    rhochain::Bracket bracket;
};

// One row of slopes, which each step overwrites, is the only row of the chain's source.
struct rhochain_chain {
    rhochain_chain(const rhochain::linear_map& W, rhochain::direction way, const rhochain::ChainOptions& options,
                   rhochain::const_block X);

    void step(const double* slopes);

    rhochain::direction d;
    std::vector<double> row;
    rhochain::jacobian_chain factors;
    rhochain::scaled_block X;
    rhochain::vector_block y;
    std::vector<double> squares;
    rhochain::chain_factor factor;
    std::int64_t done = 0;
    bool broken = false;
};
