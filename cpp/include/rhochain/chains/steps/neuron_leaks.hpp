// The leaks a_i of a network, 0 < a_i <= 1: one for all neurons, or one for each.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace rhochain {

class neuron_leaks {
public:
    // One for all. Throws std::invalid_argument unless 0 < leak <= 1.
    neuron_leaks(double leak = 1.0);
    // (*) One for each neuron of this process, copied, or in one process a single one for all; S is the space of the
    // neurons. Throws std::invalid_argument at a number out of range, with its index, and if their number does not fit.
    neuron_leaks(std::span<const double> leaks, const space& S);

    [[nodiscard]] double least() const { return least_; }
    [[nodiscard]] double largest() const { return largest_; }
    [[nodiscard]] bool uniform() const { return least_ == largest_; }
    // a = 1 for all neurons.
    [[nodiscard]] bool none() const { return least_ == 1.0; }
    // Of the neurons of this process; empty where all leaks are equal. Lives as long as the last copy of this.
    [[nodiscard]] std::span<const double> each() const {
        return each_ ? std::span<const double>(*each_) : std::span<const double>();
    }
    // The same, and one number where all leaks are equal. Borrowed from this.
    [[nodiscard]] std::span<const double> numbers() const {
        return uniform() ? std::span<const double>(&least_, 1) : each();
    }

    // (*) Throws std::invalid_argument, with the argument's name, unless they fit the neurons of S.
    void require_length(const space& S) const;

private:
    double least_;
    double largest_;
    std::shared_ptr<const std::vector<double>> each_;
};

}  // namespace rhochain
