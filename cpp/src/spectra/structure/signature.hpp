// Whether rho(W) = rho(|W|) for an irreducible block. By Wielandt (1950) that is so exactly if
// W = e^(i phi) D |W| D^-1 with a diagonal D, |D_jj| = 1; for real W exactly if one of
//     every cycle has a positive product (D a signature, diag(+-1) W diag(+-1) >= 0),
//     the product of every cycle of length p m has the sign (-1)^m, p the period (phi = pi / p).
// With d the depths of a search from one vertex and s the signs of its tree paths, an edge i -> j closes
// t = d_i + 1 - d_j more edges than its ends are apart: p is the gcd of all t, and the cases read s_i s_j w_ij > 0, or
// s_i s_j w_ij (-1)^(t/p) > 0, for every edge. O(nnz) time, and less for random signs: the search ends when both cases
// are refuted.
#pragma once

#include <rhochain/spectra/structure/components.hpp>

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

// Whether rho of each of these components of W equals that of its absolute values.
[[nodiscard]] std::vector<bool> modulus_decides(const stored_entries& W, const component_partition& P,
                                                std::span<const std::int64_t> components);

// D on the vertices of such a component, D_jj = s_j e^(i phi d_j): D x is an eigenvector of W for e^(i phi) rho if x is
// one of |W| for rho.
[[nodiscard]] std::vector<std::complex<double>> unit_signature(const stored_entries& W, const component_partition& P,
                                                               std::int64_t component);

}  // namespace rhochain
