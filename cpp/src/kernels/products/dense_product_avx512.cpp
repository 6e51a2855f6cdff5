#ifdef RHOCHAIN_HAS_X86_KERNELS
#define RHOCHAIN_ISA avx512
#include "dense_product.inl"
#endif
