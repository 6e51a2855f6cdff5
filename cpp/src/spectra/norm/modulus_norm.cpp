#include "spectra/norm/modulus_norm.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include "operators/entry_image.hpp"
#include "operators/normal_operator.hpp"
#include "spectra/norm/positive_resolvent.hpp"
#include "spectra/norm/schur_test.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace rhochain {
namespace {

// Entries that underflow take off less than 2^-1074 for each term; the largest entry of x is near 1.
Bound modulus_lower_bound(const linear_map& A, vector_in x, Ledger& ledger) {
    vector_block y(A.range());
    A.apply(entry_map::absolute, x, y);
    ledger.count();
    const std::int64_t depth = A.range().sum_depth() + A.domain().sum_depth();
    const double image = norm2(y, A.range()) * (1.0 - rounding_gamma(A.row_terms() + depth + 8));
    return {std::max(0.0, image / norm2(x, A.domain()) - 0x1p-1000), Grade::proved, 0.0, "|| |W| x || / ||x||"};
}

// A PROVED bound within rtol replaces a narrower PROBABLE one.
void prove_upper(const linear_map& A, vector_in x, double rtol, Bracket& b, Ledger& ledger) {
    const Bound proved = schur_upper_bound(A, x, b.lower.value, rtol, ledger);
    tighten_upper(b, proved);
    if (proved.value <= b.value * (1.0 + rtol)) b.upper = proved;
}

}  // namespace

void tighten_by_modulus(const linear_map& A, vector_in v, const norm_accuracy& accuracy, Bracket& b, Ledger& ledger) {
    const auto proved = [&] { return b.upper.grade == Grade::proved && accuracy.met_by(b); };
    if (proved()) return;
    vector_block x(A.domain());
    copy_magnitudes(v, x, A.domain());
    scale(1.0 / max_abs(x, A.domain()), x, A.domain());
    prove_upper(A, x, accuracy.rtol, b, ledger);
    if (proved() || ledger.exhausted()) return;
    const normal_operator M(entry_image(A, entry_map::absolute));
    x = positive_resolvent(irreducible_block(linear_map::borrowed(M)), 2, x, b.value * b.value, accuracy.rtol, ledger);
    scale(1.0 / max_abs(x, A.domain()), x, A.domain());
    tighten_lower(b, modulus_lower_bound(A, x, ledger));
    b.value = std::max(b.value, b.lower.value);
    prove_upper(A, x, accuracy.rtol, b, ledger);
}

}  // namespace rhochain
