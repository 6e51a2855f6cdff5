#define RHOCHAIN_ISA baseline
#include "exponential_loop.inl"
