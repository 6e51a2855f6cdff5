#include <rhochain/chains/rows/row_source.hpp>
#include "kernels/vectors/row_copies.hpp"

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

row_source::row_source(const double* first, std::int64_t count, std::int64_t n, std::int64_t stride,
                       std::int64_t first_column)
    : count_(count), n_(n), stride_(stride), first_column_(first_column), doubles_(first) {
    check_shape(count, n);
}

row_source::row_source(const float* first, std::int64_t count, std::int64_t n, std::int64_t stride,
                       std::int64_t first_column)
    : count_(count), n_(n), stride_(stride), first_column_(first_column), floats_(first) {
    check_shape(count, n);
}

row_source::row_source(fetch_function fetch, std::int64_t count, std::int64_t n)
    : count_(count), n_(n), fetch_(std::move(fetch)) {
    check_shape(count, n);
}

row_block row_source::read(std::int64_t begin, std::int64_t end, std::vector<double>& buffer, const space& S) const {
    const std::int64_t offset = S.first() - first_column_;
    if (doubles_ != nullptr) return {doubles_ + begin * stride_ + offset, stride_};
    buffer.resize(static_cast<std::size_t>((end - begin) * S.length()));
    if (fetch_)
        fetch(begin, end, buffer.data(), S);
    else if (floats_ != nullptr)
        widen_rows(floats_ + begin * stride_ + offset, stride_, end - begin, buffer.data(), S);
    return {buffer.data(), S.length()};
}

void row_source::fetch(std::int64_t begin, std::int64_t end, double* out, const space& S) const {
    bool stopped = false;
    S.attempt([&] {
        try {
            fetch_(begin, end, S.first(), S.length(), out);
        } catch (const reading_stopped&) {
            stopped = true;
        }
    });
    // Where one rank failed or stopped, the others must not use the block.
    if (S.any(stopped)) throw reading_stopped{};
}

}  // namespace rhochain
