// One scaling D = diag(exp(d)) of W from scalings of its strongly connected components. The components are shifted
// against each other by t for each level of the condensed graph (level = the longest path out of a component), which
// divides every entry between components by at least e^t:
//     ||D W D^-1||_2 <= max over components ||D_c W_c D_c^-1||_2 + e^-t ||N||_2,   ||N||_2 <= sqrt(||N||_1 ||N||_inf),
// N the entries between components, scaled by the d_c alone. t makes the last term `slack`. The price is kappa(D).
#pragma once

#include <rhochain/spectra/structure/components.hpp>

#include <vector>

namespace rhochain {

// The scalings of the components: d, one number for each vertex, and whether it has been computed.
struct component_scalings {
    std::vector<double> d;
    std::vector<char> solved;  // for each component
};

// Upper bounds of 2-norms under the scaling.
struct assembled_norms {
    double left_out = 0.0;  // of all components without a computed scaling together
    double between = 0.0;   // of the entries between components
    // d_i rounds by e_i: the scaling is exp(e) times the exact one, which magnifies any of these norms by at most
    // e^(2 max |e|).
    double rounding = 0.0;  // bounds that factor - 1
};

// Completes d for all of 2^-exponent W: a component without a scaling gets the exact one if it is a cycle, otherwise
// none. For a transposed view D is that of W^T.
[[nodiscard]] assembled_norms assemble_scaling(const stored_entries& W, int exponent, const component_partition& P,
                                               double slack, component_scalings& scalings);

}  // namespace rhochain
