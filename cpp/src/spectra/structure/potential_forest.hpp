// Differences d_a - d_b = delta of unknown potentials, one after the other: whether each agrees with those before it. A
// forest of the vertices that are joined so far holds the difference of each vertex to its parent; all take nearly
// linear time. Group: the values, with  combined(x, y) = x + y  and  inverse(x) = -x.
// Source: Galler & Fischer 1964, with differences on the edges; Tarjan 1975.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace rhochain {

// Signs as {0, 1} with addition modulo 2.
struct sign_group {
    using value = unsigned char;
    static value combined(value x, value y) { return x ^ y; }
    static value inverse(value x) { return x; }
};

struct real_group {
    using value = double;
    static value combined(value x, value y) { return x + y; }
    static value inverse(value x) { return -x; }
};

template <class Group, class Vertex>
class potential_forest {
public:
    using value = typename Group::value;

    explicit potential_forest(std::size_t size) : parent_(size), above_(size, value{}), count_(size, 1) {
        for (std::size_t i = 0; i < size; ++i) parent_[i] = static_cast<Vertex>(i);
    }

    // The difference d_a - d_b that the forest knows, less `delta`; the neutral value where this joined two trees.
    value join(std::size_t a, std::size_t b, value delta) {
        std::size_t root_a = root(a);
        std::size_t root_b = root(b);
        // d_root_a - d_root_b for d_a - d_b = delta
        value between = Group::combined(Group::inverse(above_of(a)), Group::combined(delta, above_of(b)));
        if (root_a == root_b) return Group::inverse(between);
        if (count_[root_a] > count_[root_b]) {
            std::swap(root_a, root_b);
            between = Group::inverse(between);
        }
        parent_[root_a] = static_cast<Vertex>(root_b);
        above_[root_a] = between;
        count_[root_b] = static_cast<Vertex>(count_[root_b] + count_[root_a]);
        return value{};
    }

    // d_a less that of the root of its tree.
    value potential(std::size_t a) {
        root(a);
        return above_of(a);
    }

private:
    // The root of a, which becomes its parent.
    std::size_t root(std::size_t a) {
        path_.clear();
        while (parent_of(a) != a) {
            path_.push_back(a);
            a = parent_of(a);
        }
        value sum{};
        for (auto at = path_.rbegin(); at != path_.rend(); ++at) {
            sum = Group::combined(above_[*at], sum);
            above_[*at] = sum;
            parent_[*at] = static_cast<Vertex>(a);
        }
        return a;
    }

    [[nodiscard]] std::size_t parent_of(std::size_t a) const { return static_cast<std::size_t>(parent_[a]); }
    [[nodiscard]] value above_of(std::size_t a) const { return above_[a]; }

    std::vector<Vertex> parent_;
    std::vector<value> above_;   // d_a less that of its parent, 0 at a root
    std::vector<Vertex> count_;  // vertices below a root
    std::vector<std::size_t> path_;
};

}  // namespace rhochain
