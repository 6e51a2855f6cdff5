// Matrices whose rows are shared out to ranks, and the communicator of mpi4py under them.
#include "borrowed_arrays.hpp"
#include "operators.hpp"
#include "python_products.hpp"
#include "rank_errors.hpp"

#include <rhochain/kernels/space/rank_group.hpp>
#include <rhochain/kernels/space/space.hpp>
#include <rhochain/operators/sliced_operator.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rhochain::python {
namespace {

// Calls a function that is not written in Python, so that no handler of a signal runs between the gather and the code
// that waits for it: after an exception there this rank would be a gather behind the others.
class mpi_communicator : public communicator {
public:
    mpi_communicator(const py::object& comm, py::object word)
        : rank_(comm.attr("rank").cast<int>()),
          size_(comm.attr("size").cast<int>()),
          allgatherv_(comm.attr("Allgatherv")),
          abort_(comm.attr("Abort")),
          word_(std::move(word)) {}
    ~mpi_communicator() override {
        const py::gil_scoped_acquire gil;
        allgatherv_.release().dec_ref();
        abort_.release().dec_ref();
        word_.release().dec_ref();
    }

    [[nodiscard]] int rank() const override { return rank_; }
    [[nodiscard]] int size() const override { return size_; }
    void gather(std::span<const std::byte> mine, std::span<const std::size_t> bytes,
                std::span<std::byte> all) override {
        const py::gil_scoped_acquire gil;
        try {
            send(mine, bytes, all);
        } catch (py::error_already_set& error) {
            // Without messages this rank can agree on nothing: a failure of MPI ends the job.
            py::print("rank", rank_, "cannot send:", error.what(),
                      py::arg("file") = py::module_::import("sys").attr("stderr"), py::arg("flush") = true);
            abort_(1);
            throw;
        }
    }
    [[nodiscard]] std::string reported(const std::exception_ptr& failure) const override {
        return reported_failure(failure);
    }

private:
    void send(std::span<const std::byte> mine, std::span<const std::size_t> bytes, std::span<std::byte> all) const {
        py::list counts;  // in words of 8 bytes, of which every message consists
        for (const std::size_t count : bytes) counts.append(count / sizeof(std::uint64_t));
        allgatherv_(py::make_tuple(memory(mine.data(), mine.size()), word_),
                    py::make_tuple(memory(all.data(), all.size()), counts, word_));
    }

    static py::memoryview memory(const std::byte* data, std::size_t size) {
        static std::byte nothing{};
        void* place = const_cast<std::byte*>(size == 0 ? &nothing : data);
        return py::memoryview::from_memory(place, static_cast<py::ssize_t>(size));
    }

    int rank_, size_;
    py::function allgatherv_, abort_;
    py::object word_;
};

// The ranks of one communicator, and the calls that they make together.
class Ranks {
public:
    Ranks(py::object comm, py::object word)
        : comm_(std::move(comm)),
          group_(std::make_shared<rank_group>(std::make_shared<mpi_communicator>(comm_, std::move(word)))) {}

    [[nodiscard]] py::object comm() const { return comm_; }

    [[nodiscard]] const std::shared_ptr<rank_group>& group() const { return group_; }

    // compute(), which all ranks call; what it raises on one of them ends the call on all. A call within it belongs to
    // it. No handler of a signal runs between the gathers of this function and the code that waits for them.
    py::object run(const py::function& compute) {
        if (within_) return compute();
        const inside now(within_);
        group_->begin_call();
        try {
            py::object result = compute();
            group_->leave();
            return result;
        } catch (const py::error_already_set&) {
            if (!group_->left()) fail(std::current_exception());
            throw;
        }
    }
    // (*) Calls a function of mpi4py where no rank has failed.
    py::object call(const py::function& function, const py::args& args, const py::kwargs& names) {
        group_->meet();
        return function(*args, **names);
    }

private:
    class inside {
    public:
        explicit inside(bool& within) : within_(within) { within_ = true; }
        ~inside() { within_ = false; }
        inside(const inside&) = delete;
        inside& operator=(const inside&) = delete;

    private:
        bool& within_;
    };

    void fail(std::exception_ptr failure) {
        group_->fail(std::move(failure));
        try {
            group_->meet();
        } catch (...) {  // what the caller throws, and an earlier failure of this rank
        }
    }

    py::object comm_;
    std::shared_ptr<rank_group> group_;
    bool within_ = false;
};

using lengths = std::vector<std::int64_t>;

class SlicedOperator : public Operator {
public:
    SlicedOperator(linear_map map, py::object used, std::int64_t nnz, py::dtype scalar)
        : Operator(std::move(map), std::move(used)), nnz_(nnz), scalar_(std::move(scalar)) {}

    [[nodiscard]] std::int64_t nnz() const { return nnz_; }
    [[nodiscard]] py::dtype dtype() const { return scalar_; }

private:
    std::int64_t nnz_;
    py::dtype scalar_;
};

std::shared_ptr<SlicedOperator> make_sliced(const Ranks& ranks, const lengths& row_lengths, const lengths& col_lengths,
                                            const py::tuple& rows, const py::tuple& columns, int threads,
                                            std::size_t memory, std::size_t gathered_memory) {
    const auto part = [](const py::tuple& parts, std::size_t k) { return parts[k].cast<py::array>(); };
    const space range(ranks.group(), row_lengths, resolve_threads(threads));
    const space domain(ranks.group(), col_lengths, resolve_threads(threads));
    const py::array indptr = part(rows, 0), indices = part(rows, 1), data = part(rows, 2);
    const auto with = [&]<class Scalar, class Index>(const csr_view<Scalar, Index>& W) {
        const py::array indptr_of_columns = part(columns, 0), indices_of_columns = part(columns, 1);
        const py::array data_of_columns = part(columns, 2);
        if (!holds<Index>(indptr_of_columns) || !holds<Index>(indices_of_columns) || !holds<Scalar>(data_of_columns))
            throw py::type_error("columns: expected arrays of the types that rows have");
        const csr_view<Scalar, Index> T{domain.length(), range.size(), span_of<Index>(indptr_of_columns),
                                        span_of<Index>(indices_of_columns), span_of<Scalar>(data_of_columns)};
        const auto operator_of_ranks = [&] {
            const py::gil_scoped_release release;
            return sliced_operator<Scalar, Index>(W, T, range, domain, {memory, gathered_memory});
        };
        const sliced_operator<Scalar, Index> A = operator_of_ranks();
        return std::make_shared<SlicedOperator>(A, py::make_tuple(rows, columns), A.nnz(), py::dtype::of<Scalar>());
    };
    return with_csr(range.length(), domain.size(), indptr, indices, data, with);
}

// Products of a user whose vectors are slices. An exception of one rank ends the call on all of them.
class sliced_products {
public:
    sliced_products(space range, space domain, const python_products& own)
        : range_(std::move(range)), domain_(std::move(domain)), own_(own) {}

    [[nodiscard]] std::int64_t rows() const { return range_.size(); }
    [[nodiscard]] std::int64_t cols() const { return domain_.size(); }
    [[nodiscard]] space range() const { return range_; }
    [[nodiscard]] space domain() const { return domain_; }
    [[nodiscard]] int threads() const { return range_.threads(); }
    [[nodiscard]] sliced_products with_threads(int threads) const {
        return {range_.with_threads(threads), domain_.with_threads(threads), own_};
    }
    [[nodiscard]] bool has_adjoint() const { return own_.has_adjoint(); }
    void apply(const_block X, mutable_block Y) const {
        domain_.attempt([&] { own_.apply(X, Y); });
    }
    void apply_adjoint(const_block X, mutable_block Y) const {
        range_.attempt([&] { own_.apply_adjoint(X, Y); });
    }

private:
    space range_, domain_;
    python_products own_;
};

class SlicedCallback : public Operator {
    using Operator::Operator;
};

std::shared_ptr<SlicedCallback> make_sliced_callback(const Ranks& ranks, const lengths& row_lengths,
                                                     const lengths& col_lengths, const py::function& matmat,
                                                     const py::object& rmatmat, int threads) {
    const space range(ranks.group(), row_lengths, resolve_threads(threads));
    const space domain(ranks.group(), col_lengths, resolve_threads(threads));
    const python_products own(range.length(), domain.length(), matmat, rmatmat, call_before_signals);
    return std::make_shared<SlicedCallback>(sliced_products(range, domain, own), py::make_tuple(matmat, rmatmat));
}

}  // namespace

void bind_ranks(py::module_& m) {
    py::class_<Ranks>(m, "Ranks")
        .def(py::init<py::object, py::object>(), py::kw_only(), py::arg("comm"), py::arg("word"))
        .def_property_readonly("comm", &Ranks::comm)
        .def("run", &Ranks::run, py::arg("compute"))
        .def("call", &Ranks::call);
    py::register_exception_translator([](std::exception_ptr thrown) {
        try {
            if (thrown) std::rethrow_exception(thrown);
        } catch (const rank_failure& failure) {
            set_python_error(failure);
        }
    });
    // The rows of a slice begin at a multiple of this where the bits are those of one process.
    m.def("piece_rows", &piece_rows, py::arg("n"));
    py::class_<SlicedOperator, Operator, std::shared_ptr<SlicedOperator>>(m, "SlicedOperator")
        .def(py::init(&make_sliced), py::arg("ranks"), py::arg("row_lengths"), py::arg("col_lengths"), py::arg("rows"),
             py::arg("columns"), py::kw_only(), py::arg("threads"), py::arg("memory"), py::arg("gathered_memory"))
        .def_property_readonly("nnz", &SlicedOperator::nnz)
        .def_property_readonly("dtype", &SlicedOperator::dtype);
    py::class_<SlicedCallback, Operator, std::shared_ptr<SlicedCallback>>(m, "SlicedCallback")
        .def(py::init(&make_sliced_callback), py::arg("ranks"), py::arg("row_lengths"), py::arg("col_lengths"),
             py::arg("matmat"), py::arg("rmatmat"), py::kw_only(), py::arg("threads"));
}

}  // namespace rhochain::python
