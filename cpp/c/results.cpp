#include "guard.hpp"
#include "handles.hpp"
#include "sized_struct.hpp"

#include <rhochain/version.hpp>

#include <complex>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace rhochain::c {
namespace {

// Of version 1, to its last member.
constexpr std::size_t first_bracket_size = offsetof(rhochain_bracket, converged) + sizeof(rhochain_bracket::converged);

rhochain_grade of(Grade g) {
    return g == Grade::proved ? RHOCHAIN_PROVED : g == Grade::probable ? RHOCHAIN_PROBABLE : RHOCHAIN_ESTIMATE;
}

rhochain_ending of(Status s) {
    return s == Status::converged   ? RHOCHAIN_CONVERGED
           : s == Status::bracketed ? RHOCHAIN_BRACKETED
                                    : RHOCHAIN_BUDGET_SPENT;
}

rhochain_bracket plain(const Bracket& b) {
    rhochain_bracket p{};
    p.value = b.value;
    p.lower = b.lower.value;
    p.upper = b.upper.value;
    p.lower_grade = of(b.lower.grade);
    p.upper_grade = of(b.upper.grade);
    p.lower_delta = b.lower.delta;
    p.upper_delta = b.upper.delta;
    p.graded_lower = graded_lower(b).value;
    p.graded_upper = graded_upper(b).value;
    p.residual = b.residual;
    p.seconds = b.seconds;
    p.matvecs = b.matvecs;
    p.ending = of(b.status);
    p.converged = b.status == Status::converged ? 1 : 0;
    return p;
}

}  // namespace
}  // namespace rhochain::c

using namespace rhochain::c;

extern "C" {

const char* rhochain_version(void) { return rhochain::version(); }

rhochain_status rhochain_result_bracket(const rhochain_result* result, rhochain_bracket* bracket) {
    return guard([&] {
        require_pointer(result, "result", "a result");
        require_pointer(bracket, "bracket", "a struct whose size is set");
        give(plain(result->bracket), *bracket, first_bracket_size, "rhochain_bracket");
        return RHOCHAIN_OK;
    });
}

const char* rhochain_result_source(const rhochain_result* result, int upper) {
    if (result == nullptr) return "";
    return (upper != 0 ? result->bracket.upper : result->bracket.lower).source.c_str();
}

int64_t rhochain_result_vector_length(const rhochain_result* result) {
    return result == nullptr ? 0 : static_cast<int64_t>(result->bracket.vector.size());
}

rhochain_status rhochain_result_vector(const rhochain_result* result, int64_t n, double* re, double* im) {
    return guard([&] {
        require_pointer(result, "result", "a result");
        require_pointer(re, "re", "an array of n numbers");
        const auto& x = result->bracket.vector;
        if (n != static_cast<int64_t>(x.size()) || x.empty())
            throw std::invalid_argument("n: got " + std::to_string(n) + ", expected " + std::to_string(x.size()) +
                                        (x.empty() ? ", as the result has no vector: " + result->bracket.no_vector
                                                   : ", the length of the vector"));
        for (std::size_t i = 0; i < x.size(); ++i) {
            re[i] = x[i].real();
            if (im != nullptr) im[i] = x[i].imag();
        }
        return RHOCHAIN_OK;
    });
}

void rhochain_result_free(rhochain_result* result) { delete result; }
}
