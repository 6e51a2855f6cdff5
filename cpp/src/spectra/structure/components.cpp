#include <rhochain/spectra/structure/components.hpp>

#include "spectra/structure/on_first_rank.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

constexpr std::int64_t unvisited = -1;

struct frame {
    std::int64_t vertex;
    std::int64_t position;  // the next entry of the row
};

template <class Matrix>
class tarjan {
public:
    explicit tarjan(const Matrix& W) : W_(W), order_(size(), unvisited), low_(size(), 0), partition_{} {
        partition_.labels.assign(size(), unvisited);
    }

    component_partition run() {
        for (std::int64_t root = 0; root < W_.rows(); ++root)
            if (at(order_, root) == unvisited) visit(root);
        return std::move(partition_);
    }

private:
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(W_.rows()); }
    static std::int64_t& at(std::vector<std::int64_t>& a, std::int64_t i) { return a[static_cast<std::size_t>(i)]; }

    void enter(std::int64_t vertex) {
        at(order_, vertex) = at(low_, vertex) = next_++;
        open_.push_back(vertex);
        path_.push_back({vertex, W_.row_begin(vertex)});
    }

    void visit(std::int64_t root) {
        enter(root);
        while (!path_.empty()) {
            const std::int64_t v = path_.back().vertex;
            const std::int64_t child = next_child(path_.back());
            if (child != unvisited) {
                enter(child);
                continue;
            }
            if (at(low_, v) == at(order_, v)) close(v);
            path_.pop_back();
            if (!path_.empty()) {
                auto& low = at(low_, path_.back().vertex);
                low = std::min(low, at(low_, v));
            }
        }
    }

    // The next unvisited successor of the frame's vertex. Lowers `low` to the order of visited ones that are still
    // open.
    std::int64_t next_child(frame& f) {
        const std::int64_t end = W_.row_end(f.vertex);
        while (f.position < end) {
            const std::int64_t p = f.position++;
            if (W_.value(p) == 0) continue;
            const std::int64_t j = W_.column(p);
            if (at(order_, j) == unvisited) return j;
            if (at(partition_.labels, j) == unvisited) at(low_, f.vertex) = std::min(at(low_, f.vertex), at(order_, j));
        }
        return unvisited;
    }

    void close(std::int64_t root) {
        std::int64_t v = 0;
        do {
            v = open_.back();
            open_.pop_back();
            at(partition_.labels, v) = partition_.count;
        } while (v != root);
        ++partition_.count;
    }

    const Matrix& W_;
    std::vector<std::int64_t> order_;
    std::vector<std::int64_t> low_;
    std::vector<std::int64_t> open_;
    std::vector<frame> path_;
    std::int64_t next_ = 0;
    component_partition partition_;
};

void sort_vertices(component_partition& P) {
    P.offsets.assign(static_cast<std::size_t>(P.count) + 1, 0);
    for (const std::int64_t c : P.labels) ++P.offsets[static_cast<std::size_t>(c) + 1];
    std::partial_sum(P.offsets.begin(), P.offsets.end(), P.offsets.begin());
    std::vector<std::int64_t> next(P.offsets.begin(), P.offsets.end() - 1);
    P.vertices.resize(P.labels.size());
    for (std::size_t v = 0; v < P.labels.size(); ++v)
        P.vertices[static_cast<std::size_t>(next[static_cast<std::size_t>(P.labels[v])]++)] =
            static_cast<std::int64_t>(v);
}

template <class Matrix>
bool has_self_loop(const Matrix& W, std::int64_t i) {
    for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p)
        if (W.column(p) == i && W.value(p) != 0) return true;
    return false;
}

// Edges lead to smaller labels: a sweep by rising label visits the successors of a vertex before it.
template <class Matrix>
std::int64_t longest_path_of_dag(const Matrix& W, const component_partition& P) {
    std::vector<std::int64_t> depth(P.labels.size(), 0);
    std::int64_t longest = 0;
    for (const std::int64_t i : P.vertices) {
        auto& d = depth[static_cast<std::size_t>(i)];
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p)
            if (W.value(p) != 0) d = std::max(d, depth[static_cast<std::size_t>(W.column(p))] + 1);
        longest = std::max(longest, d);
    }
    return longest;
}

template <class Matrix>
component_partition components_of(const Matrix& W) {
    component_partition P = tarjan<Matrix>(W).run();
    sort_vertices(P);
    for (std::int64_t c = 0; c < P.count; ++c) {
        const auto members = P.members(c);
        if (members.size() > 1 || has_self_loop(W, members.front())) P.cyclic.push_back(c);
    }
    if (P.cyclic.empty()) P.longest_path = longest_path_of_dag(W, P);
    return P;
}

void require_square_shape(std::int64_t rows, std::int64_t cols) {
    if (rows != cols)
        throw std::invalid_argument("W: got shape (" + std::to_string(rows) + ", " + std::to_string(cols) +
                                    "), expected a square matrix");
}

}  // namespace

component_partition strong_components(const stored_entries& W) {
    return W.visit([&](const auto& view) {
        const bool swap = W.transposed;
        require_square_shape(swap ? view.cols() : view.rows(), swap ? view.rows() : view.cols());
        return components_of(view);
    });
}

component_partition strong_components(const linear_map& W) {
    if (W.entries() != nullptr) return strong_components(*W.entries());
    if (!W.gathers())
        throw std::invalid_argument(
            "W: got an operator known by its products alone, expected a stored matrix, "
            "as components reads the entries");
    component_partition P;
    const auto whole = W.gathered();
    on_first_rank(
        W.range(), [&] { P = strong_components(*whole->entries()); },
        [&](state_archive& s) {
            s(P.count);
            s(P.longest_path);
            for (auto* indices : {&P.labels, &P.offsets, &P.vertices, &P.cyclic})
                s.list(*indices, std::int64_t{0}, 1, [&](std::int64_t& i) { s(i); });
        });
    return P;
}

std::vector<std::int64_t> positions(const component_partition& P) {
    std::vector<std::int64_t> position(P.labels.size());
    for (std::int64_t c = 0; c < P.count; ++c) {
        const auto members = P.members(c);
        for (std::size_t k = 0; k < members.size(); ++k)
            position[static_cast<std::size_t>(members[k])] = static_cast<std::int64_t>(k);
    }
    return position;
}

}  // namespace rhochain
