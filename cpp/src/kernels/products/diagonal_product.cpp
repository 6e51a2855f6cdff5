#include "diagonal_rows.hpp"

#include <rhochain/kernels/products/diagonal_product.hpp>
#include <rhochain/kernels/products/streaming_store.hpp>

#include <algorithm>

namespace rhochain {
namespace {

template <class Scalar>
using row_kernel = void (*)(const diagonal_rows<Scalar>&, std::int64_t, std::int64_t);

template <class Scalar>
struct kernels {
    row_kernel<Scalar> forward;
    row_kernel<Scalar> adjoint;
};

template <class Scalar>
kernels<Scalar> kernels_of([[maybe_unused]] instruction_set isa) {
#ifdef RHOCHAIN_HAS_X86_KERNELS
    switch (isa) {
        case instruction_set::avx512:
            return {avx512::multiply_diagonals, avx512::multiply_diagonals_adjoint};
        case instruction_set::avx2:
            return {avx2::multiply_diagonals, avx2::multiply_diagonals_adjoint};
        case instruction_set::baseline:
            break;
    }
#endif
    return {baseline::multiply_diagonals, baseline::multiply_diagonals_adjoint};
}

// Bytes of W between the first and the last row on its diagonals that a row of W^T x adds up.
template <class Scalar>
std::int64_t reach_of(const diagonals<Scalar>& W) {
    return (W.offsets.back() - W.offsets.front()) * W.count() * std::int64_t{sizeof(Scalar)};
}

template <class Scalar>
diagonal_rows<Scalar> product_of(const diagonals<Scalar>& W, entry_map map, double scale, const_block X,
                                 mutable_block Y) {
    return {.offsets = W.offsets.data(),
            .count = W.count(),
            .values = W.values.data(),
            .rows = W.rows(),
            .cols = W.cols(),
            .map = map,
            .scale = scale,
            .X = X.data,
            .Y = Y.data,
            .b = X.columns,
            .streams = false,
            .near = reach_of(W) <= std::int64_t{1} << 22};
}

// Numbers that a product reads and writes.
template <class Scalar>
std::int64_t work_of(const diagonals<Scalar>& W, const_block Y) {
    return Y.rows * (W.count() + 1) * Y.columns;
}

template <class Scalar>
void multiply(const diagonals<Scalar>& W, row_kernel<Scalar> kernel, entry_map map, double scale, const_block X,
              mutable_block Y, int threads, const panel_task* then) {
    auto product = product_of(W, map, scale, X, Y);
    product.streams = then == nullptr && worth_streaming(Y);
    over_panels(Y.rows, work_of(W, Y), threads, [&](std::int64_t first, std::int64_t last) {
        kernel(product, first, last);
        if (then != nullptr) (*then)(first, last, Y.row(first));
    });
}

// The rows of Y in runs of panels, each of which one thread takes from its first to its last.
template <class Scalar>
class runs_of_panels {
public:
    explicit runs_of_panels(const diagonals<Scalar>& W) : W_(W), height_(panel_rows(W.rows())) {
        constexpr std::int64_t worth_a_run = 16;
        // A run settles rows of Z of its own.
        const std::int64_t long_enough = reach() / height_ + 1;
        count_ = std::max<std::int64_t>(1, panels() / std::max(worth_a_run, long_enough));
    }

    [[nodiscard]] std::int64_t count() const { return count_; }
    [[nodiscard]] std::int64_t height() const { return height_; }
    // The first row of a run, and of the one after the last.
    [[nodiscard]] std::int64_t first(std::int64_t run) const {
        return std::min(W_.rows(), panels() * run / count_ * height_);
    }
    // The rows of Z that add up none of Y before a run begins at row i, and those that add up no row from i on.
    [[nodiscard]] std::int64_t rows_after(std::int64_t i) const {
        return i == 0 ? 0 : std::clamp<std::int64_t>((i + W_.offsets.back() + group - 1) / group * group, 0, W_.cols());
    }
    [[nodiscard]] std::int64_t rows_before(std::int64_t i) const {
        return i == W_.rows() ? W_.cols()
                              : std::clamp<std::int64_t>((i + W_.offsets.front()) / group * group, 0, W_.cols());
    }

private:
    static constexpr std::int64_t group = diagonals<Scalar>::group;

    [[nodiscard]] std::int64_t panels() const { return panel_count(W_.rows()); }
    [[nodiscard]] std::int64_t reach() const { return W_.offsets.back() - W_.offsets.front() + 2 * group; }

    const diagonals<Scalar>& W_;
    std::int64_t height_;
    std::int64_t count_ = 1;
};

}  // namespace

template <storage_scalar Scalar>
void spmm(const diagonals<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
          const panel_task* then, instruction_set isa) {
    multiply(W, kernels_of<Scalar>(isa).forward, map, scale, X, Y, threads, then);
}

template <storage_scalar Scalar>
void spmm_adjoint(const diagonals<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, int threads,
                  const panel_task* then, instruction_set isa) {
    multiply(W, kernels_of<Scalar>(isa).adjoint, map, scale, X, Y, threads, then);
}

template <storage_scalar Scalar>
void spmm_both(const diagonals<Scalar>& W, entry_map map, double scale, const_block X, mutable_block Y, mutable_block Z,
               int threads, panel_task between, instruction_set isa) {
    const auto kernel = kernels_of<Scalar>(isa);
    const auto forward = product_of(W, map, scale, X, Y);
    auto adjoint = product_of(W, map, scale, Y, Z);
    adjoint.streams = worth_streaming(Z);
    const runs_of_panels<Scalar> runs(W);
    const auto add_up = [&](std::int64_t first, std::int64_t last) {
        if (first < last) kernel.adjoint(adjoint, first, last);
    };
    const int team = threads_worth(work_of(W, Y), threads);
    parallel_for(team, runs.count(), [&](std::int64_t run) {
        const std::int64_t end = runs.first(run + 1);
        std::int64_t done = runs.rows_after(runs.first(run));
        for (std::int64_t first = runs.first(run); first < end; first += runs.height()) {
            const std::int64_t last = std::min(end, first + runs.height());
            kernel.forward(forward, first, last);
            between(first, last, Y.row(first));
            const std::int64_t ready = runs.rows_before(last);
            add_up(done, ready);
            done = std::max(done, ready);
        }
    });
    parallel_for(team, runs.count() - 1, [&](std::int64_t run) {
        const std::int64_t border = runs.first(run + 1);
        add_up(runs.rows_before(border), runs.rows_after(border));
    });
}

template <storage_scalar Scalar>
bool both_in_one_sweep(const diagonals<Scalar>& W) {
    // A third faster than two products up to there (docs/performance/measurements.md): part of a core's share of the
    // last cache.
    constexpr std::int64_t near = std::int64_t{1} << 21;
    return panel_rows(W.rows()) * W.count() * std::int64_t{sizeof(Scalar)} + reach_of(W) <= near;
}

#define RHOCHAIN_INSTANTIATE(Scalar)                                                                                \
    template void spmm(const diagonals<Scalar>&, entry_map, double, const_block, mutable_block, int,                \
                       const panel_task*, instruction_set);                                                         \
    template void spmm_adjoint(const diagonals<Scalar>&, entry_map, double, const_block, mutable_block, int,        \
                               const panel_task*, instruction_set);                                                 \
    template void spmm_both(const diagonals<Scalar>&, entry_map, double, const_block, mutable_block, mutable_block, \
                            int, panel_task, instruction_set);                                                      \
    template bool both_in_one_sweep(const diagonals<Scalar>&);
RHOCHAIN_INSTANTIATE(float)
RHOCHAIN_INSTANTIATE(double)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
