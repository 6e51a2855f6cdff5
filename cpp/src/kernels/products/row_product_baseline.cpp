#define RHOCHAIN_ISA baseline
#include "row_product.inl"
