#include <rhochain/spectra/structure/components.hpp>

#include "spectra/structure/on_first_rank.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

constexpr std::int64_t none = -1;

struct frame {
    std::int64_t vertex;
    std::int64_t position;  // the next entry of the row
    std::int64_t own;       // the vertex's number when it was met
};

// One number a vertex: 0 before it is met; then 1 for the first vertex that is open, 2 for the next one, and the least
// of those that it reaches; in the end, closed, n for those of the first component that closes, n - 1 for those of the
// second one. Open vertices and closed components are at most n together: a number of a closed vertex is larger.
template <class Number, class Matrix>
class component_finder {
public:
    explicit component_finder(const Matrix& W)
        : W_(W), least_(static_cast<std::size_t>(W.rows()), 0), closing_(static_cast<Number>(W.rows())) {}

    component_partition run() {
        for (std::int64_t root = 0; root < W_.rows(); ++root)
            if (at(root) == 0) visit(root);
        const auto first = static_cast<Number>(W_.rows());
        component_partition P{first - closing_, {}, {}, {}, {}};
        P.labels.reserve(least_.size());
        for (const Number number : least_) P.labels.push_back(first - number);
        return P;
    }

private:
    Number& at(std::int64_t vertex) { return least_[static_cast<std::size_t>(vertex)]; }

    void enter(std::int64_t vertex) {
        at(vertex) = ++open_;
        path_.push_back({vertex, W_.row_begin(vertex), open_});
    }

    void visit(std::int64_t root) {
        enter(root);
        while (!path_.empty()) {
            const std::int64_t child = next_child(path_.back());
            if (child != none) {
                enter(child);
                continue;
            }
            const frame done = path_.back();
            path_.pop_back();
            const Number least = at(done.vertex);
            waiting_.push_back(done.vertex);
            if (least == done.own) close(least);
            if (!path_.empty()) {
                Number& above = at(path_.back().vertex);
                above = std::min(above, at(done.vertex));
            }
        }
    }

    // The next successor of the frame's vertex that was not met. Lowers the vertex's number to those of the others.
    std::int64_t next_child(frame& f) {
        const std::int64_t end = W_.row_end(f.vertex);
        Number least = at(f.vertex);
        std::int64_t child = none;
        while (f.position < end && child == none) {
            const std::int64_t p = f.position++;
            if (W_.value(p) == 0) continue;
            const std::int64_t j = W_.column(p);
            const Number number = at(j);
            if (number == 0)
                child = j;
            else
                least = std::min(least, number);
        }
        at(f.vertex) = least;
        return child;
    }

    // The component of the open vertices from `first` on.
    void close(Number first) {
        while (!waiting_.empty() && at(waiting_.back()) >= first) {
            at(waiting_.back()) = closing_;
            waiting_.pop_back();
            --open_;
        }
        --closing_;
    }

    const Matrix& W_;
    std::vector<Number> least_;
    std::vector<std::int64_t> waiting_;  // open vertices whose successors are done
    std::vector<frame> path_;
    Number open_ = 0;
    Number closing_;
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
    component_partition P = W.rows() <= std::numeric_limits<std::int32_t>::max()
                                ? component_finder<std::int32_t, Matrix>(W).run()
                                : component_finder<std::int64_t, Matrix>(W).run();
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
