#define RHOCHAIN_ISA baseline
#include "diagonal_rows.inl"
