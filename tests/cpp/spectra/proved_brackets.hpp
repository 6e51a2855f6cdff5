// Brackets with two proved ends around the true value.
#pragma once

#include <rhochain/spectra/estimate.hpp>

#include <doctest/doctest.h>

inline void check_proved(const rhochain::Bracket& b, double truth, double rtol) {
    CHECK(b.lower.grade == rhochain::Grade::proved);
    CHECK(b.upper.grade == rhochain::Grade::proved);
    CHECK(b.lower.value <= truth * (1.0 + 1e-12));
    CHECK(b.upper.value >= truth * (1.0 - 1e-12));
    CHECK(b.upper.value - b.lower.value <= rtol * truth);
    CHECK(b.status == rhochain::Status::converged);
}
