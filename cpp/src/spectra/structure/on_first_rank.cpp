#include "spectra/structure/on_first_rank.hpp"

#include <rhochain/storage/buffer.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace rhochain {

void on_first_rank(const space& S, const std::function<void()>& compute,
                   const std::function<void(state_archive&)>& results) {
    std::vector<std::int64_t> integers;
    buffer<double> reals;
    const bool first = S.rank() == 0;
    if (first)
        S.attempt([&] {
            compute();
            state_archive written;
            written.write(results);
            integers = written.take_integers();
            reals = written.take_reals();
        });
    if (S.whole()) return;
    std::array<double, 2> sizes{static_cast<double>(integers.size()), static_cast<double>(reals.size())};
    S.broadcast(sizes, 0);
    const auto count = static_cast<std::size_t>(sizes[0]);
    std::vector<double> numbers;
    for (const std::int64_t i : integers) numbers.push_back(std::bit_cast<double>(i));
    numbers.insert(numbers.end(), reals.begin(), reals.end());
    numbers.resize(count + static_cast<std::size_t>(sizes[1]));
    S.broadcast(numbers, 0);
    if (first) return;
    for (std::size_t k = 0; k < count; ++k) integers.push_back(std::bit_cast<std::int64_t>(numbers[k]));
    state_archive read(integers, std::span<const double>(numbers).subspan(count));
    results(read);
    read.require_end();
}

std::vector<std::complex<double>> in_first_rank(std::vector<std::complex<double>> slice, const space& S) {
    if (S.whole() || !S.any(!slice.empty())) return slice;
    std::vector<std::complex<double>> whole(S.rank() == 0 ? static_cast<std::size_t>(S.size()) : 0);
    std::vector<double> part(slice.size());
    for (const bool imaginary : {false, true}) {
        for (std::size_t i = 0; i < part.size(); ++i) part[i] = imaginary ? slice[i].imag() : slice[i].real();
        const std::vector<double> all = S.assembled(part);
        for (std::size_t i = 0; i < whole.size(); ++i) imaginary ? whole[i].imag(all[i]) : whole[i].real(all[i]);
    }
    return whole;
}

std::vector<double> from_first_rank(std::vector<double> whole, const space& S) {
    if (S.whole() || !S.any(!whole.empty())) return whole;
    whole.resize(static_cast<std::size_t>(S.size()));
    S.broadcast(whole, 0);
    const auto begin = whole.begin() + S.first();
    return {begin, begin + S.length()};
}

std::vector<std::complex<double>> from_first_rank(const std::vector<std::complex<double>>& whole, const space& S) {
    if (S.whole()) return whole;
    std::vector<double> part(whole.size());
    std::transform(whole.begin(), whole.end(), part.begin(), [](const auto& z) { return z.real(); });
    const std::vector<double> real = from_first_rank(part, S);
    std::transform(whole.begin(), whole.end(), part.begin(), [](const auto& z) { return z.imag(); });
    const std::vector<double> imaginary = from_first_rank(std::move(part), S);
    std::vector<std::complex<double>> slice(real.size());
    for (std::size_t i = 0; i < slice.size(); ++i) slice[i] = {real[i], imaginary[i]};
    return slice;
}

}  // namespace rhochain
