// Whether the largest Ritz value sigma of Golub-Kahan, or of Lanczos with A^T A, has stabilised to rtol: an ESTIMATE,
// as the start may hardly contain the vector of a larger singular value.
//   hardly_rose: sigma has risen by at most `rise` sigma in the last two fifths of the steps. Where the top of the
//     spectrum is dense sigma errs by c / k^2 after k steps, which is 0.6 times that rise.
//   predicted: the distance to sigma_1 that the residual predicts is small, and the prediction a quarter of the steps
//     ago covers the present value. Where the largest singular value is isolated this holds earlier. With
//     r = ||A^T A v - sigma^2 v|| the distance relative to sigma is r^2 / (2 sigma^2 (sigma^2 - sigma_2^2)), if the gap
//     is that between the two largest Ritz values; as a rule 2 to 10 times too much.
#pragma once

#include <cstdint>
#include <vector>

namespace rhochain {

class state_archive;

class value_watch {
public:
    explicit value_watch(double rise) : rise_(rise) {}

    // Records the values after `steps` steps; ritz_2 is the second Ritz value, 0 without one.
    void look(std::int64_t steps, double sigma, double ritz_2, double residual);

    [[nodiscard]] bool hardly_rose() const;
    [[nodiscard]] bool predicted() const;

    void exchange(state_archive& s);

private:
    struct looked {
        std::int64_t steps;
        double sigma;
        double distance;
    };

    [[nodiscard]] const looked* before(std::int64_t steps) const;

    double rise_;
    std::vector<looked> seen_;
};

}  // namespace rhochain
