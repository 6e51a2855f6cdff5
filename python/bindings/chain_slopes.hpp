// Where the slopes of a chain come from, held for Python: rows that it has, or a rollout that the core computes.
#pragma once

#include "bindings.hpp"

#include <rhochain/chains/jacobian_chain.hpp>

#include <functional>
#include <memory>

namespace rhochain::python {

class ChainSlopes {
public:
    virtual ~ChainSlopes() = default;
    [[nodiscard]] virtual std::int64_t steps() const = 0;

    // Calls body with the slopes of a chain of 2^exponent A, for as long as that runs. A rollout asks `interrupt` between steps.
    using user = std::function<void(const slope_source&)>;
    virtual void with_source(operator_ref A, const ChainOptions& options, const std::function<bool()>& interrupt,
                             const user& body) const = 0;
};

convention convention_named(const std::string& name);

void bind_chain_slopes(py::module_& m);

}  // namespace rhochain::python
