#include "chains/measures/frame_walk.hpp"

#include <rhochain/chains/measures/covariant_vectors.hpp>
#include <rhochain/chains/rows/row_source.hpp>
#include <rhochain/kernels/vectors/vector_block.hpp>
#include "kernels/vectors/block_columns.hpp"
#include "kernels/vectors/caller_arrays.hpp"
#include "kernels/vectors/column_combinations.hpp"
#include "kernels/vectors/column_norms.hpp"
#include "kernels/vectors/random.hpp"
#include "kernels/vectors/random_streams.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

constexpr double undetermined = std::numeric_limits<double>::quiet_NaN();

// C (k x k, row-major, upper triangular) with columns of length 1.
class directions {
public:
    directions(std::int64_t k, std::int64_t defined, std::uint64_t seed, std::uint64_t stream)
        : k_(static_cast<std::size_t>(k)), defined_(static_cast<std::size_t>(defined)), C_(k_ * k_) {
        fill_gaussian(C_, seed, stream);
        for (std::size_t a = 0; a < k_; ++a)
            for (std::size_t c = 0; c < k_; ++c)
                if (a > c || c >= defined_) C_[a * k_ + c] = 0.0;
        normalise();
    }

    // C <- R^-1 C, each column normalised.
    void step_back(const double* R) {
        for (std::size_t c = 0; c < defined_; ++c)
            for (std::size_t a = c + 1; a-- > 0;) {
                double sum = at(a, c);
                for (std::size_t b = a + 1; b <= c; ++b) sum -= R[a * k_ + b] * at(b, c);
                at(a, c) = sum / R[a * k_ + a];
            }
        normalise();
    }

    [[nodiscard]] double product(std::size_t i, const directions& other, std::size_t j) const {
        double sum = 0.0;
        for (std::size_t a = 0; a <= std::min(i, j); ++a) sum += C_[a * k_ + i] * other.C_[a * k_ + j];
        return sum;
    }

    // The sine of the angle between column i of both.
    [[nodiscard]] double sine(std::size_t i, const directions& other) const {
        const double cosine = product(i, other, i);
        double square = 0.0;
        for (std::size_t a = 0; a <= i; ++a) {
            const double apart = C_[a * k_ + i] - cosine * other.C_[a * k_ + i];
            square += apart * apart;
        }
        return std::sqrt(square);
    }

    [[nodiscard]] const std::vector<double>& entries() const { return C_; }

private:
    double& at(std::size_t a, std::size_t c) { return C_[a * k_ + c]; }

    void normalise() {
        for (std::size_t c = 0; c < defined_; ++c) {
            double largest = 0.0;
            for (std::size_t a = 0; a <= c; ++a) largest = std::max(largest, std::abs(at(a, c)));
            double square = 0.0;
            for (std::size_t a = 0; a <= c; ++a) square += (at(a, c) / largest) * (at(a, c) / largest);
            for (std::size_t a = 0; a <= c; ++a) at(a, c) = at(a, c) / largest / std::sqrt(square);
        }
    }

    std::size_t k_;
    std::size_t defined_;
    std::vector<double> C_;
};

class covariant_run : private frame_walker {
public:
    covariant_run(const chain_ref& P, std::int64_t k, std::int64_t at, std::int64_t until, std::uint64_t seed,
                  const chain_progress& progress)
        : S_(P.domain()),
          k_(k),
          at_(at),
          until_(until),
          seed_(seed),
          progress_(progress),
          walk_({P, k, seed}, frame_walk::longest_interval) {
        walk_.frame().factorize();
    }

    CovariantVectors run() {
        const bool arrived = walk_to(at_);
        if (arrived) {
            Q_ = vector_block(S_, k_);
            copy_block(walk_.frame().now().columns, Q_, S_);
            walk_.frame().keep_factors();
        }
        const bool complete = arrived && walk_to(until_);
        result_.done = walk_.done();
        if (complete) result_.defined = defined_everywhere();
        fill_in();
        return std::move(result_);
    }

private:
    // Whether there.
    bool walk_to(std::int64_t end) {
        try {
            while (walk_.done() < end)
                if (!walk_.advance(end, *this) || (stop_ && walk_.done() < end)) return false;
        } catch (const reading_stopped&) {
            return false;
        }
        return true;
    }

    bool stepped(std::int64_t at) override { return stop_ = asks_to_stop(progress_, at, until_, S_); }
    void cut_short(const tangent_frame::view&) override {}
    void factorized(std::int64_t, double) override {
        ++result_.factorizations;
        if (walk_.done() <= at_) return;
        const auto& R = walk_.frame().factor();
        R_.insert(R_.end(), R.begin(), R.end());
    }

    [[nodiscard]] std::size_t entries() const { return static_cast<std::size_t>(k_ * k_); }

    // Directions are lost for good, and where one is lost those after it are not distinguished from the rest.
    [[nodiscard]] std::int64_t defined_everywhere() {
        std::int64_t defined = 0;
        for (; defined < k_; ++defined) {
            bool whole = largest_in_column(Q_, defined, S_) != 0.0;
            for (std::size_t p = 0; p < R_.size() && whole; p += entries())
                whole = R_[p + static_cast<std::size_t>(defined * (k_ + 1))] > 0.0;
            if (!whole) break;
        }
        return defined;
    }

    void fill_in() {
        const auto k = static_cast<std::size_t>(k_), defined = static_cast<std::size_t>(result_.defined);
        result_.cosines.assign(entries(), undetermined);
        result_.spread.assign(k, undetermined);
        result_.vectors.assign(static_cast<std::size_t>(S_.length() * k_), undetermined);
        if (defined == 0) return;
        directions C(k_, result_.defined, seed_, streams::covariant_end(0));
        directions other(k_, result_.defined, seed_, streams::covariant_end(1));
        for (std::size_t p = R_.size(); p > 0; p -= entries()) {
            C.step_back(R_.data() + p - entries());
            other.step_back(R_.data() + p - entries());
        }
        for (std::size_t i = 0; i < defined; ++i) {
            result_.spread[i] = C.sine(i, other);
            for (std::size_t j = 0; j < defined; ++j) result_.cosines[i * k + j] = C.product(i, C, j);
        }
        const block_out vectors = from_caller(mutable_block(result_.vectors.data(), S_.length(), k_));
        combine_columns(Q_, C.entries(), vectors, S_);
        fill_columns(undetermined, result_.defined, vectors, S_);
    }

    space S_;
    std::int64_t k_, at_, until_;
    std::uint64_t seed_;
    const chain_progress& progress_;
    frame_walk walk_;
    vector_block Q_;
    std::vector<double> R_;  // k x k for each factorization after at_
    bool stop_ = false;
    CovariantVectors result_;
};

}  // namespace

CovariantVectors covariant_vectors(const chain_ref& P, std::int64_t k, std::int64_t at, std::int64_t until,
                                   std::uint64_t seed, const chain_progress& progress) {
    P.domain().begin_call();
    if (k < 1 || k > P.size())
        throw std::invalid_argument("k: got " + std::to_string(k) +
                                    ", expected 1 <= k <= n = " + std::to_string(P.size()));
    if (at < 0 || at > until || until > P.steps())
        throw std::invalid_argument("at, until: got " + std::to_string(at) + " and " + std::to_string(until) +
                                    ", expected 0 <= at <= until <= K = " + std::to_string(P.steps()));
    return covariant_run(P, k, at, until, seed, progress).run();
}

}  // namespace rhochain
