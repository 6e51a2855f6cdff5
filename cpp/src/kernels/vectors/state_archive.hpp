// The state of an object as two lists, of integers and of real numbers, bit for bit. Each class has one function for
// both ways, `void exchange(state_archive& s)`, which passes its members to s in a fixed order: an archive that writes
// appends them, one that reads assigns them. Of vectors it holds the entries of this process.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/kernels/vectors/vector_block.hpp>
#include "kernels/vectors/complex_vectors.hpp"

#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
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
    // Of as many columns as it has.
    void operator()(vector_block& x);
    void operator()(block_out x) { entries(entries_of(x.flat())); }
    // Of as many zeros and ones as it has.
    void flags(std::vector<std::uint8_t>& x);
    // Empty, or of S with at most so many columns.
    void resizable(vector_block& x, const space& S, std::int64_t most);
    // Empty, or of S.
    void operator()(complex_vector& x, const space& S);

    // A list whose elements `each` exchanges, at least `numbers` numbers for each of them; elements that are read begin
    // as copies of `fresh`.
    template <class T, class Each>
    void list(std::vector<T>& elements, const T& fresh, std::size_t numbers, const Each& each) {
        auto count = static_cast<std::int64_t>(elements.size());
        integer(count);
        if (reads_) elements.assign(length(count, numbers, integers_left() + reals_left()), fresh);
        for (T& element : elements) each(element);
    }

    // An x in [least, most].
    template <class Integer>
    void within(Integer& x, std::type_identity_t<Integer> least, std::type_identity_t<Integer> most) {
        (*this)(x);
        require(least <= x && x <= most);
    }
    // One of the enumerators up to `last`.
    template <class Enumeration>
        requires std::is_enum_v<Enumeration>
    void within(Enumeration& x, Enumeration last) {
        auto number = static_cast<std::int64_t>(x);
        within(number, 0, static_cast<std::int64_t>(last));
        x = static_cast<Enumeration>(number);
    }

    // Refuses what has been read unless it fits.
    void require(bool fits) const {
        if (reads_ && !fits) refuse();
    }
    [[noreturn]] static void refuse();

    [[nodiscard]] std::vector<std::int64_t> take_integers() { return std::move(integers_); }
    [[nodiscard]] std::vector<double> take_reals() { return std::move(reals_); }
    // Throws std::invalid_argument unless everything has been read.
    void require_end() const;

private:
    void integer(std::int64_t& x);
    void entries(std::span<double> x);
    // The count, of elements of which so many numbers are left.
    [[nodiscard]] std::size_t length(std::int64_t count, std::size_t each, std::size_t left) const;
    [[nodiscard]] std::size_t integers_left() const { return given_integers_.size() - next_integer_; }
    [[nodiscard]] std::size_t reals_left() const { return given_reals_.size() - next_real_; }

    bool reads_ = false;
    std::span<const std::int64_t> given_integers_;
    std::span<const double> given_reals_;
    std::size_t next_integer_ = 0, next_real_ = 0;
    std::vector<std::int64_t> integers_;
    std::vector<double> reals_;
};

}  // namespace rhochain
