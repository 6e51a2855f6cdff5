// The instruction sets that kernels are compiled for, all in one library; which one runs is decided by the processor.
// No bit of a result depends on it: every set does the same operations on each entry in the same order.
#pragma once

namespace rhochain {

enum class instruction_set { baseline, avx2, avx512 };

// "baseline" is what every processor of the architecture runs: SSE2 or NEON.
[[nodiscard]] const char* name_of(instruction_set isa);

// Whether this build has it and this processor runs it.
[[nodiscard]] bool is_available(instruction_set isa);

// The newest that is available, or the one the environment variable RHOCHAIN_ISA names, read at the first call.
// Throws std::invalid_argument if that names none, or one that is not available.
[[nodiscard]] instruction_set chosen_instruction_set();

}  // namespace rhochain
