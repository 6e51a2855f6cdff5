// Rows begin .. end - 1 of a sequence. A request for a row outside this range reads the block that contains it.
#pragma once

#include <rhochain/chains/rows/row_source.hpp>

#include <cstdint>

namespace rhochain {

class row_window {
public:
    [[nodiscard]] bool holds(std::int64_t k) const { return begin_ <= k && k < end_; }

    // read(begin, end) returns the row_block of these rows. Where it throws, the window holds nothing.
    template <class Read>
    void fill(std::int64_t begin, std::int64_t end, const Read& read) {
        end_ = begin_;
        block_ = read(begin, end);
        begin_ = begin;
        end_ = end;
    }

    // Row k, which it holds, and those after it.
    [[nodiscard]] row_block row(std::int64_t k) const {
        return {block_.first + (k - begin_) * block_.stride, block_.stride};
    }

private:
    row_block block_;
    std::int64_t begin_ = 0;
    std::int64_t end_ = 0;
};

}  // namespace rhochain
