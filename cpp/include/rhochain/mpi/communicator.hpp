// The ranks of an MPI communicator, for programs that include mpi.h: the library itself knows no MPI, so that this
// header is compiled by its user, against any MPI of version 3 or later.
//
//     auto bytes = std::make_shared<rhochain::mpi_communicator>(MPI_COMM_WORLD);
//     rhochain::space S(std::make_shared<rhochain::rank_group>(bytes), lengths, threads);
//
// MPI must be initialised, with MPI_THREAD_FUNNELED or more where `threads` is above 1, and finalised after the last
// space is gone. All calls come from the thread that calls the library.
#pragma once

#include <rhochain/kernels/space/communicator.hpp>

#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace rhochain {

class mpi_communicator final : public communicator {
public:
    // Duplicates `ranks`, so that its messages meet no others.
    explicit mpi_communicator(MPI_Comm ranks) {
        require(MPI_Comm_dup(ranks, &ranks_), "MPI_Comm_dup");
        require(MPI_Comm_set_errhandler(ranks_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
        require(MPI_Comm_rank(ranks_, &rank_), "MPI_Comm_rank");
        require(MPI_Comm_size(ranks_, &size_), "MPI_Comm_size");
    }
    ~mpi_communicator() override {
        int finalised = 0;
        if (MPI_Finalized(&finalised) == MPI_SUCCESS && finalised == 0) MPI_Comm_free(&ranks_);
    }

    [[nodiscard]] int rank() const override { return rank_; }
    [[nodiscard]] int size() const override { return size_; }

    void gather(std::span<const std::byte> mine, std::span<const std::size_t> bytes,
                std::span<std::byte> all) override {
        // In words of 8 bytes, of which every message consists: a count of MPI is an int.
        std::vector<int> counts, places;
        std::int64_t place = 0;
        for (const std::size_t n : bytes) {
            places.push_back(as_int(place));
            counts.push_back(as_int(words(n)));
            place += words(n);
        }
        require(MPI_Allgatherv(mine.data(), as_int(words(mine.size())), MPI_UINT64_T, all.data(), counts.data(),
                               places.data(), MPI_UINT64_T, ranks_),
                "MPI_Allgatherv");
    }

private:
    static std::int64_t words(std::size_t bytes) {
        if (bytes % sizeof(std::uint64_t) != 0) throw std::logic_error("a message that is no sequence of words");
        return static_cast<std::int64_t>(bytes / sizeof(std::uint64_t));
    }
    static int as_int(std::int64_t n) {
        if (n > std::numeric_limits<int>::max())
            throw std::length_error("a vector of more than 2^31 - 1 numbers on ranks");
        return static_cast<int>(n);
    }
    static void require(int status, const char* what) {
        if (status != MPI_SUCCESS) throw std::runtime_error(std::string(what) + " failed: " + std::to_string(status));
    }

    MPI_Comm ranks_ = MPI_COMM_NULL;
    int rank_ = 0;
    int size_ = 1;
};

}  // namespace rhochain
