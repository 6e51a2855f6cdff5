#include <rhochain/kernels/products/instruction_set.hpp>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

constexpr instruction_set newest_first[] = {instruction_set::avx512, instruction_set::avx2, instruction_set::baseline};

std::string available_names() {
    std::string names;
    for (const instruction_set isa : newest_first)
        if (is_available(isa)) names += (names.empty() ? "" : ", ") + std::string(name_of(isa));
    return names;
}

instruction_set choose() {
    const char* wanted = std::getenv("RHOCHAIN_ISA");
    for (const instruction_set isa : newest_first)
        if (is_available(isa) && (wanted == nullptr || *wanted == '\0' || std::string(wanted) == name_of(isa)))
            return isa;
    throw std::invalid_argument("RHOCHAIN_ISA: got " + std::string(wanted) + ", expected one of " + available_names());
}

}  // namespace

const char* name_of(instruction_set isa) {
    switch (isa) {
        case instruction_set::avx512:
            return "avx512";
        case instruction_set::avx2:
            return "avx2";
        case instruction_set::baseline:
            break;
    }
    return "baseline";
}

bool is_available([[maybe_unused]] instruction_set isa) {
#ifdef RHOCHAIN_HAS_X86_KERNELS
    switch (isa) {
        case instruction_set::avx512:
            return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                   __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
        case instruction_set::avx2:
            return __builtin_cpu_supports("avx2");
        case instruction_set::baseline:
            break;
    }
#endif
    return isa == instruction_set::baseline;
}

instruction_set chosen_instruction_set() {
    static const instruction_set chosen = choose();
    return chosen;
}

}  // namespace rhochain
