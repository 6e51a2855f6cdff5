#include <rhochain/version.hpp>

namespace rhochain {

const char* version() { return RHOCHAIN_VERSION; }

const char* compiler() {
#if defined(__clang__)
    return "Clang " __clang_version__;
#elif defined(__GNUC__)
    return "GCC " __VERSION__;
#else
    return "unknown";
#endif
}

}  // namespace rhochain
