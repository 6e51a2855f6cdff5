#include <rhochain/kernels/space/parallel.hpp>

#include "kernels/space/granted_cores.hpp"
#include "kernels/space/team.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#ifdef RHOCHAIN_HAS_OPENMP
#include <omp.h>
#endif

namespace rhochain {
namespace {

#ifdef RHOCHAIN_HAS_OPENMP
// As OMP_PROC_BIND and OMP_PLACES say.
std::vector<int> processors_of(int worker) {
    const omp_proc_bind_t bind = omp_get_proc_bind();
    const int places = omp_get_num_places();
    if (bind == omp_proc_bind_false || places == 0) return {};
    const int apart = bind == omp_proc_bind_spread ? std::max(1, places / omp_get_max_threads()) : 1;
    const int place = (std::max(0, omp_get_place_num()) + worker * apart) % places;
    std::vector<int> processors(static_cast<std::size_t>(omp_get_place_num_procs(place)));
    omp_get_place_proc_ids(place, processors.data());
    return processors;
}
#endif

}  // namespace

int resolve_threads(int requested) {
#ifdef RHOCHAIN_HAS_OPENMP
    if (requested > 0) return requested;
    const int given = std::max(1, omp_get_max_threads());
    return std::getenv("OMP_NUM_THREADS") != nullptr ? given : std::min(given, granted_cores());
#else
    return requested > 0 ? requested : granted_cores();
#endif
}

const char* threading_description() {
#ifdef RHOCHAIN_HAS_OPENMP
    static const std::string text = "OpenMP " + std::to_string(_OPENMP);
    return text.c_str();
#else
    return "without OpenMP";
#endif
}

void detail::run_chunks(int threads, std::int64_t chunks, void* context, void (*body)(void*, std::int64_t)) {
#ifdef RHOCHAIN_HAS_OPENMP
    team::run(std::min(threads, omp_get_thread_limit()), chunks, context, body, processors_of);
#else
    team::run(threads, chunks, context, body, [](int) { return std::vector<int>(); });
#endif
}

}  // namespace rhochain
