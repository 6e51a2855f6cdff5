#include "guard.hpp"
#include "handles.hpp"
#include "options.hpp"

#include <rhochain/spectra/norm/spectral_norm.hpp>
#include <rhochain/spectra/radius/perron.hpp>
#include <rhochain/spectra/radius/spectral_radius.hpp>
#include <rhochain/spectra/scaling/scaled_norm.hpp>

#include <functional>

namespace rhochain::c {
namespace {

using solver = std::function<Bracket(const linear_map& W, const call_options& call)>;

rhochain_status estimate(const rhochain_matrix* matrix, const rhochain_options* options, rhochain_result** result,
                         const solver& solve) {
    return guard([&] {
        require_pointer(static_cast<const void*>(result), "result", "the address of a rhochain_result*");
        *result = nullptr;
        require_pointer(matrix, "matrix", "a matrix");
        const call_options call = read_options(options, matrix->map.cols());
        *result = new rhochain_result{solve(matrix->map.with(call.given.threads), call)};
        return *call.stopped ? RHOCHAIN_STOPPED : RHOCHAIN_OK;
    });
}

}  // namespace
}  // namespace rhochain::c

using namespace rhochain;
using rhochain::c::call_options;
using rhochain::c::estimate;

extern "C" {

rhochain_status rhochain_spectral_radius(const rhochain_matrix* matrix, const rhochain_options* options,
                                         rhochain_result** result) {
    return estimate(matrix, options, result, [](const linear_map& W, const call_options& call) {
        const RadiusGoal goal{.upper_rtol = call.given.upper_rtol, .proved = call.given.proved != 0};
        return spectral_radius(W, call.solver, goal);
    });
}

rhochain_status rhochain_spectral_norm(const rhochain_matrix* matrix, const rhochain_options* options,
                                       rhochain_result** result) {
    return estimate(matrix, options, result, [](const linear_map& W, const call_options& call) {
        return spectral_norm(W, call.solver, NormGoal{.upper_rtol = call.given.upper_rtol});
    });
}

rhochain_status rhochain_perron_radius(const rhochain_matrix* matrix, const rhochain_options* options,
                                       rhochain_result** result) {
    return estimate(matrix, options, result,
                    [](const linear_map& W, const call_options& call) { return perron_radius(W, call.solver); });
}

rhochain_status rhochain_scaled_norm(const rhochain_matrix* matrix, const rhochain_options* options,
                                     rhochain_result** result) {
    return estimate(matrix, options, result,
                    [](const linear_map& W, const call_options& call) { return scaled_norm(W, call.solver).bracket; });
}
}
