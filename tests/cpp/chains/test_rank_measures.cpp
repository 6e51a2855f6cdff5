// Whole measures of a matrix and of a chain whose vectors are shared out to ranks: all numbers are those of one
// process.
#include "matrices.hpp"
#include "plain_slices.hpp"

#include <rhochain/rhochain.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>

using namespace rhochain;
using namespace thread_ranks;

namespace {

// NaN, which differs from itself, as a number that no measure gives.
double comparable(double number) { return std::isnan(number) ? -12345.0 : number; }

void append(std::vector<double>& numbers, const std::vector<double>& more) {
    for (const double number : more) numbers.push_back(comparable(number));
}

std::vector<double> numbers_of(const Bracket& b, const space& S) {
    std::vector<double> numbers;
    append(numbers, {b.value, b.lower.value, b.upper.value, graded_lower(b).value, graded_upper(b).value, b.residual,
                     b.condition, b.runner_up, static_cast<double>(b.matvecs), static_cast<double>(b.status),
                     static_cast<double>(b.lower.grade), static_cast<double>(b.upper.grade)});
    std::vector<double> real_parts, imaginary_parts;
    for (const auto& entry : b.vector) real_parts.push_back(entry.real()), imaginary_parts.push_back(entry.imag());
    append(numbers, {static_cast<double>(S.any(!real_parts.empty()))});
    if (!S.any(!real_parts.empty())) return numbers;
    append(numbers, S.assembled(real_parts));
    append(numbers, S.assembled(imaginary_parts));
    return numbers;
}

template <class Work>
void check_same_bits(const char* what, const Work& work) {
    CAPTURE(std::string(what));
    const auto expected = results_of_ranks({}, work).front();
    for (const partition& shared_out : aligned_partitions()) {
        CAPTURE(shared_out.ranks());
        for (const auto& numbers : results_of_ranks(shared_out, work)) CHECK(numbers == expected);
    }
}

// K slopes around a half for n neurons, and the chain along them.
struct network_on_ranks {
    std::int64_t n = 500, K = 40;
    plain_slices::matrix W = matrices::iid<double>(n, 6, 9);
    plain_slices::matrix O = matrices::iid<double>(n, 3, 10);
    std::vector<double> S = matrices::random_vector(n * K, 4);
    std::vector<double> leaks = [this] {
        auto a = matrices::random_vector(n, 5);
        for (double& x : a) x = 0.5 + 0.4 * std::tanh(x);
        return a;
    }();

    // With a leak for each neuron and a linear part.
    [[nodiscard]] jacobian_chain general_chain(const slices& s, convention form) const {
        const linear_map A = plain_slices(W, s);
        return {A,
                slope_source::of_slopes(row_source(S.data(), K, n, n)),
                {.form = form,
                 .leak = neuron_leaks(slice_of(leaks, A.domain()), A.domain()),
                 .linear = linear_part{plain_slices(O, s)}}};
    }

    [[nodiscard]] jacobian_chain chain(const slices& s, convention form, double leak) const {
        return {
            plain_slices(W, s), slope_source::of_slopes(row_source(S.data(), K, n, n)), {.form = form, .leak = leak}};
    }
};

}  // namespace

TEST_CASE("norms, radii and scaled norms have the bits of one process") {
    const auto W = matrices::iid<double>(700, 7, 3);
    const auto positive = [&] {
        auto M = W;
        for (double& w : M.values) w = std::abs(w);
        return M;
    }();
    for (const auto* M : {&W, &positive}) {
        check_same_bits("spectral_norm", [&](const slices& s) {
            const linear_map A = plain_slices(*M, s);
            return numbers_of(spectral_norm(A, {.rtol = 1e-6}), A.domain());
        });
        check_same_bits("spectral_norm, value alone, small basis", [&](const slices& s) {
            const linear_map A = plain_slices(*M, s);
            return numbers_of(spectral_norm(A, {.basis_bytes = 1}, {.upper_rtol = Bracket::infinity}), A.domain());
        });
        check_same_bits("spectral_radius", [&](const slices& s) {
            const linear_map A = plain_slices(*M, s);
            return numbers_of(spectral_radius(A, {}, {.condition = true}), A.domain());
        });
        check_same_bits("spectral_radius, an isolated eigenvalue", [&](const slices& s) {
            // Entries with a mean: an outer eigenvalue.
            auto shifted = *M;
            for (double& w : shifted.values) w += 1.5;
            const linear_map A = plain_slices(shifted, s);
            const Bracket b = spectral_radius(A);
            // Of the positive one the Perron bound ends the powers before they have settled.
            CHECK((b.lower.grade == Grade::probable) == (M == &W));
            return numbers_of(b, A.domain());
        });
        check_same_bits("scaled_norm", [&](const slices& s) {
            const linear_map A = plain_slices(*M, s);
            const ScaledNorm m = scaled_norm(A, {.rtol = 0.02, .max_matvecs = 3000});
            auto numbers = numbers_of(m.bracket, A.domain());
            append(numbers, {m.attained.value});
            append(numbers, A.domain().assembled(m.scaling));
            return numbers;
        });
        check_same_bits("bound_norms", [&](const slices& s) {
            const norm_bounds b = bound_norms(plain_slices(*M, s));
            return std::vector<double>{b.one, b.inf, b.frobenius, b.row_column, b.upper.value, b.lower.value};
        });
    }
}

TEST_CASE("products of a chain, their norms and exponents have the bits of one process") {
    const network_on_ranks N;
    for (const convention form : {convention::pre, convention::post})
        for (const double leak : {1.0, 0.4})
            for (const std::int64_t b : {1, 3})
                check_same_bits("jvp and vjp", [&](const slices& s) {
                    const jacobian_chain P = N.chain(s, form, leak);
                    const auto X = slice_of(matrices::random_vector(N.n * b, 8), P.domain(), b);
                    const const_block own(X.data(), P.domain().length(), b);
                    std::vector<double> numbers;
                    for (const ChainResult& r : {P.jvp(own), P.vjp(own)}) {
                        append(numbers, r.log_norms);
                        for (const std::int64_t e : r.exponents) numbers.push_back(static_cast<double>(e));
                        append(numbers, whole_block({r.mantissas.data(), own.rows, b}, s, N.n));
                    }
                    append(numbers, P.largest_slopes());
                    return numbers;
                });
}

TEST_CASE("with a leak for each neuron and a linear part a chain has the bits of one process") {
    const network_on_ranks N;
    for (const convention form : {convention::pre, convention::post}) {
        for (const std::int64_t b : {1, 3})
            check_same_bits("jvp and vjp", [&](const slices& s) {
                const jacobian_chain P = N.general_chain(s, form);
                const auto X = slice_of(matrices::random_vector(N.n * b, 8), P.domain(), b);
                const const_block own(X.data(), P.domain().length(), b);
                std::vector<double> numbers;
                for (const ChainResult& r : {P.jvp(own), P.vjp(own)}) {
                    append(numbers, r.log_norms);
                    append(numbers, whole_block({r.mantissas.data(), own.rows, b}, s, N.n));
                }
                return numbers;
            });
        check_same_bits("chain_norm", [&](const slices& s) {
            const jacobian_chain P = N.general_chain(s, form);
            return numbers_of(chain_norm(P, {.rtol = 0.1}), P.domain());
        });
        check_same_bits("lyapunov_spectrum",
                        [&](const slices& s) { return lyapunov_spectrum(N.general_chain(s, form), 4).exponents; });
        check_same_bits("rollout", [&](const slices& s) {
            const jacobian_chain P = N.general_chain(s, form);
            const space& S = P.domain();
            const rollout trajectory(P.rule(), activation("tanh"), slice_of(N.leaks, S), N.K, {});
            rollout_replay replay(trajectory, 100 * N.n * 8);
            const row_block rows = replay.slopes(0, N.K);
            return S.assembled({rows.first + (N.K - 1) * rows.stride, static_cast<std::size_t>(S.length())});
        });
        check_same_bits("slopes of outputs", [&](const slices& s) {
            const jacobian_chain P = N.general_chain(s, form);
            const space& S = P.domain();
            std::vector<double> states = N.S;
            for (double& h : states) h *= 1e-3;
            const row_source rows(states.data(), N.K, N.n, N.n);
            const auto source = slope_source::of_outputs(rows, activation("tanh"), P.rule());
            slope_reader reader(source, S);
            const auto slopes = entries_of(reader.row(N.K - 2).s);
            return S.assembled(slopes);
        });
    }
}

TEST_CASE("the norm of a chain, its Lyapunov exponents and covariant vectors have the bits of one process") {
    const network_on_ranks N;
    check_same_bits("chain_norm", [&](const slices& s) {
        const jacobian_chain P = N.chain(s, convention::pre, 0.5);
        return numbers_of(chain_norm(P, {.rtol = 0.1}), P.domain());
    });
    check_same_bits("lyapunov_spectrum", [&](const slices& s) {
        const LyapunovSpectrum l = lyapunov_spectrum(N.chain(s, convention::post, 0.5), 4);
        std::vector<double> numbers;
        for (const auto& part : {l.exponents, l.errors, l.history}) append(numbers, part);
        append(numbers, {l.cancellation, l.entropy_rate, static_cast<double>(l.factorizations)});
        return numbers;
    });
    check_same_bits("covariant_vectors", [&](const slices& s) {
        const CovariantVectors v = covariant_vectors(N.chain(s, convention::pre, 0.5), 3, 20, 40);
        std::vector<double> numbers;
        append(numbers, v.cosines);
        append(numbers, v.spread);
        append(numbers, whole_block({v.vectors.data(), s.of(N.n).length(), 3}, s, N.n));
        return numbers;
    });
}

TEST_CASE("a rollout on slices has the slopes of one process") {
    const network_on_ranks N;
    const auto start = matrices::random_vector(N.n, 5), drive = matrices::random_vector(N.n * N.K, 6);
    check_same_bits("rollout", [&](const slices& s) {
        const linear_map A = plain_slices(N.W, s);
        const space& S = A.domain();
        RolloutOptions options;
        options.inputs = row_source(drive.data(), N.K, N.n, N.n);
        options.noise = 0.25;
        const rollout trajectory({A, convention::pre, 0.5}, activation("tanh"), slice_of(start, S), N.K, options);
        rollout_replay replay(trajectory, 12 * N.n * 8);
        std::vector<double> numbers;
        const std::int64_t block = replay.plan().block;
        for (std::int64_t begin = 0; begin < N.K; begin += block) {
            const std::int64_t end = std::min(N.K, begin + block);
            const row_block rows = replay.slopes(begin, end);
            for (std::int64_t k = 0; k < end - begin; ++k)
                append(numbers, S.assembled({rows.first + k * rows.stride, static_cast<std::size_t>(S.length())}));
        }
        return numbers;
    });
}
