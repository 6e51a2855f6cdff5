// sigma_1(A) = || |A| ||_2 for an A whose signs factorize (sign_factors.hpp), both ends PROVED by products with |A|:
// the upper one by the Schur test, from the singular vector v and, where that is not accurate enough, from a vector
// of positive_resolvent.hpp; the lower one || |A| x || / ||x|| for the vector x of the test, a quotient of sums of
// terms of one sign.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "spectra/norm/norm_accuracy.hpp"

namespace rhochain {

// `v`: a vector of A's domain other than 0, b.value its guess of sigma_1. Requires A.entrywise() and A other than 0.
void tighten_by_modulus(const linear_map& A, vector_in v, const norm_accuracy& accuracy, Bracket& b, Ledger& ledger);

}  // namespace rhochain
