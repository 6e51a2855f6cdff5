#include <rhochain/chains/row_source.hpp>
#include <rhochain/kernels/parallel.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

void check_shape(std::int64_t count, std::int64_t n) {
    if (count < 0 || n < 0)
        throw std::invalid_argument("rows: got " + std::to_string(count) + " of length " + std::to_string(n) +
                                    ", expected sizes of at least 0");
}

}  // namespace

row_source::row_source(const double* first, std::int64_t count, std::int64_t n, std::int64_t stride)
    : count_(count), n_(n), stride_(stride), doubles_(first) {
    check_shape(count, n);
}

row_source::row_source(const float* first, std::int64_t count, std::int64_t n, std::int64_t stride)
    : count_(count), n_(n), stride_(stride), floats_(first) {
    check_shape(count, n);
}

row_source::row_source(fetch_function fetch, std::int64_t count, std::int64_t n)
    : count_(count), n_(n), fetch_(std::move(fetch)) {
    check_shape(count, n);
}

row_block row_source::read(std::int64_t begin, std::int64_t end, std::vector<double>& buffer, int threads) const {
    if (doubles_ != nullptr) return {doubles_ + begin * stride_, stride_};
    buffer.resize(static_cast<std::size_t>((end - begin) * n_));
    double* const out = buffer.data();
    if (fetch_)
        fetch_(begin, end, out);
    else if (floats_ != nullptr)
        parallel_for(threads, end - begin, [&](std::int64_t r) {
            const float* row = floats_ + (begin + r) * stride_;
            std::copy(row, row + n_, out + r * n_);
        });
    return {out, n_};
}

}  // namespace rhochain
