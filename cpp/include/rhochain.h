/* rhochain for C, and for every language that calls C: Fortran, Julia, Rust, Python's cffi.
 *
 *     rho(W)      the spectral radius               rhochain_spectral_radius
 *     sigma_1(W)  the largest singular value        rhochain_spectral_norm
 *     rho(|W|)    the Perron radius                 rhochain_perron_radius
 *     mu_D(W)     the least ||D W D^-1||_2          rhochain_scaled_norm
 *     P           a product of Jacobians            rhochain_chain_begin, rhochain_chain_step
 *
 * Each number lies between two bounds, each with its grade. Library: librhochain_c.
 *
 * Handles: the caller frees each one; freeing NULL does nothing. Several threads may use a matrix or a result at once,
 * but a chain only one thread at a time.
 * Structs: `size` comes first and holds the sizeof of the caller, so that a struct can grow at its end. 0 stands for
 * the size in version 1.
 * Errors: every function that can fail returns a status. On failure rhochain_last_error() has the text, and what was
 * to be made is NULL. No C++ exception leaves the library, it prints nothing and takes no signal.
 */
#ifndef RHOCHAIN_H
#define RHOCHAIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RHOCHAIN_ABI 1

typedef struct rhochain_matrix rhochain_matrix;
typedef struct rhochain_result rhochain_result;
typedef struct rhochain_chain rhochain_chain;

typedef enum rhochain_status {
    RHOCHAIN_OK = 0,
    RHOCHAIN_MISUSE = 1,    /* an argument that is refused: the text names it, what came and what was expected */
    RHOCHAIN_NO_MEMORY = 2,
    RHOCHAIN_STOPPED = 3,   /* progress or interrupt asked for it: there is a result, with the bounds so far */
    RHOCHAIN_CALLBACK = 4,  /* a product by the caller failed, or gave NaN or Inf */
    RHOCHAIN_OVERFLOW = 5,  /* a step left the range of double */
    RHOCHAIN_INTERNAL = 99
} rhochain_status;

typedef enum rhochain_grade {
    RHOCHAIN_ESTIMATE = 0, /* converged or extrapolated; nothing more is claimed */
    RHOCHAIN_PROBABLE = 1, /* holds with probability 1 - delta over the random start */
    RHOCHAIN_PROVED = 2    /* holds for the stored matrix, rounding included */
} rhochain_grade;

/* How a run ended. */
typedef enum rhochain_ending {
    RHOCHAIN_CONVERGED = 0,    /* to rtol */
    RHOCHAIN_BRACKETED = 1,    /* the bounds hold, and the method cannot bring them closer */
    RHOCHAIN_BUDGET_SPENT = 2  /* the bounds hold, and products, seconds or the caller ended the run */
} rhochain_ending;

/* The last of each is no choice: with it the enum takes any int that is not negative, and others are refused. */
typedef enum rhochain_scalar { RHOCHAIN_F32 = 0, RHOCHAIN_F64 = 1, RHOCHAIN_SCALAR_INT = 0x7fffffff } rhochain_scalar;
typedef enum rhochain_index { RHOCHAIN_I32 = 0, RHOCHAIN_I64 = 1, RHOCHAIN_INDEX_INT = 0x7fffffff } rhochain_index;
typedef enum rhochain_layout {
    RHOCHAIN_ROW_MAJOR = 0,
    RHOCHAIN_COLUMN_MAJOR = 1,
    RHOCHAIN_LAYOUT_INT = 0x7fffffff
} rhochain_layout;

/* f(W) of a product: W itself, |W| and W o W, entry by entry. */
typedef enum rhochain_map {
    RHOCHAIN_IDENTITY = 0,
    RHOCHAIN_ABSOLUTE = 1,
    RHOCHAIN_SQUARED = 2
} rhochain_map;

/* A matrix known by its products, which the caller computes:
 *     Y = f(W) X       transposed = 0, X is cols x columns, Y is rows x columns
 *     Y = f(W)^T X     transposed = 1, X is rows x columns, Y is cols x columns
 * both row-major. `apply` returns 0; any other value ends the call with RHOCHAIN_CALLBACK. It is called on the thread
 * of the call.
 * row_terms and column_terms are the most entries in a row and in a column. They promise products with all three maps,
 * each entry of Y a sum in double of at most so many products, in any order: then there are PROVED bounds. With both 0
 * only RHOCHAIN_IDENTITY is asked for. */
typedef struct rhochain_operator {
    size_t size;
    int64_t rows;
    int64_t cols;
    int64_t row_terms;
    int64_t column_terms;
    void* context;
    int (*apply)(void* context, rhochain_map f, int transposed, int64_t columns, const double* X, double* Y);
    void (*release)(void* context); /* when the matrix is freed; may be NULL */
} rhochain_operator;

typedef struct rhochain_options {
    size_t size;
    double rtol;         /* wanted (upper - lower) / value; 1e-3 */
    double upper_rtol;   /* how far above the value the upper bound may stay where rtol is smaller; 0: rtol */
    double delta;        /* failure probability of a PROBABLE bound; 1e-9 */
    uint64_t seed;       /* of the random starts; 0 */
    int threads;         /* 0: OMP_NUM_THREADS, or the cores that the system grants */
    int proved;          /* rhochain_spectral_radius: 1 asks for PROVED bounds on both ends; 0 */
    int64_t max_matvecs; /* most products; 0: no limit */
    double max_seconds;  /* 0: no limit */
    int64_t basis_bytes; /* memory for Krylov vectors; 2^28 */
    const double* start; /* a guess of the dominant vector, `cols` numbers, or NULL */
    void* context;
    /* Bounds so far. Returns 0 to go on, anything else to stop. May be NULL. */
    int (*progress)(void* context, int64_t matvecs, double seconds, double lower, double value, double upper);
    /* Called at most 20 times a second; anything but 0 stops the run. For a flag that a signal handler sets. */
    int (*interrupt)(void* context);
} rhochain_options;

typedef struct rhochain_bracket {
    size_t size;
    double value;
    double lower; /* lower <= value <= upper */
    double upper;
    rhochain_grade lower_grade;
    rhochain_grade upper_grade;
    double lower_delta; /* of a PROBABLE bound, else 0 */
    double upper_delta;
    double graded_lower; /* the tightest bounds that are PROVED or PROBABLE; upper may be infinite */
    double graded_upper;
    double residual; /* of the vector; NaN without one */
    double seconds;
    int64_t matvecs;
    rhochain_ending ending;
    int converged; /* ending == RHOCHAIN_CONVERGED */
} rhochain_bracket;

int rhochain_abi_version(void);
const char* rhochain_version(void);
/* The text of the last failure on this thread, "" without one; valid until the next call on it. */
const char* rhochain_last_error(void);

/* Fills in the defaults. struct_size = sizeof(rhochain_options). */
void rhochain_options_init(rhochain_options* options, size_t struct_size);
/* A number by the name of its member, for languages that do not write the struct. */
rhochain_status rhochain_options_set(rhochain_options* options, const char* name, double value);

/* W in compressed sparse rows, with rows + 1, nnz and nnz elements in the three arrays. They are borrowed: they must
 * outlive the matrix. Copies are made where base is 1 (of indptr and indices) and where a position is listed twice (of
 * W, entries summed). Everything is checked here. */
rhochain_status rhochain_matrix_csr(int64_t rows, int64_t cols, rhochain_scalar scalar, rhochain_index index,
                                    const void* indptr, const void* indices, const void* values, int base,
                                    rhochain_matrix** matrix);
/* A dense W of rows * cols values, borrowed. */
rhochain_status rhochain_matrix_dense(int64_t rows, int64_t cols, rhochain_scalar scalar, rhochain_layout layout,
                                      const void* values, rhochain_matrix** matrix);
/* The struct is copied. On failure `release` is not called. */
rhochain_status rhochain_matrix_operator(const rhochain_operator* products, rhochain_matrix** matrix);
/* Most bytes for copies of a sparse W in layouts for products; 2^31 at first. No bit of a result depends on it. No
 * other thread may use the matrix meanwhile. */
rhochain_status rhochain_matrix_layout_memory(rhochain_matrix* matrix, int64_t bytes);
int64_t rhochain_matrix_rows(const rhochain_matrix* matrix);
int64_t rhochain_matrix_cols(const rhochain_matrix* matrix);
/* Y = W X, or W^T X, as in rhochain_operator. */
rhochain_status rhochain_matrix_apply(const rhochain_matrix* matrix, int transposed, int64_t columns, const double* X,
                                      double* Y);
void rhochain_matrix_free(rhochain_matrix* matrix);

/* options may be NULL: defaults. The result is made with RHOCHAIN_OK and with RHOCHAIN_STOPPED. */
rhochain_status rhochain_spectral_radius(const rhochain_matrix* matrix, const rhochain_options* options,
                                         rhochain_result** result);
rhochain_status rhochain_spectral_norm(const rhochain_matrix* matrix, const rhochain_options* options,
                                       rhochain_result** result);
rhochain_status rhochain_perron_radius(const rhochain_matrix* matrix, const rhochain_options* options,
                                       rhochain_result** result);
rhochain_status rhochain_scaled_norm(const rhochain_matrix* matrix, const rhochain_options* options,
                                     rhochain_result** result);

rhochain_status rhochain_result_bracket(const rhochain_result* result, rhochain_bracket* bracket);
/* The theorem or method behind the lower (upper = 0) or upper bound; valid as long as the result. */
const char* rhochain_result_source(const rhochain_result* result, int upper);
/* Length of the vector behind the value; 0 without one. */
int64_t rhochain_result_vector_length(const rhochain_result* result);
/* The vector, n its length. im may be NULL where the caller wants no imaginary parts. */
rhochain_status rhochain_result_vector(const rhochain_result* result, int64_t n, double* re, double* im);
void rhochain_result_free(rhochain_result* result);

/* The product of the Jacobians of a network, one factor a call, inside a time loop: X becomes J X (backward = 0), or
 * J^T X (backward = 1: call with the last step first), with slopes s of sigma and a leak a,
 *     post = 0: J = (1 - a) I + a W diag(s)        post = 1: J = (1 - a) I + a diag(s) W
 * X is n x columns, row-major, and copied. Each column has an exponent of its own: no number of steps over- or
 * underflows. The matrix must outlive the chain. */
rhochain_status rhochain_chain_begin(const rhochain_matrix* matrix, int backward, int post, double leak,
                                     int64_t columns, const double* X, rhochain_chain** chain);
/* One step with n slopes. After a failure the chain can only be freed. */
rhochain_status rhochain_chain_step(rhochain_chain* chain, const double* slopes);
int64_t rhochain_chain_steps(const rhochain_chain* chain);
/* ln of the 2-norm of each column; -inf for a column of zeros. */
rhochain_status rhochain_chain_log_norms(const rhochain_chain* chain, double* log_norms);
/* Column c is 2^exponents[c] times column c of the mantissas (n x columns), whose 2-norm lies in [1/2, 1). */
rhochain_status rhochain_chain_vectors(const rhochain_chain* chain, double* mantissas, int64_t* exponents);
void rhochain_chain_free(rhochain_chain* chain);


#ifdef __cplusplus
}
#endif

#endif
