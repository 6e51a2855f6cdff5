// The dominant pair once more, from powers of a second start: where those of a first one fulfil a recurrence of degree
// m (power_recurrence.hpp), so do these after about as many steps, and the pair is the one of the same degree.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/radius/power_filter.hpp"

namespace rhochain {

// The pair on which `again` settles to a hundredth of rtol; none where that takes many more steps than `powers` did.
[[nodiscard]] ritz_pair settled_again(power_filter& again, const power_filter& powers, double rtol, Ledger& ledger);

}  // namespace rhochain
