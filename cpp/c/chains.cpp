#include "guard.hpp"
#include "handles.hpp"

#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

using namespace rhochain;
using rhochain::c::guard;
using rhochain::c::require_count;
using rhochain::c::require_pointer;

rhochain_chain::rhochain_chain(const linear_map& W, direction way, const ChainOptions& options, const_block start)
    : d(way),
      row(static_cast<std::size_t>(W.rows()), 0.0),
      factors(W, slope_source::of_slopes(row_source(row.data(), 1, W.rows(), W.rows())), options),
      X(as_block(start), "X", factors.domain()),
      y(factors.domain(), start.columns),
      squares(static_cast<std::size_t>(start.columns)),
      factor(factors.factor(d, start.columns)) {}

void rhochain_chain::step(const double* slopes) {
    std::copy_n(slopes, row.size(), row.begin());
    broken = true;
    chain_move move = factor(0, X, false, y, squares);
    X.replace(y, move.exponent, squares, std::move(move.deferred_write));
    X.write_deferred();
    broken = false;
    ++done;
}

namespace {

const rhochain_chain& usable(const rhochain_chain* chain) {
    require_pointer(chain, "chain", "a chain");
    if (chain->broken) throw std::invalid_argument("chain: got one in which a step failed, expected a new one");
    return *chain;
}

}  // namespace

extern "C" {

rhochain_status rhochain_chain_begin(const rhochain_matrix* matrix, int backward, int post, double leak,
                                     int64_t columns, const double* X, rhochain_chain** chain) {
    return guard([&] {
        require_pointer(static_cast<const void*>(chain), "chain", "the address of a rhochain_chain*");
        *chain = nullptr;
        require_pointer(matrix, "matrix", "a matrix");
        require_pointer(X, "X", "n x columns numbers");
        const linear_map& W = matrix->map;
        require_count(W.rows(), columns, "columns");
        require_square(W, "a chain of Jacobians");
        const ChainOptions options{.form = post != 0 ? convention::post : convention::pre, .leak = neuron_leaks(leak)};
        *chain = new rhochain_chain(W, backward != 0 ? direction::backward : direction::forward, options,
                                    const_block(X, W.rows(), columns));
        return RHOCHAIN_OK;
    });
}

rhochain_status rhochain_chain_step(rhochain_chain* chain, const double* slopes) {
    return guard([&] {
        static_cast<void>(usable(chain));
        require_pointer(slopes, "slopes", "n numbers");
        const auto n = static_cast<std::ptrdiff_t>(chain->row.size());
        const double* bad = std::find_if(slopes, slopes + n, [](double s) { return !std::isfinite(s); });
        if (bad != slopes + n)
            throw std::invalid_argument("slopes: got " + std::to_string(*bad) + " at position " +
                                        std::to_string(bad - slopes) + ", expected finite numbers");
        chain->step(slopes);
        return RHOCHAIN_OK;
    });
}

int64_t rhochain_chain_steps(const rhochain_chain* chain) { return chain == nullptr ? 0 : chain->done; }

rhochain_status rhochain_chain_log_norms(const rhochain_chain* chain, double* log_norms) {
    return guard([&] {
        const scaled_block& X = usable(chain).X;
        require_pointer(log_norms, "log_norms", "an array of a number for each column");
        for (std::int64_t c = 0; c < X.columns(); ++c) log_norms[c] = X.norm(c).log_abs();
        return RHOCHAIN_OK;
    });
}

rhochain_status rhochain_chain_vectors(const rhochain_chain* chain, double* mantissas, int64_t* exponents) {
    return guard([&] {
        const scaled_block& now = usable(chain).X;
        require_pointer(mantissas, "mantissas", "an array of n x columns numbers");
        require_pointer(exponents, "exponents", "an array of a number for each column");
        scaled_block X(now.mantissas(), now.exponents(), now.norms(), now.of());
        X.normalise();
        const const_block entries = entries_of(std::as_const(X).mantissas());
        std::copy_n(entries.data, entries.size(), mantissas);
        std::copy(X.exponents().begin(), X.exponents().end(), exponents);
        return RHOCHAIN_OK;
    });
}

void rhochain_chain_free(rhochain_chain* chain) { delete chain; }
}
