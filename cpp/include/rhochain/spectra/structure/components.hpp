// Strongly connected components of the graph with an edge i -> j for every W(i, j) != 0 (stored zeros do not count).
// rho(W), rho(|W|) and mu_D(W) are each the maximum of their values over the components; a component that is one
// vertex without a self-loop contributes 0. Without any cycle all three are 0 and every product of more than
// `longest_path` factors W diag(s) is exactly zero. Not so with a leak a < 1: factors (1 - a) I + a W diag(s) decay
// like a polynomial in their number k times (1 - a)^k.
// Tarjan 1972 with one number a vertex (Pearce 2016), without recursion. O(nnz) time. While it runs a
// vertex takes 16 bytes, and those on the path or among the open ones up to 96 more, while their stacks grow.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/operators/stored_entries.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

struct component_partition {
    std::int64_t count = 0;
    std::vector<std::int64_t> labels;    // component of vertex i; an edge never leads to a larger label
    std::vector<std::int64_t> offsets;   // component c owns vertices[offsets[c] .. offsets[c+1])
    std::vector<std::int64_t> vertices;  // rising within a component
    std::vector<std::int64_t> cyclic;    // the components that contain a cycle, rising
    std::int64_t longest_path = -1;      // edges of the longest path if there is no cycle, else -1

    [[nodiscard]] std::span<const std::int64_t> members(std::int64_t c) const {
        const auto begin = static_cast<std::size_t>(offsets[static_cast<std::size_t>(c)]);
        const auto end = static_cast<std::size_t>(offsets[static_cast<std::size_t>(c) + 1]);
        return std::span<const std::int64_t>(vertices).subspan(begin, end - begin);
    }
};

// Both throw std::invalid_argument unless W is square, the first one also if W.entries() is null and W does not gather.
// Of a transposed view: the labels are those of W^T, whose edges are those of W reversed. (*) The first one.
[[nodiscard]] component_partition strong_components(const linear_map& W);
[[nodiscard]] component_partition strong_components(const stored_entries& W);

// The position of each vertex within its component, as linear_map::principal takes it.
[[nodiscard]] std::vector<std::int64_t> positions(const component_partition& partition);

}  // namespace rhochain
