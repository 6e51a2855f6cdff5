#include <rhochain/chains/steps/neuron_leaks.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include "kernels/vectors/extents.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

constexpr double least_allowed = std::numeric_limits<double>::denorm_min();

[[noreturn]] void reject(const std::string& name, double a) {
    throw std::invalid_argument(name + ": got " + std::to_string(a) + ", expected 0 < leak <= 1");
}

[[noreturn]] void reject_count(std::size_t count, std::int64_t n) {
    throw std::invalid_argument("leak: got " + std::to_string(count) + " numbers, expected " + std::to_string(n) +
                                ", one for each neuron");
}

}  // namespace

neuron_leaks::neuron_leaks(double leak) : least_(leak), largest_(leak) {
    if (!(leak > 0.0 && leak <= 1.0)) reject("leak", leak);
}

neuron_leaks::neuron_leaks(std::span<const double> leaks, const space& S) : least_(1.0), largest_(0.0) {
    if (S.whole() && leaks.size() == 1) {
        *this = neuron_leaks(leaks.front());
        return;
    }
    if (S.any(static_cast<std::int64_t>(leaks.size()) != S.length())) reject_count(leaks.size(), S.length());
    if (const auto bad = first_outside(least_allowed, 1.0, as_vector(leaks), S))
        reject("leak[" + std::to_string(bad->position) + "]", bad->value);
    for (const double a : leaks) {
        least_ = std::min(least_, a);
        largest_ = std::max(largest_, a);
    }
    least_ = S.least(least_);
    largest_ = S.largest(largest_);
    if (!uniform()) each_ = std::make_shared<const std::vector<double>>(leaks.begin(), leaks.end());
}

void neuron_leaks::require_length(const space& S) const {
    if (S.any(!uniform() && static_cast<std::int64_t>(each().size()) != S.length()))
        reject_count(each().size(), S.length());
}

}  // namespace rhochain
