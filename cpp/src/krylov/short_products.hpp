// Where a map is known by its products alone, nothing tells how they were rounded. Products far shorter than the vector
// lie near the subnormal numbers, which have few digits: bounds with a grade would be false.
#pragma once

#include <rhochain/operators/linear_map.hpp>

#include <stdexcept>

namespace rhochain {

class short_products : public std::invalid_argument {
public:
    short_products()
        : std::invalid_argument(
              "W: got products below 2^-1010 times the length of the vector, where float64 loses digits; expected an "
              "operator of entries nearer to 1, such as 2^1000 W") {}
};

// ||A v|| and ||v|| of a random v. Throws short_products. A product of 0 passes: A is 0 as far as float64 tells.
inline void require_long_products(const linear_map& A, double image, double length) {
    constexpr double least = 0x1p-1010;
    if (!A.bounded() && image > 0.0 && image < least * length) throw short_products();
}

}  // namespace rhochain
