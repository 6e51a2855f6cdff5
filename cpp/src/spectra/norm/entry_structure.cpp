#include "spectra/norm/entry_structure.hpp"

#include "spectra/structure/on_first_rank.hpp"
#include "spectra/structure/sign_factors.hpp"

namespace rhochain {
namespace {

entry_structure structure_here(const linear_map& A) {
    entry_structure found;
    found.moduli = gram_interval(A);
    if (!found.moduli) found.signs_factorize = signs_factorize(*A.entries());
    return found;
}

}  // namespace

entry_structure structure_of_entries(const linear_map& A) {
    if (A.entries() != nullptr) return structure_here(A);
    if (!A.gathers()) return {};
    const space& S = A.range();
    bool possible = false;
    S.attempt([&] {
        const stored_entries own = *A.own_rows();
        possible = signs_factorize(own) || rows_agree_in_norm(own, A.exponent());
    });
    if (S.any(!possible)) return {};
    entry_structure found;
    const auto whole = A.gathered();
    on_first_rank(
        S, [&] { found = structure_here(A.exponent() == 0 ? *whole : whole->normalised()); },
        [&](state_archive& s) {
            exchange(s, found.moduli);
            s(found.signs_factorize);
        });
    return found;
}

}  // namespace rhochain
