// Bounds of ln ||P||_2 for a chain P = J_{K-1} ... J_0 that are PROVED: every rounding error is in them.
//
// Upper: with the magnitudes |J_k| of the factors, (1 - a) I + a |W| diag|s_k| for slopes, and 1 the vector of ones,
//     ||P||_inf <= max_i (|J_{K-1}| ... |J_0| 1)_i,   ||P||_1 the same with transposes,
//     ||P||_2 <= sqrt(||P||_1 ||P||_inf).
// An entry is zero only where the product is zero by its structure: small ones are raised, none underflows.
//
// Lower: ||P v|| / ||v|| with the error of the computed vector carried along, r the roundings of a step
// (factor_reader.hpp):
//     v' = fl(J v),   e' = |J| (e + g(r + 2) |v|)   gives   |exact - v'| <= e'  entry by entry.
// There is none once ||e|| reaches ||v||, which for weights of both signs is after some tens of steps.
#pragma once

#include <rhochain/spectra/estimate.hpp>
#include "chains/measures/factor_reader.hpp"

#include <functional>
#include <optional>

namespace rhochain {

// The bounds of these values; -inf is the upper bound of a product that is zero by its structure.
[[nodiscard]] Bound proved_upper(double value);
[[nodiscard]] Bound proved_lower(double value);

// Called after each product; returning true stops, and then there is no bound.
using product_hook = std::function<bool()>;

// Their values. None if the chain is not bounded(), or if weights, slopes or gates lie near the ends of the float64
// range.
[[nodiscard]] std::optional<double> proved_upper_bound(factor_reader& P, const product_hook& after_product);

// None also if the error has outgrown the vector. v, in the domain of P, is not zero.
[[nodiscard]] std::optional<double> proved_lower_bound(factor_reader& P, vector_in v,
                                                       const product_hook& after_product);

}  // namespace rhochain
