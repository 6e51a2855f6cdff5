#ifdef RHOCHAIN_HAS_X86_KERNELS
#define RHOCHAIN_ISA avx512
#include "slice_product.inl"
#endif
