#include <rhochain/kernels/space/parallel.hpp>

#include "kernels/space/granted_cores.hpp"
#include "kernels/space/team.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#ifdef RHOCHAIN_HAS_OPENMP
#include <omp.h>
#else
#include "kernels/space/environment_number.hpp"
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

int thread_limit() { return omp_get_thread_limit(); }
#else
std::vector<int> processors_of(int /*worker*/) { return {}; }

// The environment is read when the library is loaded, as OpenMP does.
const int threads_given = environment_number(std::getenv("OMP_NUM_THREADS"));
const int most_threads = environment_number(std::getenv("OMP_THREAD_LIMIT"));

int thread_limit() { return most_threads > 0 ? most_threads : std::numeric_limits<int>::max(); }
#endif

}  // namespace

int resolve_threads(int requested) {
    if (requested > 0) return requested;
#ifdef RHOCHAIN_HAS_OPENMP
    const int given = std::max(1, omp_get_max_threads());
    return std::getenv("OMP_NUM_THREADS") != nullptr ? given : std::min(given, granted_cores());
#else
    return std::min(threads_given > 0 ? threads_given : granted_cores(), thread_limit());
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
    team::run(std::min(threads, thread_limit()), chunks, context, body, processors_of);
}

}  // namespace rhochain
