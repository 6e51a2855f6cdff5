! rho, sigma_1 and a gradient over 1,000 steps of a ring with one chord, from Fortran 2003.
!
!     gfortran rhochain.f90 radius.f90 $(rhochain --c-flags) -o radius && ./radius
program radius
  use rhochain
  implicit none
  integer(c_int64_t), parameter :: n = 4
  integer(c_int32_t), target :: indptr(5) = [1, 2, 4, 5, 6], indices(5) = [2, 1, 3, 4, 1]
  real(c_double), target :: values(5) = [0.9d0, -0.4d0, 1.1d0, 0.8d0, 1.2d0]
  real(c_double) :: slopes(n) = 0.5d0, gradient(n) = 1.0d0, log_norm(1)
  type(rhochain_options) :: options
  type(c_ptr) :: matrix, result, chain
  integer :: step

  call rhochain_options_init(options, 0_c_size_t)
  options%rtol = 1.0d-4
  call require(rhochain_matrix_csr(n, n, rhochain_f64, rhochain_i32, c_loc(indptr), c_loc(indices), c_loc(values), &
                                   1_c_int, matrix))
  call require(rhochain_spectral_radius(matrix, options, result))
  call print_bracket("rho", result)
  call require(rhochain_spectral_norm(matrix, options, result))
  call print_bracket("sigma_1", result)

  call require(rhochain_chain_begin(matrix, 1_c_int, 0_c_int, 1.0_c_double, 1_c_int64_t, gradient, chain))
  do step = 1, 1000
    call require(rhochain_chain_step(chain, slopes))
  end do
  call require(rhochain_chain_log_norms(chain, log_norm))
  print "(a8, es24.16)", "chain", log_norm(1)
  call rhochain_chain_free(chain)
  call rhochain_matrix_free(matrix)

contains

  subroutine require(status)
    integer(c_int), intent(in) :: status
    if (status == rhochain_ok) return
    print "(2a)", "rhochain: ", rhochain_last_error()
    stop 1
  end subroutine require

  subroutine print_bracket(name, result)
    character(len=*), intent(in) :: name
    type(c_ptr), intent(in) :: result
    type(rhochain_bracket) :: bracket
    call require(rhochain_result_bracket(result, bracket))
    print "(a8, 3es24.16)", name, bracket%value, bracket%lower, bracket%upper
    call rhochain_result_free(result)
  end subroutine print_bracket
end program radius
