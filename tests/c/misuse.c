/* Every function refuses what it cannot use by a status and a text, and products by the caller give graded bounds of
 * the same quantity. Run under the address sanitizer too. */
#include <rhochain.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #condition, rhochain_last_error()); \
            return 1;                                                          \
        }                                                                      \
    } while (0)

enum { N = 40 };
static int32_t indptr[N + 1];
static int32_t indices[3 * N];
static double values[3 * N];

static void make(void) {
    for (int i = 0; i < N; ++i) {
        const int columns[3] = {(i + 1) % N, (i * 7 + 3) % N, (i * 5 + 2) % N};
        int stored = 0;
        for (int j = 0; j < N; ++j)
            if (j == columns[0] || j == columns[1] || j == columns[2]) {
                indices[indptr[i] + stored] = j;
                values[indptr[i] + stored] = sin(1.0 + i + 3.0 * j);
                ++stored;
            }
        indptr[i + 1] = indptr[i] + stored;
    }
}

struct products {
    int calls;
    int fail_at;  /* the call that returns 7; 0: none */
    int nan_at;
    int released;
};

static int apply(void* context, rhochain_map f, int transposed, int64_t columns, const double* X, double* Y) {
    struct products* p = context;
    ++p->calls;
    if (p->calls == p->fail_at) return 7;
    for (int64_t k = 0; k < N * columns; ++k) Y[k] = 0.0;
    for (int64_t i = 0; i < N; ++i)
        for (int32_t e = indptr[i]; e < indptr[i + 1]; ++e) {
            const int64_t j = indices[e];
            const double w = f == RHOCHAIN_IDENTITY ? values[e]
                             : f == RHOCHAIN_ABSOLUTE ? fabs(values[e]) : values[e] * values[e];
            const int64_t to = transposed ? j : i, from = transposed ? i : j;
            for (int64_t c = 0; c < columns; ++c) Y[to * columns + c] += w * X[from * columns + c];
        }
    if (p->calls == p->nan_at) Y[1] = NAN;
    return 0;
}

static void release(void* context) { ((struct products*)context)->released = 1; }

static int stop_at_once(void* context, int64_t matvecs, double seconds, double lower, double value, double upper) {
    (void)matvecs, (void)seconds;
    *(int*)context = lower <= value && value <= upper;
    return 1;
}

static int says(const char* text) { return strstr(rhochain_last_error(), text) != NULL; }

static int refused_matrices(void) {
    rhochain_matrix* W = (rhochain_matrix*)(void*)&W;
    CHECK(rhochain_matrix_csr(N, N, RHOCHAIN_F64, RHOCHAIN_I32, NULL, indices, values, 0, &W) == RHOCHAIN_MISUSE);
    CHECK(W == NULL && says("indptr: got a null pointer"));
    CHECK(rhochain_matrix_csr(N, N, RHOCHAIN_F64, RHOCHAIN_I32, indptr, NULL, values, 0, &W) == RHOCHAIN_MISUSE);
    CHECK(rhochain_matrix_csr(N, N, RHOCHAIN_F64, RHOCHAIN_I32, indptr, indices, values, 0, NULL) == RHOCHAIN_MISUSE);
    CHECK(rhochain_matrix_csr(0, N, RHOCHAIN_F64, RHOCHAIN_I32, indptr, indices, values, 0, &W) == RHOCHAIN_MISUSE);
    CHECK(rhochain_matrix_csr(N, N, RHOCHAIN_F64, RHOCHAIN_I32, indptr, indices, values, 2, &W) == RHOCHAIN_MISUSE);
    CHECK(rhochain_matrix_csr(N, N, RHOCHAIN_F64, RHOCHAIN_I32, indptr, indices, values, 1, &W) == RHOCHAIN_MISUSE);
    CHECK(rhochain_matrix_csr(N, N, (rhochain_scalar)9, RHOCHAIN_I32, indptr, indices, values, 0, &W) ==
          RHOCHAIN_MISUSE);
    const double kept = values[4];
    values[4] = NAN;
    CHECK(rhochain_matrix_csr(N, N, RHOCHAIN_F64, RHOCHAIN_I32, indptr, indices, values, 0, &W) == RHOCHAIN_MISUSE);
    CHECK(says("values") && says("position 4"));
    values[4] = kept;
    const int32_t column = indices[5];
    indices[5] = N;
    CHECK(rhochain_matrix_csr(N, N, RHOCHAIN_F64, RHOCHAIN_I32, indptr, indices, values, 0, &W) == RHOCHAIN_MISUSE);
    CHECK(says("indices"));
    indices[5] = column;
    const int32_t begin = indptr[2];
    indptr[2] = indptr[3] + 1;
    CHECK(rhochain_matrix_csr(N, N, RHOCHAIN_F64, RHOCHAIN_I32, indptr, indices, values, 0, &W) == RHOCHAIN_MISUSE);
    CHECK(says("indptr"));
    indptr[2] = begin;
    const int64_t huge = INT64_C(1) << 32;
    CHECK(rhochain_matrix_dense(huge, huge, RHOCHAIN_F64, RHOCHAIN_ROW_MAJOR, values, &W) == RHOCHAIN_MISUSE);
    CHECK(says("cols"));
    const int32_t from_one[2] = {1, 2}, far_below[1] = {INT32_MIN};
    CHECK(rhochain_matrix_csr(1, 1, RHOCHAIN_F64, RHOCHAIN_I32, from_one, far_below, values, 1, &W) == RHOCHAIN_MISUSE);
    CHECK(says("indices"));
    rhochain_operator none = {.size = sizeof none, .rows = N, .cols = N};
    CHECK(rhochain_matrix_operator(&none, &W) == RHOCHAIN_MISUSE && says("apply"));
    CHECK(rhochain_matrix_operator(NULL, &W) == RHOCHAIN_MISUSE);
    none.apply = apply;
    none.row_terms = 3;
    CHECK(rhochain_matrix_operator(&none, &W) == RHOCHAIN_MISUSE && says("row_terms"));
    none.size = 8;
    CHECK(rhochain_matrix_operator(&none, &W) == RHOCHAIN_MISUSE && says("size"));
    return 0;
}

static int refused_calls(const rhochain_matrix* W) {
    rhochain_options o;
    rhochain_result* r = NULL;
    rhochain_chain* chain = NULL;
    double x[N] = {1.0};
    CHECK(rhochain_spectral_radius(NULL, NULL, &r) == RHOCHAIN_MISUSE && r == NULL);
    CHECK(rhochain_spectral_radius(W, NULL, NULL) == RHOCHAIN_MISUSE);
    CHECK(rhochain_result_bracket(NULL, NULL) == RHOCHAIN_MISUSE);
    rhochain_options_init(&o, sizeof o);
    o.rtol = -1.0;
    CHECK(rhochain_spectral_norm(W, &o, &r) == RHOCHAIN_MISUSE && says("rtol"));
    rhochain_options_init(&o, sizeof o);
    CHECK(rhochain_options_set(&o, "rtol", 1e-5) == RHOCHAIN_OK && o.rtol == 1e-5);
    CHECK(rhochain_options_set(&o, "seed", 3.0) == RHOCHAIN_OK && o.seed == 3);
    CHECK(rhochain_options_set(&o, "threads", 1.5) == RHOCHAIN_MISUSE && says("threads"));
    CHECK(rhochain_options_set(&o, "rtool", 1.0) == RHOCHAIN_MISUSE && says("rtool"));
    o.size = 4;
    CHECK(rhochain_spectral_norm(W, &o, &r) == RHOCHAIN_MISUSE && says("size"));
    CHECK(rhochain_chain_begin(W, 0, 0, 2.0, 1, x, &chain) == RHOCHAIN_MISUSE && says("leak"));
    CHECK(rhochain_chain_begin(W, 0, 0, 1.0, 0, x, &chain) == RHOCHAIN_MISUSE);
    CHECK(rhochain_chain_begin(W, 0, 0, 1.0, INT64_MAX / 2, x, &chain) == RHOCHAIN_MISUSE && says("columns"));
    CHECK(rhochain_matrix_apply(W, 0, INT64_MAX / 2, x, x) == RHOCHAIN_MISUSE && says("columns"));
    x[3] = INFINITY;
    CHECK(rhochain_chain_begin(W, 0, 0, 1.0, 1, x, &chain) == RHOCHAIN_MISUSE && says("X"));
    CHECK(chain == NULL && rhochain_chain_step(NULL, x) == RHOCHAIN_MISUSE);
    rhochain_matrix_free(NULL);
    rhochain_result_free(NULL);
    rhochain_chain_free(NULL);
    return 0;
}

static int stopped_runs(const rhochain_matrix* W) {
    int seen = 0;
    rhochain_options o;
    rhochain_result* r = NULL;
    rhochain_options_init(&o, sizeof o);
    o.progress = stop_at_once;
    o.context = &seen;
    o.rtol = 1e-12;
    const rhochain_status status = rhochain_scaled_norm(W, &o, &r);
    CHECK(status == RHOCHAIN_STOPPED && r != NULL && seen == 1);
    rhochain_bracket b = {0};
    CHECK(rhochain_result_bracket(r, &b) == RHOCHAIN_OK && b.size == 0);
    CHECK(b.lower <= b.value && b.value <= b.upper && !b.converged);
    rhochain_result_free(r);
    return 0;
}

static int products_by_the_caller(const rhochain_matrix* stored) {
    struct products p = {0};
    rhochain_operator table = {.size = sizeof table, .rows = N, .cols = N, .row_terms = 3, .column_terms = N,
                               .context = &p, .apply = apply, .release = release};
    rhochain_matrix* W = NULL;
    CHECK(rhochain_matrix_operator(&table, &W) == RHOCHAIN_OK);
    rhochain_result *a = NULL, *b = NULL;
    rhochain_bracket of_stored = {.size = sizeof of_stored}, of_products = {.size = sizeof of_products};
    CHECK(rhochain_spectral_norm(stored, NULL, &a) == RHOCHAIN_OK);
    CHECK(rhochain_spectral_norm(W, NULL, &b) == RHOCHAIN_OK);
    CHECK(rhochain_result_bracket(a, &of_stored) == RHOCHAIN_OK);
    CHECK(rhochain_result_bracket(b, &of_products) == RHOCHAIN_OK);
    CHECK(fabs(of_products.value - of_stored.value) <= 1e-6 * of_stored.value);
    CHECK(of_products.upper_grade != RHOCHAIN_ESTIMATE && of_products.upper >= of_stored.lower);
    double re[N], im[N];
    CHECK(rhochain_result_vector_length(a) == N && rhochain_result_vector(a, N, re, im) == RHOCHAIN_OK);
    CHECK(rhochain_result_vector(a, N - 1, re, im) == RHOCHAIN_MISUSE);
    rhochain_result_free(a);
    rhochain_result_free(b);
    p.fail_at = p.calls + 3;
    CHECK(rhochain_spectral_norm(W, NULL, &b) == RHOCHAIN_CALLBACK && b == NULL && says("returned 7"));
    p.nan_at = p.calls + 2;
    CHECK(rhochain_spectral_radius(W, NULL, &b) == RHOCHAIN_CALLBACK && says("NaN or Inf"));
    CHECK(rhochain_perron_radius(W, NULL, &b) == RHOCHAIN_MISUSE && says("reads the entries"));
    CHECK(!p.released);
    rhochain_matrix_free(W);
    CHECK(p.released);
    return 0;
}

int main(void) {
    make();
    rhochain_matrix* W = NULL;
    CHECK(rhochain_abi_version() == RHOCHAIN_ABI && strlen(rhochain_version()) > 0);
    if (refused_matrices() != 0) return 1;
    CHECK(rhochain_matrix_csr(N, N, RHOCHAIN_F64, RHOCHAIN_I32, indptr, indices, values, 0, &W) == RHOCHAIN_OK);
    CHECK(strcmp(rhochain_last_error(), "") == 0 && rhochain_matrix_rows(W) == N);
    const int failed = refused_calls(W) || stopped_runs(W) || products_by_the_caller(W);
    rhochain_matrix_free(W);
    return failed;
}
