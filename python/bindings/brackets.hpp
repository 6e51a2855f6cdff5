// A bracket as it crosses to Python, and whether Ctrl-C ended the run.
#pragma once

#include <rhochain/spectra/estimate.hpp>

namespace rhochain::python {

struct RawBracket {
    Bracket bracket;
    bool interrupted = false;
};

}  // namespace rhochain::python
