// y = 2 W x - u and z = W^T y for bands, in two products and in one sweep over W: milliseconds of the fastest of eight,
// in turns, as a Markdown table. The bits are compared.
//     cmake -S . -B build/benchmarks -DRHOCHAIN_BUILD_BENCHMARKS=ON
//     cmake --build build/benchmarks --target one_sweep && build/benchmarks/benchmarks/one_sweep
#include <rhochain/kernels/products/diagonal_product.hpp>
#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include "kernels/vectors/random.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace rhochain;

namespace {

constexpr std::int64_t n = 4'000'000;

diagonals<double> band(std::int64_t count, std::int64_t apart, int threads) {
    diagonals<double> W;
    W.n_rows = W.n_cols = n;
    for (std::int64_t d = 0; d < count; ++d) W.offsets.push_back((d - count / 2) * apart);
    W.values = buffer<double>(static_cast<std::size_t>(diagonals<double>::places(n, count)));
    fill_gaussian(as_vector(W.values), 1, 0, space(static_cast<std::int64_t>(W.values.size()), threads));
    return W;
}

template <class Call>
double milliseconds(const Call& call) {
    const auto begin = std::chrono::steady_clock::now();
    call();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

void compare(std::int64_t count, std::int64_t apart, int threads) {
    constexpr int repeats = 8;
    const diagonals<double> W = band(count, apart, threads);
    buffer<double> x(n), u(n), y(n), z(n);
    fill_gaussian(as_vector(x), 2, 0, space(n, threads));
    fill_gaussian(as_vector(u), 3, 0, space(n, threads));
    const auto between = [&](std::int64_t first, std::int64_t last, panel_in panel) {
        const double* rows = entries_of(panel);
        for (std::int64_t i = first; i < last; ++i) {
            const auto at = static_cast<std::size_t>(i);
            y[at] = 2.0 * rows[i - first] - u[at];
        }
    };
    const panel_task then(between);
    const const_block X(x);
    const mutable_block Y(y), Z(z);
    double two = 1e300, one = 1e300;
    for (int r = 0; r < repeats; ++r) {
        two = std::min(two, milliseconds([&] {
                           spmm(W, entry_map::identity, 1.0, X, Y, threads, &then);
                           spmm_adjoint(W, entry_map::identity, 1.0, Y, Z, threads);
                       }));
        const buffer<double> expected_y = y, expected_z = z;
        one = std::min(one, milliseconds([&] { spmm_both(W, entry_map::identity, 1.0, X, Y, Z, threads, between); }));
        if (y != expected_y || z != expected_z) {
            std::fputs("the bits differ\n", stderr);
            std::exit(EXIT_FAILURE);
        }
    }
    std::printf("| %lld, %lld apart | %.1f | %.1f | %.2f | %s |\n", static_cast<long long>(count),
                static_cast<long long>(apart), two, one, two / one, both_in_one_sweep(W) ? "yes" : "no");
}

}  // namespace

int main() {
    const int threads = resolve_threads(0);
    std::printf(
        "n = %lld, %d threads\n\n| diagonals | two products, ms | one sweep, ms | ratio | used "
        "|\n|---|---:|---:|---:|---|\n",
        static_cast<long long>(n), threads);
    for (const std::int64_t count : {3, 9, 21, 31, 63})
        for (const std::int64_t apart : {1, 100}) compare(count, apart, threads);
    compare(9, 100'000, threads);
}
