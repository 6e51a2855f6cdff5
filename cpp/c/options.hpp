// rhochain_options as options of the core.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include <rhochain.h>

#include <cstdint>
#include <memory>

namespace rhochain::c {

struct call_options {
    rhochain_options given;
    SolverOptions solver;
    std::shared_ptr<bool> stopped = std::make_shared<bool>(false);  // by progress or interrupt
};

// `given` may be null. Throws std::invalid_argument naming the member. `start` has n numbers.
[[nodiscard]] call_options read_options(const rhochain_options* given, std::int64_t n);

}  // namespace rhochain::c
