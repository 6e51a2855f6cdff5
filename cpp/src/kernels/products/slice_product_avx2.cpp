#ifdef RHOCHAIN_HAS_X86_KERNELS
#define RHOCHAIN_ISA avx2
#include "slice_product.inl"
#endif
