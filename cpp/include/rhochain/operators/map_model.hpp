// The interface of the model that a linear_map (linear_map.hpp) owns. The defaults hold for models that do not offer
// the function.
#pragma once

#include <rhochain/kernels/products/entry_map.hpp>
#include <rhochain/kernels/space/panel_task.hpp>
#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>
#include <rhochain/operators/linear_operator.hpp>
#include <rhochain/operators/stored_entries.hpp>
#include <rhochain/storage/buffer_pool.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace rhochain {

class linear_map;

namespace detail {

class map_model {
public:
    map_model() = default;
    virtual ~map_model() = default;
    map_model(const map_model&) = delete;
    map_model& operator=(const map_model&) = delete;

    [[nodiscard]] virtual space domain() const = 0;
    [[nodiscard]] virtual space range() const = 0;
    // Y = f(A) X or f(A)^T X. `then`, if given, may receive each panel of the product; what Y holds afterwards is then
    // unspecified. False if it has not been called.
    virtual bool apply(bool adjoint, entry_map f, block_in X, block_out Y, const panel_task* then) const = 0;
    [[nodiscard]] virtual bool one_sweep() const { return false; }
    virtual void apply_both(block_in, block_out, block_out, panel_task) const {}
    [[nodiscard]] virtual moduli modulus() const { return moduli::none; }
    [[nodiscard]] virtual bool has_adjoint() const { return true; }
    [[nodiscard]] virtual std::int64_t row_terms() const { return 0; }
    [[nodiscard]] virtual std::int64_t column_terms() const { return 0; }
    [[nodiscard]] virtual bool lossless() const { return true; }
    [[nodiscard]] virtual int exponent() const { return 0; }
    // Null: the model itself.
    [[nodiscard]] virtual std::shared_ptr<const map_model> with_threads(int) const { return nullptr; }
    [[nodiscard]] virtual std::shared_ptr<const map_model> normalised() const { return nullptr; }
    [[nodiscard]] virtual std::shared_ptr<const map_model> for_one_product() const { return nullptr; }
    [[nodiscard]] virtual const stored_entries* entries() const { return nullptr; }
    [[nodiscard]] virtual std::optional<linear_map> principal(std::span<const std::int64_t> members,
                                                              std::span<const std::int64_t> position) const;
    [[nodiscard]] virtual std::optional<stored_entries> own_rows() const { return std::nullopt; }
    [[nodiscard]] virtual std::optional<stored_entries> own_columns() const { return std::nullopt; }
    [[nodiscard]] virtual bool gathers() const { return false; }
    [[nodiscard]] virtual std::optional<linear_map> gathered() const;
    [[nodiscard]] virtual std::shared_ptr<buffer_pool> pool() const { return nullptr; }
    [[nodiscard]] virtual std::size_t prepared_bytes() const { return 0; }
};

}  // namespace detail
}  // namespace rhochain
