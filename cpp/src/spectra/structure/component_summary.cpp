#include "spectra/structure/component_summary.hpp"

#include "spectra/structure/entry_sums.hpp"
#include "spectra/structure/signature.hpp"

#include <algorithm>

namespace rhochain {

std::vector<component_summary> summarise_components(const stored_entries& W, const component_partition& P,
                                                    const entry_sums& sums) {
    std::vector<component_summary> cyclic;
    std::vector<std::int64_t> undecided;
    for (const std::int64_t c : P.cyclic) {
        const auto at = static_cast<std::size_t>(c);
        component_summary s = sums.lines[at];
        const auto size = static_cast<std::int64_t>(P.members(c).size());
        if (!sums.traces.empty()) {
            const trace_sums& t = sums.traces[at];
            s.trace_bound = std::min(trace_lower_bound(t, size), s.bound);
            if (size == 2 && t.squared) s.radius_bound = std::min(s.bound, two_by_two_radius(t).upper);
        }
        s.modulus_decides = s.nonnegative || s.entries == size;
        // rho(W) = rho(|W|) only where the signs factorize.
        s.signs_factorize = sums.signs_factorize[at];
        if (!s.modulus_decides && s.signs_factorize) undecided.push_back(c);
        cyclic.push_back(s);
    }
    const std::vector<bool> decides = modulus_decides(W, P, undecided);
    std::size_t next = 0;
    for (component_summary& s : cyclic)
        if (!s.modulus_decides && s.signs_factorize) s.modulus_decides = decides[next++];
    std::stable_sort(cyclic.begin(), cyclic.end(), [](const auto& a, const auto& b) { return a.bound > b.bound; });
    return cyclic;
}

}  // namespace rhochain
