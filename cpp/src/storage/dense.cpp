#include <rhochain/storage/dense.hpp>

#include <cmath>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

// w - w is NaN for a w that is infinite or NaN. Without a branch the compiler makes one of many entries at a time.
template <class Scalar>
bool no_special_value(std::span<const Scalar> values) {
    int other = 0;
    for (const Scalar w : values) other |= w - w == Scalar{0} ? 0 : 1;
    return other == 0;
}

}  // namespace

template <storage_scalar Scalar>
void validate(const dense_view<Scalar>& W) {
    const bool empty = W.n_rows == 0 || W.n_cols == 0;
    const bool fits = empty ? W.nnz() == 0 : W.nnz() % W.n_cols == 0 && W.nnz() / W.n_cols == W.n_rows;
    if (W.n_rows < 0 || W.n_cols < 0 || !fits)
        throw std::invalid_argument("values: got " + std::to_string(W.nnz()) + " numbers, expected rows * cols = " +
                                    std::to_string(W.n_rows) + " * " + std::to_string(W.n_cols));
    if (no_special_value(W.values)) return;
    for (std::int64_t p = 0; p < W.nnz(); ++p)
        if (!std::isfinite(W.value(p)))
            throw std::invalid_argument("values: got " + std::to_string(W.value(p)) + " in row " +
                                        std::to_string(p / W.n_cols) + ", column " + std::to_string(W.column(p)) +
                                        ", expected a finite number");
}

template void validate(const dense_view<float>&);
template void validate(const dense_view<double>&);

}  // namespace rhochain
