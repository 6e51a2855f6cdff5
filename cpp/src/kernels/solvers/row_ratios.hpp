// The rows of a block V (n x r) against those of its image U = A V: ||U_i|| / ||V_i||, rounded down. Each row is
// computed by itself.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

namespace rhochain {

// Rows with squares_i < least become 0, and squares_i with them.
void drop_rows(double least, vector_out squares, block_out V, const space& S);

// lengths_i = (1 + rounding) sqrt(lengths_i).
void roots_up(double rounding, vector_out lengths, const space& S);

struct ratio_rounding {
    double length;   // relative, of a computed ||U_i||
    double product;  // times errors_i: of a row of the product A V
    double underflow;
};

// (*) images_i, ||U_i||^2 on entry, becomes max(0, (1 - length) ||U_i|| - product errors_i - underflow) / lengths_i,
// rounded down, where lengths_i is not 0. Returns the least of them, +inf without any.
[[nodiscard]] double row_ratios(const ratio_rounding& rounding, vector_in lengths, vector_in errors, vector_out images,
                                const space& S);

// factors_i, a length on entry, becomes ratios_i / target where that is below 1 and the length is not 0, otherwise 1.
void shrinking_factors(vector_in ratios, double target, vector_out factors, const space& S);

}  // namespace rhochain
