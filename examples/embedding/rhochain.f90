! rhochain for Fortran 2003: the functions of rhochain.h that a program needs for bounds of a CSR matrix and for chains.
! The struct_size of both types stays 0, which stands for version 1 of rhochain.h.
module rhochain
  use, intrinsic :: iso_c_binding
  implicit none

  integer(c_int), parameter :: rhochain_ok = 0, rhochain_f32 = 0, rhochain_f64 = 1, rhochain_i32 = 0, rhochain_i64 = 1
  integer(c_int), parameter :: rhochain_estimate = 0, rhochain_probable = 1, rhochain_proved = 2

  type, bind(c) :: rhochain_options
    integer(c_size_t) :: struct_size = 0
    real(c_double) :: rtol = 0, upper_rtol = 0, delta = 0
    integer(c_int64_t) :: seed = 0
    integer(c_int) :: threads = 0, proved = 0
    integer(c_int64_t) :: max_matvecs = 0
    real(c_double) :: max_seconds = 0
    integer(c_int64_t) :: basis_bytes = 0
    type(c_ptr) :: start = c_null_ptr, context = c_null_ptr
    type(c_funptr) :: progress = c_null_funptr, interrupt = c_null_funptr
  end type rhochain_options

  type, bind(c) :: rhochain_bracket
    integer(c_size_t) :: struct_size = 0
    real(c_double) :: value = 0, lower = 0, upper = 0
    integer(c_int) :: lower_grade = 0, upper_grade = 0
    real(c_double) :: lower_delta = 0, upper_delta = 0, graded_lower = 0, graded_upper = 0, residual = 0, seconds = 0
    integer(c_int64_t) :: matvecs = 0
    integer(c_int) :: ending = 0, converged = 0
  end type rhochain_bracket

  interface
    subroutine rhochain_options_init(options, struct_size) bind(c)
      import :: rhochain_options, c_size_t
      type(rhochain_options), intent(inout) :: options
      integer(c_size_t), value :: struct_size
    end subroutine rhochain_options_init

    ! W is borrowed: the actual arguments are targets that outlive the matrix. Fortran counts from base = 1.
    integer(c_int) function rhochain_matrix_csr(rows, cols, scalar, index, indptr, indices, values, base, matrix) bind(c)
      import :: c_int, c_int64_t, c_ptr
      integer(c_int64_t), value :: rows, cols
      integer(c_int), value :: scalar, index, base
      type(c_ptr), value :: indptr, indices, values
      type(c_ptr), intent(out) :: matrix
    end function rhochain_matrix_csr

    integer(c_int) function rhochain_spectral_radius(matrix, options, result) bind(c)
      import :: c_int, c_ptr, rhochain_options
      type(c_ptr), value :: matrix
      type(rhochain_options), intent(in) :: options
      type(c_ptr), intent(out) :: result
    end function rhochain_spectral_radius

    integer(c_int) function rhochain_spectral_norm(matrix, options, result) bind(c)
      import :: c_int, c_ptr, rhochain_options
      type(c_ptr), value :: matrix
      type(rhochain_options), intent(in) :: options
      type(c_ptr), intent(out) :: result
    end function rhochain_spectral_norm

    integer(c_int) function rhochain_perron_radius(matrix, options, result) bind(c)
      import :: c_int, c_ptr, rhochain_options
      type(c_ptr), value :: matrix
      type(rhochain_options), intent(in) :: options
      type(c_ptr), intent(out) :: result
    end function rhochain_perron_radius

    integer(c_int) function rhochain_result_bracket(result, bracket) bind(c)
      import :: c_int, c_ptr, rhochain_bracket
      type(c_ptr), value :: result
      type(rhochain_bracket), intent(inout) :: bracket
    end function rhochain_result_bracket

    integer(c_int) function rhochain_chain_begin(matrix, backward, post, leak, columns, x, chain) bind(c)
      import :: c_int, c_int64_t, c_double, c_ptr
      type(c_ptr), value :: matrix
      integer(c_int), value :: backward, post
      real(c_double), value :: leak
      integer(c_int64_t), value :: columns
      real(c_double), intent(in) :: x(*)
      type(c_ptr), intent(out) :: chain
    end function rhochain_chain_begin

    integer(c_int) function rhochain_chain_step(chain, slopes) bind(c)
      import :: c_int, c_double, c_ptr
      type(c_ptr), value :: chain
      real(c_double), intent(in) :: slopes(*)
    end function rhochain_chain_step

    integer(c_int) function rhochain_chain_log_norms(chain, log_norms) bind(c)
      import :: c_int, c_double, c_ptr
      type(c_ptr), value :: chain
      real(c_double), intent(out) :: log_norms(*)
    end function rhochain_chain_log_norms

    subroutine rhochain_matrix_free(matrix) bind(c)
      import :: c_ptr
      type(c_ptr), value :: matrix
    end subroutine rhochain_matrix_free

    subroutine rhochain_result_free(result) bind(c)
      import :: c_ptr
      type(c_ptr), value :: result
    end subroutine rhochain_result_free

    subroutine rhochain_chain_free(chain) bind(c)
      import :: c_ptr
      type(c_ptr), value :: chain
    end subroutine rhochain_chain_free

    type(c_ptr) function rhochain_last_error_text() bind(c, name="rhochain_last_error")
      import :: c_ptr
    end function rhochain_last_error_text
  end interface

contains

  ! The text of the last failure on this thread.
  function rhochain_last_error() result(text)
    character(len=:), allocatable :: text
    character(kind=c_char), pointer :: characters(:)
    integer :: i
    call c_f_pointer(rhochain_last_error_text(), characters, [1024])
    text = ""
    do i = 1, size(characters)
      if (characters(i) == c_null_char) exit
      text = text // characters(i)
    end do
  end function rhochain_last_error
end module rhochain
