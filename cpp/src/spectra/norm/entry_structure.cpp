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

// What the lines of a rank rule out, or decide, for W as a whole.
struct lines_of_rank {
    bool rows_agree_in_norm = false;
    bool rows_have_one_sign = false;
    bool columns_have_one_sign = false;

    [[nodiscard]] static lines_of_rank of(const linear_map& A) {
        const stored_entries rows = *A.own_rows();
        return {rhochain::rows_agree_in_norm(rows, A.exponent()), rhochain::rows_have_one_sign(rows),
                rhochain::rows_have_one_sign(*A.own_columns())};
    }
};

}  // namespace

entry_structure structure_of_entries(const linear_map& A) {
    if (A.entries() != nullptr) return structure_here(A);
    if (!A.gathers()) return {};
    const space& S = A.range();
    lines_of_rank own;
    S.attempt([&] { own = lines_of_rank::of(A); });
    const bool moduli = !S.any(!own.rows_agree_in_norm);
    entry_structure found;
    const bool rows = !S.any(!own.rows_have_one_sign);
    found.signs_factorize = !S.any(!own.columns_have_one_sign) || rows;
    if (!moduli && found.signs_factorize) return found;
    bool possible = moduli;
    S.attempt([&] { possible = possible || signs_factorize(*A.own_rows()); });
    if (S.any(!possible)) return {};
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
