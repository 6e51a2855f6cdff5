#include <rhochain/spectra/radius/perron.hpp>

#include "spectra/radius/perron_of_block.hpp"
#include "spectra/structure/by_component.hpp"

#include <stdexcept>

namespace rhochain {

Bracket perron_radius(const linear_map& W, const SolverOptions& options) {
    if (W.entries() == nullptr)
        throw std::invalid_argument(
            "W: got an operator known by its products alone, expected a stored matrix, as perron_radius reads the "
            "entries");
    return solve_by_component(W, options, perron_of_block);
}

}  // namespace rhochain
