#include "chains/trajectories/cell_step.hpp"

namespace rhochain {

cell_units::cell_units(const cell_step& step, std::int64_t first, std::int64_t last)
    : step_(&step), first_(first), slopes_(static_cast<std::size_t>(last - first)) {}

void cell_units::gate(std::int64_t g, const activation& sigma, array_out value) {
    const array_in x(step_->x.data() + g * step_->n + first_, slopes_.size());
    axpy(1.0, x, argument(g));
    evaluate(sigma, argument(g), value);
}

void cell_units::evaluate(const activation& sigma, array_in argument, array_out value) {
    sigma.evaluate(argument, value, slopes_);
}

}  // namespace rhochain
