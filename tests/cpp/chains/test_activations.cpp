// Gains of activations beside their slopes.
#include <rhochain/chains/trajectories/activation.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

using rhochain::activation;
using rhochain::all_activations;

TEST_CASE("every gain is an upper bound of the slopes, reached to 1e-6") {
    for (const activation& f : all_activations()) {
        CAPTURE(std::string(f.name()));
        double largest = 0.0;
        for (int i = -400000; i <= 400000; ++i) largest = std::max(largest, std::abs(f.slope(i * 1e-4)));
        CHECK(largest <= f.gain());
        CHECK(largest >= f.gain() - 1e-6);
    }
    CHECK_THROWS_AS(activation("exp"), std::invalid_argument);
}
