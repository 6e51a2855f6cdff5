#include "kernels/vectors/state_archive.hpp"

#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <stdexcept>

namespace rhochain {
namespace {

[[noreturn]] void refuse() {
    throw std::invalid_argument("resume: got the state of another run, whose numbers do not fit this one");
}

}  // namespace

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
    if (given_reals_.size() - next_real_ < x.size()) refuse();
    std::copy_n(given_reals_.begin() + static_cast<std::ptrdiff_t>(next_real_), x.size(), x.begin());
    next_real_ += x.size();
}

std::size_t state_archive::length(std::int64_t count) const {
    constexpr std::int64_t most = std::int64_t{1} << 48;
    if (count < 0 || count > most) refuse();
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
    if (reads_) text.assign(length(count), ' ');
    for (char& c : text) (*this)(c);
}

void state_archive::operator()(std::vector<double>& x) {
    auto count = static_cast<std::int64_t>(x.size());
    integer(count);
    if (reads_) {
        if (length(count) > given_reals_.size() - next_real_) refuse();
        x.resize(length(count));
    }
    entries(x);
}

void state_archive::operator()(vector_block& x, const space& S) {
    std::int64_t columns = x.empty() ? 0 : x.columns();
    integer(columns);
    if (reads_) {
        if (columns < 0 || (S.length() > 0 &&
                            length(columns) * static_cast<std::size_t>(S.length()) > given_reals_.size() - next_real_))
            refuse();
        if (columns == 0)
            x = vector_block();
        else
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
    if (reads_) x = complex_vector(S);
    for (std::complex<double>& z : entries_of(static_cast<complex_out>(x))) (*this)(z);
}

void state_archive::require_end() const {
    if (next_integer_ != given_integers_.size() || next_real_ != given_reals_.size()) refuse();
}

}  // namespace rhochain
