#ifdef RHOCHAIN_HAS_X86_KERNELS
#define RHOCHAIN_ISA avx512
#include "diagonal_rows.inl"
#endif
