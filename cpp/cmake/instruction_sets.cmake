# Kernels that are compiled once for each instruction set and chosen at run time. Each has a body, FOLDER/NAME.inl; one
# source file for each instruction set is written into the build tree, which defines RHOCHAIN_ISA and includes the body.
# Why nothing else may be in such a file: cpp/src/kernels/products/instruction_set_scope.inl.

set(_isas baseline)
if(RHOCHAIN_X86_KERNELS AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$"
   AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  list(APPEND _isas avx2 avx512)
  target_compile_definitions(rhochain PRIVATE RHOCHAIN_HAS_X86_KERNELS=1)
endif()
set(_options_of_avx2 -mavx2)
set(_options_of_avx512 -mavx512f -mavx512vl -mavx512dq -mavx512bw)
set(_last_options_of_avx2 ${RHOCHAIN_SLOW_SOURCE_OPTIONS})
set(_last_options_of_avx512 ${RHOCHAIN_SLOW_SOURCE_OPTIONS})

# rhochain_add_kernel(BODY OPTION...): BODY.inl, a path from cpp/src, with these options of GCC and Clang.
function(rhochain_add_kernel body)
  foreach(isa IN LISTS _isas)
    set(source "${CMAKE_CURRENT_BINARY_DIR}/${body}_${isa}.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "#define RHOCHAIN_ISA ${isa}\n#include \"${body}.inl\"\n" @ONLY)
    set_source_files_properties("${source}" PROPERTIES
      COMPILE_OPTIONS
        "${_options_of_${isa}};$<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:${ARGN}>;${_last_options_of_${isa}}"
      SKIP_PRECOMPILE_HEADERS ON)
    target_sources(rhochain PRIVATE "${source}")
  endforeach()
endfunction()

# Vectors longer than a register never leave these files.
foreach(_kernel slice_product row_product diagonal_rows dense_product)
  rhochain_add_kernel(kernels/products/${_kernel} -Wno-psabi)
endforeach()
rhochain_add_kernel(kernels/vectors/largest_loop -Wno-psabi)
# Nobody asks for floating-point traps; without them the compiler may compute both sides of a choice.
rhochain_add_kernel(kernels/exponential_loop -O3 -fno-trapping-math)
rhochain_add_kernel(kernels/solvers/dense_sweeps -O3 -Wno-psabi)
