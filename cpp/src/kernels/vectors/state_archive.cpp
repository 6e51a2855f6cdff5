#include "kernels/vectors/state_archive.hpp"

#include <algorithm>
#include <stdexcept>

namespace rhochain {

void state_archive::refuse() {
    throw std::invalid_argument("resume: got the state of another run, whose numbers do not fit this one");
}

void state_archive::integer(std::int64_t& x) {
    if (!reads_) return integers_.push_back(x);
    if (next_integer_ == given_integers_.size()) refuse();
    x = given_integers_[next_integer_++];
}

void state_archive::entries(std::span<double> x) {
    if (!reads_) {
        reals_.insert(reals_.end(), x.begin(), x.end());
        return;
    }
    if (reals_left() < x.size()) refuse();
    std::copy_n(given_reals_.begin() + static_cast<std::ptrdiff_t>(next_real_), x.size(), x.begin());
    next_real_ += x.size();
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

void state_archive::operator()(vector_block& x) {
    std::int64_t columns = x.columns();
    within(columns, columns, columns);
    entries(entries_of(x));
}

void state_archive::flags(std::vector<std::uint8_t>& x) {
    constexpr std::size_t together = 32;
    for (std::size_t first = 0; first < x.size(); first += together) {
        const std::size_t count = std::min(together, x.size() - first);
        std::int64_t bits = 0;
        for (std::size_t i = 0; i < count; ++i) bits |= std::int64_t{x[first + i] != 0} << i;
        integer(bits);
        for (std::size_t i = 0; reads_ && i < count; ++i) x[first + i] = (bits >> i & 1) != 0 ? 1 : 0;
    }
}

void state_archive::resizable(vector_block& x, const space& S, std::int64_t most) {
    std::int64_t columns = x.empty() ? 0 : x.columns();
    within(columns, 0, most);
    if (reads_) {
        const auto rows = static_cast<std::size_t>(S.length());
        if (columns == 0)
            x = vector_block();
        else if (rows == 0 || length(columns, rows, reals_left()) > 0)
            x.reshape(S, columns);
    }
    if (columns > 0) entries(entries_of(x));
}

void state_archive::operator()(complex_vector& x, const space& S) {
    bool some = !x.empty();
    (*this)(some);
    if (!some) {
        if (reads_) x = complex_vector();
        return;
    }
    if (reads_) {
        if (reals_left() / 2 < static_cast<std::size_t>(S.length())) refuse();
        x = complex_vector(S);
    }
    for (std::complex<double>& z : entries_of(static_cast<complex_out>(x))) (*this)(z);
}

void state_archive::require_end() const {
    if (next_integer_ != given_integers_.size() || next_real_ != given_reals_.size()) refuse();
}

}  // namespace rhochain
