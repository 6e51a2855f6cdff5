#include <rhochain/chains/row_reader.hpp>

#include <algorithm>

namespace rhochain {

row_reader::row_reader(const row_source& source, std::int64_t ahead, std::int64_t block_bytes, int threads)
    : source_(&source), ahead_(ahead), threads_(threads) {
    constexpr auto entry_bytes = static_cast<std::int64_t>(sizeof(double));
    const std::int64_t row_bytes = std::max<std::int64_t>(1, source.width() * entry_bytes);
    block_rows_ = std::max<std::int64_t>(1, source.in_place() ? source.count()
                                                                : std::min(block_bytes, source.block_bytes()) / row_bytes);
}

row_block row_reader::row(std::int64_t k) {
    if (k < begin_ || k >= end_) {
        const std::int64_t begin = k - k % block_rows_;
        const std::int64_t end = std::min(source_->count() - ahead_, begin + block_rows_);
        end_ = begin_;  // holds nothing while it reads: a fetch may throw
        block_ = source_->read(begin, end + ahead_, rows_, threads_);
        begin_ = begin;
        end_ = end;
    }
    return {block_.first + (k - begin_) * block_.stride, block_.stride};
}

}  // namespace rhochain
