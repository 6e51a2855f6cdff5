// The memory of a vector of a space, or of a block of vectors (vector_views.hpp). New entries are not initialised
// (buffer.hpp): the thread that first writes a page decides on which memory node the page lies.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>
#include <rhochain/storage/buffer.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>

namespace rhochain {

class vector_block {
public:
    vector_block() = default;
    explicit vector_block(const space& S, std::int64_t columns = 1) { reshape(S, columns); }

    // Afterwards the entries have no value.
    void reshape(const space& S, std::int64_t columns = 1) {
        rows_ = S.length();
        columns_ = columns;
        entries_.resize(static_cast<std::size_t>(rows_ * columns));
    }

    [[nodiscard]] std::int64_t columns() const { return columns_; }
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] block_in view() const { return {entries_.data(), rows_, columns_}; }
    [[nodiscard]] block_out view() { return {entries_.data(), rows_, columns_}; }

    operator block_in() const { return view(); }
    operator block_out() { return view(); }
    // Of a single column.
    operator vector_in() const {
        assert(columns_ == 1);
        return view().flat();
    }
    operator vector_out() {
        assert(columns_ == 1);
        return view().flat();
    }

private:
    friend struct entry_access;

    std::int64_t rows_ = 0;
    std::int64_t columns_ = 1;
    buffer<double> entries_;
};

}  // namespace rhochain
