// The state of an object as two lists, of integers and of real numbers, bit for bit. Each class has one function for
// both ways, `void exchange(state_archive& s)`, which passes its members to s in a fixed order: an archive that writes
// appends them, one that reads assigns them. Of vectors it holds the entries of this process.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_block.hpp>
#include "kernels/vectors/complex_vectors.hpp"

#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rhochain {

class state_archive {
public:
    // Writes.
    state_archive() = default;
    // Reads. Borrowed.
    state_archive(std::span<const std::int64_t> integers, std::span<const double> reals)
        : reads_(true), given_integers_(integers), given_reals_(reals) {}

    [[nodiscard]] bool reads() const { return reads_; }

    // A function throws std::invalid_argument where an archive that is read ends too early, or does not fit.
    void operator()(double& x);
    template <class Integer>
        requires(std::integral<Integer> || std::is_enum_v<Integer>)
    void operator()(Integer& x) {
        auto number = static_cast<std::int64_t>(x);
        integer(number);
        x = static_cast<Integer>(number);
    }
    void operator()(std::complex<double>& z);
    void operator()(std::string& text);
    void operator()(std::vector<double>& x);
    // Empty, or of S; the number of its columns may change.
    void operator()(vector_block& x, const space& S);
    void operator()(complex_vector& x, const space& S);

    // A list whose elements `each` exchanges; elements that are read begin as copies of `fresh`.
    template <class T, class Each>
    void list(std::vector<T>& elements, const T& fresh, const Each& each) {
        auto count = static_cast<std::int64_t>(elements.size());
        integer(count);
        if (reads_) elements.assign(length(count), fresh);
        for (T& element : elements) each(element);
    }

    [[nodiscard]] std::vector<std::int64_t> take_integers() { return std::move(integers_); }
    [[nodiscard]] std::vector<double> take_reals() { return std::move(reals_); }
    // Throws std::invalid_argument unless everything has been read.
    void require_end() const;

private:
    void integer(std::int64_t& x);
    void entries(std::span<double> x);
    [[nodiscard]] std::size_t length(std::int64_t count) const;

    bool reads_ = false;
    std::span<const std::int64_t> given_integers_;
    std::span<const double> given_reals_;
    std::size_t next_integer_ = 0, next_real_ = 0;
    std::vector<std::int64_t> integers_;
    std::vector<double> reals_;
};

}  // namespace rhochain
