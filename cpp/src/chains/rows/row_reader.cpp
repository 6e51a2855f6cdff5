#include <rhochain/chains/rows/row_reader.hpp>

#include <algorithm>

namespace rhochain {

std::int64_t rows_within(std::int64_t bytes, std::int64_t n) {
    constexpr auto entry_bytes = static_cast<std::int64_t>(sizeof(double));
    return std::max<std::int64_t>(1, bytes / std::max<std::int64_t>(1, n * entry_bytes));
}

row_reader::row_reader(const row_source& source, std::int64_t ahead, std::int64_t block_bytes, const space& S,
                       block_start start)
    : source_(&source),
      ahead_(ahead),
      S_(S),
      start_(start),
      block_rows_(source.in_place() ? std::max<std::int64_t>(1, source.count())
                                    : rows_within(std::min(block_bytes, source.block_bytes()), source.width())) {}

row_block row_reader::row(std::int64_t k) {
    if (!held_.holds(k)) {
        const std::int64_t begin = start_ == block_start::asked ? k : k - k % block_rows_;
        const std::int64_t end = std::min(source_->count() - ahead_, begin + block_rows_);
        held_.fill(begin, end, [this](std::int64_t first, std::int64_t last) {
            return source_->read(first, last + ahead_, rows_, S_);
        });
    }
    return held_.row(k);
}

}  // namespace rhochain
