// One result type for every estimate of a nonnegative number q attached to a matrix:
//     lower.value <= value <= upper.value,   lower.value <= q <= upper.value with the grade of each bound.
// Where `lower` or `upper` is an ESTIMATE, graded_lower and graded_upper give the best PROVED or PROBABLE bound:
//     graded_lower.value <= lower.value,   upper.value <= graded_upper.value.
#pragma once

#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace rhochain {

// estimate: a converged or extrapolated number without a guarantee.
// probable: holds with probability at least 1 - delta over a fresh random start, up to a stated backward error.
// proved:   holds for the stored matrix, rounding of the computation included.
enum class Grade { estimate, probable, proved };

struct Bound {
    double value = 0.0;
    Grade grade = Grade::estimate;
    double delta = 0.0;  // failure probability; 0 unless the grade is probable
    std::string source;  // the theorem or method, in a few words
};

// converged:    the requested relative tolerance is met.
// bracketed:    the bounds hold, the tolerance is not met, and the method cannot improve them.
// budget_spent: products, seconds or the callback ended the run.
enum class Status { converged, bracketed, budget_spent };

struct Progress {
    std::int64_t matvecs = 0;
    double seconds = 0.0;
    double lower = 0.0;
    double value = 0.0;
    double upper = 0.0;
};

struct Bracket {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    static constexpr double infinity = std::numeric_limits<double>::infinity();

    double value = 0.0;
    Bound lower;
    Bound upper;
    // The tightest PROVED or PROBABLE bounds beside `lower` and `upper`; graded_lower and graded_upper read them.
    Bound lower_behind{-infinity, Grade::proved, 0.0, "no bound"};
    Bound upper_behind{infinity, Grade::proved, 0.0, "no bound"};
    Status status = Status::bracketed;
    bool interrupted = false;    // SolverOptions::interrupt returned true, on some rank
    double residual = unknown;   // ||A x - eigenvalue x|| or ||A^T A v - value^2 v|| / value, ||x|| = 1
    double condition = unknown;  // 1 / |y^* x| for unit left and right eigenvectors; if known
    double runner_up = unknown;  // modulus of the next distinct eigenvalue found
    std::int64_t matvecs = 0;    // products with the matrix or its transpose, a block of b vectors counts b
    double seconds = 0.0;
    std::vector<Progress> history;
    std::vector<std::complex<double>> vector;           // the unit eigenvector or right singular vector behind `value`
    std::string no_vector{};                            // why there is none
    std::complex<double> eigenvalue{unknown, unknown};  // x^* A x of an eigenvector x
};

// The bracket of a quantity that is `value` exactly.
[[nodiscard]] Bracket exact_bracket(double value, const std::string& source);

// Keeps the tighter of two bounds; a tie goes to the better grade.
void tighten_lower(Bracket& b, const Bound& candidate);
void tighten_upper(Bracket& b, const Bound& candidate);

// The tightest bounds graded PROVED or PROBABLE.
[[nodiscard]] const Bound& graded_lower(const Bracket& b);
[[nodiscard]] const Bound& graded_upper(const Bracket& b);

// Restores lower <= value <= upper. A graded bound replaces an ESTIMATE that the other bound refutes. Where graded
// bounds cross, the one of the lower grade moves to the other. A value that had to move has not converged.
void clamp_value(Bracket& b);

// upper / lower - 1 as a fraction of value; 0 for an exact zero.
[[nodiscard]] double relative_width(const Bracket& b);

// Whether both bounds are PROVED and relative_width(b) is at most `width`.
[[nodiscard]] bool is_proved(const Bracket& b, double width);

// 2^exponent x for x >= 0: exact unless the result lies outside the normal range. There shifted_up rounds up, and
// shifted_down rounds down and is never infinite.
[[nodiscard]] double shifted_up(double x, int exponent);
[[nodiscard]] double shifted_down(double x, int exponent);

// 2^exponent z, and a bound of |2^exponent z' - value| for every z' with |z' - z| <= error.
struct scaled_eigenvalue {
    std::complex<double> value;
    double error;
};
[[nodiscard]] scaled_eigenvalue scaled_up(std::complex<double> z, double error, int exponent);

// The bracket of a quantity that lies between 1 - error and 1 + error times the one of b, 2^-50 <= error < 1/2.
void move_outwards(Bracket& b, double error);

// The bracket of 2^exponent q from that of q. The ends move outwards if a result leaves the normal range; a bracket
// that this makes relatively wider is no longer `converged`.
void rescale_bracket(Bracket& b, int exponent);

}  // namespace rhochain
