// Brackets of many matrices in one call, as columns of numbers and words. A matrix is an Operator, a two-dimensional
// array, a tuple (rows, cols, indptr, indices, data), or None for one that has failed before: the threads of the call
// make maps of the arrays, the GIL released.
#include "borrowed_arrays.hpp"
#include "brackets.hpp"
#include "limits.hpp"
#include "operators.hpp"

#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/spectra/many.hpp>
#include <rhochain/spectra/norm/spectral_norm.hpp>
#include <rhochain/spectra/radius/leaky_radius.hpp>
#include <rhochain/spectra/radius/spectral_radius.hpp>
#include <rhochain/storage/sparse_copy.hpp>

#include <complex>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace rhochain::python {
namespace {

using map_maker = std::function<linear_map()>;

// As Python holds a dense array: as CSR where that is worth it.
template <class Scalar>
linear_map map_of_dense(const dense_view<Scalar>& stored, dense_layout layout, std::size_t memory) {
    validate(stored);
    const bool transposed = layout == dense_layout::column_major;
    const std::int64_t rows = transposed ? stored.cols() : stored.rows();
    const std::int64_t cols = transposed ? stored.rows() : stored.cols();
    const std::int64_t nnz = count_nonzero(stored);
    const std::size_t bytes = sparse_copy_bytes(rows, cols, nnz, sizeof(Scalar));
    if (!worth_sparse_copy(rows, cols, nnz) || bytes > memory) return dense_operator(stored, layout);
    if (fits_int32(rows, cols, nnz))
        return sparse_operator(sparse_copy<std::int32_t>(stored, transposed, nnz)).prepared(memory - bytes);
    return sparse_operator(sparse_copy<std::int64_t>(stored, transposed, nnz)).prepared(memory - bytes);
}

// Borrows what `matrix` holds.
map_maker maker_of(py::handle matrix, std::size_t memory) {
    if (matrix.is_none()) return []() -> linear_map { throw std::invalid_argument("matrix: got none"); };
    if (py::isinstance<Operator>(matrix)) return [map = matrix.cast<const Operator&>().map()] { return map; };
    if (py::isinstance<py::array>(matrix))
        return with_dense(matrix.cast<py::array>(), [memory](auto stored, dense_layout layout) -> map_maker {
            return [=] { return map_of_dense(stored, layout, memory); };
        });
    const auto parts = matrix.cast<py::tuple>();
    return with_csr(parts[0].cast<std::int64_t>(), parts[1].cast<std::int64_t>(), parts[2].cast<py::array>(),
                    parts[3].cast<py::array>(), parts[4].cast<py::array>(),
                    [memory](auto W) -> map_maker { return [=] { return map_of_csr(W, memory).first; }; });
}

// Words that many rows share.
class shared_words {
public:
    [[nodiscard]] const py::str& operator()(const std::string& word) {
        const auto [at, is_new] = known_.try_emplace(word);
        if (is_new) at->second = py::str(word);
        return at->second;
    }

private:
    std::map<std::string, py::str> known_;
};

class table {
public:
    explicit table(const std::vector<ManyOutcome>& outcomes) : outcomes_(outcomes) {}

    // Calls number(bracket) for each row that has one; NaN elsewhere.
    template <class T, class Number>
    void numbers(const char* name, T missing, const Number& number) {
        py::array_t<T> column(static_cast<py::ssize_t>(outcomes_.size()));
        T* at = column.mutable_data();
        for (const ManyOutcome& o : outcomes_) *at++ = has_bracket(o) ? number(o.bracket) : missing;
        columns_[name] = std::move(column);
    }
    template <class Word>
    void words(const char* name, const Word& word) {
        py::list column(outcomes_.size());
        for (std::size_t i = 0; i < outcomes_.size(); ++i)
            column[i] = words_(has_bracket(outcomes_[i]) ? std::string(word(outcomes_[i].bracket)) : std::string());
        columns_[name] = std::move(column);
    }
    template <class Which>
    void bounds(const std::string& name, const Which& which) {
        numbers(name.c_str(), Bracket::unknown, [&](const Bracket& b) { return which(b).value; });
        words((name + "_grade").c_str(), [&](const Bracket& b) { return grade_name(which(b).grade); });
        numbers((name + "_delta").c_str(), Bracket::unknown, [&](const Bracket& b) {
            const Bound& bound = which(b);
            return bound.grade == Grade::probable ? bound.delta : Bracket::unknown;
        });
        words((name + "_source").c_str(), [&](const Bracket& b) { return which(b).source; });
    }
    void vectors(bool wanted) {
        py::list column(wanted ? outcomes_.size() : 0);
        for (std::size_t i = 0; i < column.size(); ++i) column[i] = vector_of(outcomes_[i].bracket);
        columns_["vector"] = std::move(column);
        py::list has;
        for (const ManyOutcome& o : outcomes_) has.append(!o.bracket.vector.empty());
        columns_["has_vector"] = std::move(has);
    }
    void states() {
        py::list failed, done;
        for (const ManyOutcome& o : outcomes_) {
            failed.append(o.failure != nullptr);
            done.append(o.done);
        }
        columns_["failed"] = std::move(failed);
        columns_["done"] = std::move(done);
    }

    [[nodiscard]] py::dict columns() && { return std::move(columns_); }

private:
    [[nodiscard]] static bool has_bracket(const ManyOutcome& o) { return o.done && o.failure == nullptr; }

    const std::vector<ManyOutcome>& outcomes_;
    shared_words words_;
    py::dict columns_;
};

py::dict columns_of(const std::vector<ManyOutcome>& outcomes, bool vectors) {
    constexpr double unknown = Bracket::unknown;
    table t(outcomes);
    t.states();
    t.numbers("value", unknown, [](const Bracket& b) { return b.value; });
    t.bounds("lower", [](const Bracket& b) -> const Bound& { return b.lower; });
    t.bounds("upper", [](const Bracket& b) -> const Bound& { return b.upper; });
    t.bounds("graded_lower", [](const Bracket& b) -> const Bound& { return graded_lower(b); });
    t.bounds("graded_upper", [](const Bracket& b) -> const Bound& { return graded_upper(b); });
    t.words("status", [](const Bracket& b) { return status_name(b.status); });
    t.numbers("residual", unknown, [](const Bracket& b) { return b.residual; });
    t.numbers("condition", unknown, [](const Bracket& b) { return b.condition; });
    t.numbers("runner_up", unknown, [](const Bracket& b) { return b.runner_up; });
    t.numbers("matvecs", std::int64_t{0}, [](const Bracket& b) { return b.matvecs; });
    t.numbers("seconds", 0.0, [](const Bracket& b) { return b.seconds; });
    t.numbers("eigenvalue", std::complex<double>(unknown, unknown), [](const Bracket& b) { return b.eigenvalue; });
    t.words("no_vector", [](const Bracket& b) { return b.no_vector; });
    t.vectors(vectors);
    return std::move(t).columns();
}

// (columns, whether Ctrl-C ended the call)
py::tuple brackets_of(const py::list& matrices, const Limits& limits, std::size_t memory, bool vectors,
                      const map_solver& solve) {
    std::vector<map_maker> makers;
    for (const py::handle matrix : matrices) makers.push_back(maker_of(matrix, memory));
    std::vector<ManyOutcome> outcomes;
    const bool interrupted = limits.run_many([&](const SolverOptions& options) {
        const auto make = [&](std::int64_t i) { return makers[static_cast<std::size_t>(i)](); };
        const space all(static_cast<std::int64_t>(makers.size()), resolve_threads(limits.threads));
        outcomes = solve_many(all, make, solve, options);
    });
    return py::make_tuple(columns_of(outcomes, vectors), interrupted);
}

py::tuple radii_of(const py::list& matrices, const Limits& limits, std::size_t memory, bool vectors, bool condition,
                   double upper_rtol, bool proved, const std::optional<float64_array>& leak) {
    const RadiusGoal goal{.condition = condition, .upper_rtol = upper_rtol, .proved = proved};
    if (!leak)
        return brackets_of(matrices, limits, memory, vectors, [&](const linear_map& W, const SolverOptions& options) {
            return spectral_radius(W, options, goal);
        });
    const std::span<const double> a(leak->data(), static_cast<std::size_t>(leak->size()));
    return brackets_of(matrices, limits, memory, vectors,
                       [&](const linear_map& W, const SolverOptions& options) { return leaky_radius(W, a, options); });
}

py::tuple norms_of(const py::list& matrices, const Limits& limits, std::size_t memory, bool vectors,
                   double upper_rtol) {
    return brackets_of(matrices, limits, memory, vectors, [&](const linear_map& W, const SolverOptions& options) {
        return spectral_norm(W, options, NormGoal{.upper_rtol = upper_rtol});
    });
}

}  // namespace

void bind_many(py::module_& m) {
    const py::arg matrices("matrices"), limits("limits"), memory("memory"), vectors("vectors");
    const py::kw_only keywords;
    m.def("spectral_radius_many", &radii_of, matrices, limits, keywords, memory, vectors, py::arg("condition"),
          py::arg("upper_rtol"), py::arg("proved"), py::arg("leak"));
    m.def("spectral_norm_many", &norms_of, matrices, limits, keywords, memory, vectors, py::arg("upper_rtol"));
}

}  // namespace rhochain::python
