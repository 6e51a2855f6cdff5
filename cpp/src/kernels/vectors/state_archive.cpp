#include "kernels/vectors/state_archive.hpp"

#include <rhochain/kernels/space/parallel.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <stdexcept>

namespace rhochain {

namespace {

// Most of its time the system provides the pages of `out`.
void copy_of(std::span<const double> x, double* out, int threads) {
    constexpr std::size_t together = std::size_t{1} << 16;
    const auto parts = static_cast<std::int64_t>((x.size() + together - 1) / together);
    parallel_for(threads, parts, [=](std::int64_t part) {
        const std::size_t first = static_cast<std::size_t>(part) * together;
        const std::span<const double> some = x.subspan(first, std::min(together, x.size() - first));
        std::copy(some.begin(), some.end(), out + first);
    });
}

}  // namespace

void state_archive::refuse() {
    throw std::invalid_argument("resume: got the state of another run, whose numbers do not fit this one");
}

state_archive::state_archive(const space& run, std::span<const std::int64_t> integers, std::span<const double> reals)
    : run_(run), reads_(true), given_integers_(integers), given_reals_(reals), reals_given_(reals.size()) {
    if (run_.whole()) return;
    std::array<double, 2> sizes{static_cast<double>(integers.size()), static_cast<double>(reals.size())};
    run_.broadcast(sizes, 0);
    std::vector<double> bits(static_cast<std::size_t>(sizes[0]));
    const auto as_bits = [](std::int64_t i) { return std::bit_cast<double>(i); };
    if (keeps()) std::transform(integers.begin(), integers.end(), bits.begin(), as_bits);
    run_.broadcast(bits, 0);
    if (keeps()) return;
    for (const double b : bits) integers_of_first_.push_back(std::bit_cast<std::int64_t>(b));
    given_integers_ = integers_of_first_;
    reals_given_ = static_cast<std::size_t>(sizes[1]);
}

void state_archive::write(const std::function<void(state_archive&)>& state) {
    counts_ = true;
    state(*this);
    counts_ = false;
    if (keeps())
        run_.attempt([&] {
            integers_.reserve(counted_integers_);
            reals_.reserve(counted_reals_);
        });
    state(*this);
}

void state_archive::integer(std::int64_t& x) {
    if (counts_) {
        ++counted_integers_;
        return;
    }
    if (!reads_) {
        if (keeps()) integers_.push_back(x);
        return;
    }
    if (integers_left() == 0) refuse();
    x = given_integers_[next_integer_++];
}

void state_archive::append(std::span<const double> x) {
    if (counts_) {
        counted_reals_ += x.size();
        return;
    }
    if (!keeps()) return;
    run_.attempt([&] {
        const std::size_t before = reals_.size();
        reals_.resize(before + x.size());
        copy_of(x, reals_.data() + before, run_.threads());
    });
}

void state_archive::take(std::span<double> x) {
    if (reals_left() < x.size()) refuse();
    if (keeps()) std::copy_n(given_reals_.begin() + static_cast<std::ptrdiff_t>(next_real_), x.size(), x.begin());
    run_.broadcast(x, 0);
    next_real_ += x.size();
}

void state_archive::entries(std::span<double> x) { reads_ ? take(x) : append(x); }

void state_archive::rows(std::span<double> x, std::int64_t columns, const space& S) {
    if (S.whole()) return entries(x);
    const auto numbers = static_cast<std::size_t>(S.size() * columns);
    if (counts_) {
        counted_reals_ += numbers;
        return;
    }
    if (reads_ && reals_left() < numbers) refuse();
    std::vector<double> whole(numbers);
    if (reads_) {
        take(whole);
        std::copy_n(whole.begin() + static_cast<std::ptrdiff_t>(S.first() * columns), x.size(), x.begin());
    } else {
        S.assemble(x, columns, whole);
        append(whole);
    }
}

std::size_t state_archive::length(std::int64_t count, std::size_t each, std::size_t left) const {
    if (count < 0 || static_cast<std::size_t>(count) > left / each) refuse();
    return static_cast<std::size_t>(count);
}

void state_archive::operator()(double& x) { entries({&x, 1}); }

void state_archive::operator()(std::complex<double>& z) {
    double parts[2] = {z.real(), z.imag()};
    entries(parts);
    z = {parts[0], parts[1]};
}

void state_archive::operator()(std::string& text) {
    auto count = static_cast<std::int64_t>(text.size());
    integer(count);
    if (reads_) text.assign(length(count, 1, integers_left()), ' ');
    for (char& c : text) (*this)(c);
}

void state_archive::operator()(std::vector<double>& x) {
    auto count = static_cast<std::int64_t>(x.size());
    integer(count);
    if (reads_) x.resize(length(count, 1, reals_left()));
    entries(x);
}

void state_archive::operator()(vector_block& x, const space& S) {
    std::int64_t columns = x.columns();
    within(columns, columns, columns);
    rows(entries_of(x), columns, S);
}

void state_archive::flags(std::vector<std::uint8_t>& x, const space& S) {
    constexpr std::size_t together = 32;
    if (counts_) {
        counted_integers_ += (static_cast<std::size_t>(S.size()) + together - 1) / together;
        return;
    }
    std::vector<double> whole(static_cast<std::size_t>(S.size()));
    if (!reads_) S.assemble(std::vector<double>(x.begin(), x.end()), 1, whole);
    for (std::size_t first = 0; first < whole.size(); first += together) {
        const std::size_t count = std::min(together, whole.size() - first);
        std::int64_t bits = 0;
        for (std::size_t i = 0; i < count; ++i) bits |= std::int64_t{whole[first + i] != 0.0} << i;
        integer(bits);
        for (std::size_t i = 0; reads_ && i < count; ++i) whole[first + i] = (bits >> i & 1) != 0 ? 1.0 : 0.0;
    }
    const auto first = static_cast<std::size_t>(S.first());
    for (std::size_t i = 0; reads_ && i < x.size(); ++i) x[i] = whole[first + i] != 0.0 ? 1 : 0;
}

bool state_archive::resizable(vector_block& x, const space& S, std::int64_t most) {
    std::int64_t columns = x.empty() ? 0 : x.columns();
    // A rank without a row has no entries in any case.
    if (!reads_) columns = static_cast<std::int64_t>(S.largest(static_cast<double>(columns)));
    within(columns, 0, most);
    if (reads_) {
        const auto height = static_cast<std::size_t>(S.size());
        if (columns == 0)
            x = vector_block();
        else if (height == 0 || length(columns, height, reals_left()) > 0)
            x.reshape(S, columns);
    }
    if (columns > 0) rows(entries_of(x), columns, S);
    return columns > 0;
}

bool state_archive::operator()(complex_vector& x, const space& S) {
    bool some = !reads_ && S.any(!x.empty());
    (*this)(some);
    if (!some) {
        if (reads_) x = complex_vector();
        return false;
    }
    if (reads_) {
        if (reals_left() / 2 < static_cast<std::size_t>(S.size())) refuse();
        x = complex_vector(S);
    }
    if (counts_) {
        counted_reals_ += 2 * static_cast<std::size_t>(S.size());
        return true;
    }
    const auto own = entries_of(static_cast<complex_out>(x));
    std::vector<double> parts;
    parts.reserve(2 * own.size());
    for (const std::complex<double>& z : own) parts.insert(parts.end(), {z.real(), z.imag()});
    rows(parts, 2, S);
    for (std::size_t i = 0; reads_ && i < own.size(); ++i) own[i] = {parts[2 * i], parts[2 * i + 1]};
    return true;
}

void state_archive::require_end() const {
    if (next_integer_ != given_integers_.size() || next_real_ != reals_given_) refuse();
}

}  // namespace rhochain
