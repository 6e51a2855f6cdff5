#define RHOCHAIN_ISA baseline
#include "dense_product.inl"
