/* rho, sigma_1 and a gradient over 1,000 steps of the matrix in a Matrix Market file, from C.
 *
 *     cc -std=c11 radius.c $(rhochain --c-flags) -o radius && ./radius W.mtx
 */
#include <rhochain.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* CSR arrays counted from 1, columns rising within a row. */
struct csr {
    int64_t n;
    int64_t* indptr;
    int64_t* indices;
    double* values;
};

static void* array(int64_t count, size_t size) {
    void* p = calloc((size_t)count + 1, size);
    if (p == NULL) exit(2);
    return p;
}

/* Sorts (row, col, value) by `key`, which runs from 1 to n; entries with equal keys keep their order. */
static void sort_by(const int64_t* key, int64_t n, int64_t nnz, int64_t* order) {
    int64_t* next = array(n + 2, sizeof *next);
    int64_t* sorted = array(nnz, sizeof *sorted);
    for (int64_t e = 0; e < nnz; ++e) ++next[key[e] + 1];
    for (int64_t i = 1; i <= n + 1; ++i) next[i] += next[i - 1];
    for (int64_t e = 0; e < nnz; ++e) sorted[next[key[order[e]]]++] = order[e];
    for (int64_t e = 0; e < nnz; ++e) order[e] = sorted[e];
    free(sorted);
    free(next);
}

static struct csr read_matrix(const char* path) {
    char line[1024];
    int64_t rows = 0, cols = 0, nnz = 0;
    FILE* file = fopen(path, "r");
    if (file == NULL) exit(2);
    do {
        if (fgets(line, sizeof line, file) == NULL) exit(2);
    } while (line[0] == '%');
    if (sscanf(line, "%" SCNd64 "%" SCNd64 "%" SCNd64, &rows, &cols, &nnz) != 3 || rows != cols) exit(2);
    int64_t* row = array(nnz, sizeof *row);
    int64_t* col = array(nnz, sizeof *col);
    int64_t* order = array(nnz, sizeof *order);
    double* value = array(nnz, sizeof *value);
    for (int64_t e = 0; e < nnz; ++e) {
        if (fscanf(file, "%" SCNd64 "%" SCNd64 "%lf", &row[e], &col[e], &value[e]) != 3) exit(2);
        if (row[e] < 1 || row[e] > rows || col[e] < 1 || col[e] > cols) exit(2);
        order[e] = e;
    }
    fclose(file);
    sort_by(col, cols, nnz, order);
    sort_by(row, rows, nnz, order);
    struct csr W = {rows, array(rows + 1, sizeof(int64_t)), array(nnz, sizeof(int64_t)), array(nnz, sizeof(double))};
    for (int64_t e = 0; e < nnz; ++e) {
        ++W.indptr[row[order[e]]];
        W.indices[e] = col[order[e]];
        W.values[e] = value[order[e]];
    }
    W.indptr[0] = 1;
    for (int64_t i = 1; i <= rows; ++i) W.indptr[i] += W.indptr[i - 1];
    free(row);
    free(col);
    free(order);
    free(value);
    return W;
}

static void require(rhochain_status status) {
    if (status == RHOCHAIN_OK) return;
    fprintf(stderr, "rhochain: %s\n", rhochain_last_error());
    exit(1);
}

static void print(const char* name, rhochain_result* result) {
    static const char* const grades[] = {"ESTIMATE", "PROBABLE", "PROVED"};
    rhochain_bracket b = {.size = sizeof b};
    require(rhochain_result_bracket(result, &b));
    printf("%-8s %.9g in [%.9g %s, %.9g %s]\n", name, b.value, b.lower, grades[b.lower_grade], b.upper,
           grades[b.upper_grade]);
    printf("%-8s %a %a %a\n", "bits", b.value, b.lower, b.upper);
    rhochain_result_free(result);
}

int main(int argc, char** argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s W.mtx\n", argv[0]);
        return 2;
    }
    struct csr W = read_matrix(argv[1]);
    rhochain_matrix* matrix = NULL;
    rhochain_result* result = NULL;
    rhochain_options options;
    rhochain_options_init(&options, sizeof options);
    options.rtol = 1e-4;
    require(rhochain_matrix_csr(W.n, W.n, RHOCHAIN_F64, RHOCHAIN_I64, W.indptr, W.indices, W.values, 1, &matrix));
    require(rhochain_spectral_radius(matrix, &options, &result));
    print("rho", result);
    require(rhochain_spectral_norm(matrix, &options, &result));
    print("sigma_1", result);

    /* A gradient that travels back through 1,000 steps. A real program has other slopes in each step. */
    rhochain_chain* chain = NULL;
    double* slopes = array(W.n, sizeof *slopes);
    double* gradient = array(W.n, sizeof *gradient);
    double log_norm = 0.0;
    for (int64_t i = 0; i < W.n; ++i) {
        slopes[i] = 1.0 / (double)(1 + i % 7);
        gradient[i] = 1.0;
    }
    require(rhochain_chain_begin(matrix, 1, 0, 1.0, 1, gradient, &chain));
    for (int step = 0; step < 1000; ++step) require(rhochain_chain_step(chain, slopes));
    require(rhochain_chain_log_norms(chain, &log_norm));
    printf("%-8s ln |g| = %.9g after %" PRId64 " steps\n", "chain", log_norm, rhochain_chain_steps(chain));
    printf("%-8s %a\n", "bits", log_norm);

    rhochain_chain_free(chain);
    rhochain_matrix_free(matrix);
    free(slopes);
    free(gradient);
    free(W.indptr);
    free(W.indices);
    free(W.values);
    return 0;
}
