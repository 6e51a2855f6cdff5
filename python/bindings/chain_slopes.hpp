// Where the slopes of a chain come from, held for Python: rows that it has, or a rollout that the core computes. A pair
// is the columns of rows that this process has: the first one and their number (rows.hpp).
#pragma once

#include "bindings.hpp"
#include "chain_calls.hpp"

#include <rhochain/chains/jacobian_chain.hpp>

#include <string>

namespace rhochain::python {

class ChainSlopes {
public:
    virtual ~ChainSlopes() = default;

    // The slopes of a chain of W. A rollout asks `interrupt` between its steps.
    [[nodiscard]] virtual slope_source source(const linear_map& W, const ChainOptions& options,
                                              const interrupt_function& interrupt) const = 0;
};

[[nodiscard]] convention convention_named(const std::string& name);

}  // namespace rhochain::python
