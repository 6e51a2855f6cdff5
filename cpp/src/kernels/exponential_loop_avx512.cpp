#ifdef RHOCHAIN_HAS_X86_KERNELS
#define RHOCHAIN_ISA avx512
#include "exponential_loop.inl"
#endif
