#define RHOCHAIN_ISA baseline
#include "slice_product.inl"
