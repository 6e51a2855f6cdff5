// A matrix that Python holds: a linear_map, and the Python objects whose memory or functions the map uses. An Operator
// outlives every copy of its map.
#pragma once

#include "bindings.hpp"

#include <rhochain/operators/linear_map.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace rhochain::python {

class Operator {
public:
    // `copied_bytes`: what the map owns besides its layouts.
    Operator(linear_map map, py::object used, std::size_t copied_bytes = 0)
        : map_(std::move(map)), used_(std::move(used)), copied_bytes_(copied_bytes) {}

    [[nodiscard]] const linear_map& map() const { return map_; }
    [[nodiscard]] std::int64_t rows() const { return map_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return map_.cols(); }
    // The entries of vectors that this process has: all, unless ranks share them.
    [[nodiscard]] std::int64_t own_rows() const { return map_.range().length(); }
    [[nodiscard]] std::int64_t own_cols() const { return map_.domain().length(); }
    [[nodiscard]] std::size_t copied_bytes() const { return copied_bytes_; }
    [[nodiscard]] std::size_t owned_bytes() const { return copied_bytes_ + map_.prepared_bytes(); }
    [[nodiscard]] std::size_t spare_bytes() const {
        const auto pool = map_.pool();
        return pool ? pool->bytes() : 0;
    }

    // The map for the next products that Python asks for. The first one on either side may be the only one, so that no
    // layout is made for it.
    [[nodiscard]] linear_map map_for_products(std::int64_t count, bool adjoint, int threads) const {
        const bool is_first = products_[adjoint ? 1 : 0].fetch_add(count) == 0;
        return (is_first && count == 1 ? map_.for_one_product() : map_).with(threads);
    }

private:
    linear_map map_;
    py::object used_;
    std::size_t copied_bytes_;
    mutable std::array<std::atomic<std::int64_t>, 2> products_{};  // asked for by Python, with W and with W^T
};

}  // namespace rhochain::python
