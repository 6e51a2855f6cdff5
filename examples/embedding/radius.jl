# rho of a sparse matrix, from Julia:   julia radius.jl $(rhochain --c-library)
using SparseArrays

const library = ARGS[1]

mutable struct Bracket
    size::Csize_t
    value::Cdouble
    lower::Cdouble
    upper::Cdouble
    lower_grade::Cint
    upper_grade::Cint
    lower_delta::Cdouble
    upper_delta::Cdouble
    graded_lower::Cdouble
    graded_upper::Cdouble
    residual::Cdouble
    seconds::Cdouble
    matvecs::Int64
    ending::Cint
    converged::Cint
    Bracket() = (b = new(); b.size = sizeof(Bracket); b)
end

check(status) = status == 0 || error(unsafe_string(ccall((:rhochain_last_error, library), Cstring, ())))

"""The bracket of rho(W). Julia stores columns: the arrays are those of W^T in rows, which has the same radius."""
function spectral_radius(W::SparseMatrixCSC{Float64,Int64})
    matrix, result, bracket = Ref{Ptr{Cvoid}}(), Ref{Ptr{Cvoid}}(), Bracket()
    GC.@preserve W begin
        check(ccall((:rhochain_matrix_csr, library), Cint,
                    (Int64, Int64, Cint, Cint, Ptr{Int64}, Ptr{Int64}, Ptr{Float64}, Cint, Ref{Ptr{Cvoid}}),
                    size(W, 2), size(W, 1), 1, 1, W.colptr, W.rowval, W.nzval, 1, matrix))
        check(ccall((:rhochain_spectral_radius, library), Cint, (Ptr{Cvoid}, Ptr{Cvoid}, Ref{Ptr{Cvoid}}),
                    matrix[], C_NULL, result))
        check(ccall((:rhochain_result_bracket, library), Cint, (Ptr{Cvoid}, Ref{Bracket}), result[], bracket))
        ccall((:rhochain_result_free, library), Cvoid, (Ptr{Cvoid},), result[])
        ccall((:rhochain_matrix_free, library), Cvoid, (Ptr{Cvoid},), matrix[])
    end
    bracket
end

b = spectral_radius(sprandn(1000, 1000, 0.01))
println("rho = $(b.value) in [$(b.lower), $(b.upper)]")
