// Whether rho(W) = rho(|W|) for an irreducible block. By Wielandt (1950) that is so exactly if W = e^(i phi) D |W| D^-1 with a
// diagonal D, |D_jj| = 1; for real W exactly if one of
//     every cycle has a positive product (D a signature, diag(+-1) W diag(+-1) >= 0),
//     the product of every cycle of length p m has the sign (-1)^m, p the period (phi = pi / p).
// With d the depths of a search from one vertex and s the signs of its tree paths, an edge i -> j closes
// t = d_i + 1 - d_j more edges than its ends are apart: p is the gcd of all t, and the cases read s_i s_j w_ij > 0, or
// s_i s_j w_ij (-1)^(t/p) > 0, for every edge. O(nnz) time, and less where signs are random: the first contradictions end it.
#pragma once

#include <rhochain/spectra/components.hpp>

#include <vector>

namespace rhochain {

template <class Matrix>
class signature_search {
public:
    signature_search(const Matrix& W, const component_partition& P);

    // Whether rho of component c equals that of its absolute values.
    [[nodiscard]] bool modulus_decides(std::int64_t c);

private:
    const Matrix& W_;
    const component_partition& P_;
    std::vector<std::int64_t> depth_;  // -1: not met yet
    std::vector<signed char> sign_;
    std::vector<std::int64_t> queue_;
};

}  // namespace rhochain
