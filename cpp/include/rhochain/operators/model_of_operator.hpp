// The model (map_model.hpp) of any operator: what the operator offers (linear_operator.hpp), and the defaults of the
// interface for the rest. linear_map.hpp includes it at its end.
#pragma once

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/linear_map.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace rhochain {
namespace detail {

template <class A>
class model_of final : public map_model {
public:
    explicit model_of(A a) : a_(std::move(a)) {
        if constexpr (requires(const operator_type& op) { op.entries(); }) entries_ = get().entries();
    }

    [[nodiscard]] space domain() const override {
        if constexpr (requires(const operator_type& op) { op.domain(); })
            return get().domain();
        else
            return {static_cast<std::int64_t>(get().cols()), threads()};
    }
    [[nodiscard]] space range() const override {
        if constexpr (requires(const operator_type& op) { op.range(); })
            return get().range();
        else
            return {static_cast<std::int64_t>(get().rows()), threads()};
    }
    bool apply(bool adjoint, entry_map f, block_in from, block_out to, const panel_task* then) const override {
        const auto X = taken(from);
        const auto Y = taken(to);
        if constexpr (fusing_operator<operator_type>)
            if (then != nullptr) {
                adjoint ? get().apply_adjoint(f, X, Y, *then) : get().apply(f, X, Y, *then);
                return true;
            }
        if constexpr (entrywise_operator<operator_type>)
            adjoint ? get().apply_adjoint(f, X, Y) : get().apply(f, X, Y);
        else
            adjoint ? get().apply_adjoint(X, Y) : get().apply(X, Y);
        return false;
    }
    [[nodiscard]] bool one_sweep() const override {
        if constexpr (sweeping_operator<operator_type>)
            return get().one_sweep();
        else
            return false;
    }
    void apply_both([[maybe_unused]] block_in X, [[maybe_unused]] block_out Y, [[maybe_unused]] block_out Z,
                    [[maybe_unused]] panel_task between) const override {
        if constexpr (sweeping_operator<operator_type>) get().apply_both(taken(X), taken(Y), taken(Z), between);
    }
    [[nodiscard]] moduli modulus() const override {
        if constexpr (requires(const operator_type& op) { op.modulus(); })
            return get().modulus();
        else
            return entrywise_operator<operator_type> ? moduli::exact : moduli::none;
    }
    [[nodiscard]] bool has_adjoint() const override {
        if constexpr (requires(const operator_type& op) { op.has_adjoint(); })
            return get().has_adjoint();
        else
            return true;
    }
    [[nodiscard]] std::int64_t row_terms() const override {
        if constexpr (entrywise_operator<operator_type>)
            return get().row_terms();
        else
            return 0;
    }
    [[nodiscard]] std::int64_t column_terms() const override {
        if constexpr (entrywise_operator<operator_type>)
            return get().column_terms();
        else
            return 0;
    }
    [[nodiscard]] bool lossless() const override {
        if constexpr (requires(const operator_type& op) { op.lossless(); })
            return get().lossless();
        else
            return true;
    }
    [[nodiscard]] int exponent() const override {
        if constexpr (requires(const operator_type& op) { op.exponent(); })
            return get().exponent();
        else
            return 0;
    }
    [[nodiscard]] std::shared_ptr<const map_model> with_threads([[maybe_unused]] int threads) const override {
        if constexpr (requires(const operator_type& op) { op.with_threads(1); })
            return share(get().with_threads(threads));
        else
            return nullptr;
    }
    [[nodiscard]] std::shared_ptr<const map_model> normalised() const override {
        if constexpr (requires(const operator_type& op) { op.normalised(); })
            return share(get().normalised());
        else
            return nullptr;
    }
    [[nodiscard]] std::shared_ptr<const map_model> for_one_product() const override {
        if constexpr (requires(const operator_type& op) { op.for_one_product(); })
            return share(get().for_one_product());
        else
            return nullptr;
    }
    [[nodiscard]] const stored_entries* entries() const override { return entries_ ? &*entries_ : nullptr; }
    [[nodiscard]] std::optional<linear_map> principal(std::span<const std::int64_t> members,
                                                      std::span<const std::int64_t> position) const override {
        if constexpr (requires(const operator_type& op) { op.principal(members, position); })
            return get().principal(members, position);
        else
            return map_model::principal(members, position);
    }
    [[nodiscard]] std::optional<stored_entries> own_rows() const override {
        if constexpr (requires(const operator_type& op) { op.own_rows(); })
            return get().own_rows();
        else
            return std::nullopt;
    }
    [[nodiscard]] std::optional<stored_entries> own_columns() const override {
        if constexpr (requires(const operator_type& op) { op.own_columns(); })
            return get().own_columns();
        else
            return std::nullopt;
    }
    [[nodiscard]] bool gathers() const override {
        if constexpr (requires(const operator_type& op) { op.gathers(); })
            return get().gathers();
        else
            return false;
    }
    [[nodiscard]] std::optional<linear_map> gathered() const override {
        if constexpr (requires(const operator_type& op) { op.gathered(); })
            return get().gathered();
        else
            return map_model::gathered();
    }
    [[nodiscard]] std::shared_ptr<buffer_pool> pool() const override {
        if constexpr (requires(const operator_type& op) { op.pool(); })
            return get().pool();
        else
            return nullptr;
    }
    [[nodiscard]] std::size_t prepared_bytes() const override {
        if constexpr (requires(const operator_type& op) { op.prepared_bytes(); })
            return get().prepared_bytes();
        else
            return 0;
    }

private:
    template <class T>
    struct held {
        using type = T;
    };
    template <class T>
    struct held<std::reference_wrapper<const T>> {
        using type = T;
    };
    using operator_type = typename held<A>::type;

    // What the operator takes.
    template <class T>
    static auto taken(opaque_block<T> X) {
        if constexpr (reads_entries<operator_type>)
            return entries_of(X);
        else
            return X;
    }

    [[nodiscard]] const operator_type& get() const { return a_; }
    [[nodiscard]] int threads() const {
        if constexpr (requires(const operator_type& op) { op.threads(); })
            return get().threads();
        else
            return resolve_threads(0);
    }
    template <class B>
    static std::shared_ptr<const map_model> share(B b) {
        return std::make_shared<const model_of<B>>(std::move(b));
    }

    A a_;
    std::optional<stored_entries> entries_;
};

}  // namespace detail
}  // namespace rhochain
