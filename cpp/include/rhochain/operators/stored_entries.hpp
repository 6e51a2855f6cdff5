// The stored matrix of an operator, borrowed, for code that reads its entries: components, signs, traces, bands,
// assembled scalings.
#pragma once

#include <rhochain/storage/csr.hpp>
#include <rhochain/storage/dense.hpp>

#include <cstdint>
#include <variant>

namespace rhochain {

struct stored_entries {
    using view_type =
        std::variant<csr_view<float, std::int32_t>, csr_view<float, std::int64_t>, csr_view<double, std::int32_t>,
                     csr_view<double, std::int64_t>, dense_view<float>, dense_view<double>>;

    view_type view;
    bool transposed = false;  // the view is W^T, which has the same components and cycles

    // Calls body(view) with the view as it is.
    template <class Body>
    decltype(auto) visit(const Body& body) const {
        return std::visit(body, view);
    }
};

}  // namespace rhochain
