// rho of a matrix whose rows the ranks of an MPI communicator share, from C++.
//
//     P=$(rhochain --cmake-dir)
//     mpicxx -std=c++20 -O2 ranks.cpp -I$P/include -L$P/lib -lrhochain -fopenmp -o ranks
//     OMP_NUM_THREADS=1 mpiexec -n 4 ./ranks 20000
//
// The bits do not depend on the number of ranks.
#include <rhochain/mpi/communicator.hpp>
#include <rhochain/operators/sliced_operator.hpp>
#include <rhochain/rhochain.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace {

using matrix = rhochain::csr<double, std::int64_t>;

// Row i has its entries in the columns i + offset modulo n.
constexpr std::array<std::int64_t, 8> offsets{1, 7, 60, 411, 1022, 2500, 5003, 9009};

double entry(std::int64_t i, std::int64_t j) {
    const std::uint64_t mixed = (static_cast<std::uint64_t>(i) * 2654435761u + static_cast<std::uint64_t>(j) * 40503u);
    return static_cast<double>(mixed % 65536u) / 32768.0 - 1.0;
}

// The rows of W, or of W^T, that a rank has, each with its entries in rising order.
matrix rows_of(const rhochain::space& S, bool transposed) {
    const std::int64_t n = S.size();
    matrix part{S.length(), n, {0}, {}, {}};
    for (std::int64_t i = S.first(); i < S.first() + S.length(); ++i) {
        std::vector<std::pair<std::int64_t, double>> row;
        for (const std::int64_t offset : offsets) {
            const std::int64_t j = transposed ? (i + n - offset) % n : (i + offset) % n;
            row.emplace_back(j, transposed ? entry(j, i) : entry(i, j));
        }
        std::sort(row.begin(), row.end());
        for (const auto& [j, value] : row) {
            part.indices.push_back(j);
            part.values.push_back(value);
        }
        part.indptr.push_back(static_cast<std::int64_t>(part.indices.size()));
    }
    return part;
}

// Whole pieces of rows for each rank, about as many each.
std::vector<std::int64_t> lengths_of(std::int64_t n, int ranks) {
    const std::int64_t piece = rhochain::piece_rows(n);
    const std::int64_t pieces = (n + piece - 1) / piece;
    std::vector<std::int64_t> lengths;
    for (int r = 0; r < ranks; ++r) {
        const std::int64_t first = pieces * r / ranks * piece;
        lengths.push_back(std::min(n, pieces * (r + 1) / ranks * piece) - first);
    }
    return lengths;
}

void print_radius(std::int64_t n) {
    const auto ranks =
        std::make_shared<rhochain::rank_group>(std::make_shared<rhochain::mpi_communicator>(MPI_COMM_WORLD));
    const rhochain::space S(ranks, lengths_of(n, ranks->size()), rhochain::resolve_threads(0));
    const matrix rows = rows_of(S, false), columns = rows_of(S, true);
    constexpr std::size_t of_layouts = std::size_t{1} << 30, in_first_rank = std::size_t{1} << 34;
    const rhochain::sliced_operator W(rows.view(), columns.view(), S, S, {of_layouts, in_first_rank});
    const rhochain::Bracket rho = rhochain::spectral_radius(rhochain::linear_map(W), {.rtol = 1e-2});
    if (ranks->rank() == 0)
        std::printf("%a %a %a %d ranks\n", rho.lower.value, rho.value, rho.upper.value, ranks->size());
}

}  // namespace

int main(int argc, char** argv) {
    int provided = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    try {
        print_radius(argc > 1 ? std::atoll(argv[1]) : 20000);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    MPI_Finalize();
    return 0;
}
