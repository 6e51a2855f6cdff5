#include "kernels/solvers/vertex_set.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace rhochain {

void make_weights(vector_out w, const space& S) {
    over_ranges(S, [p = entries_of(w).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) p[i] = 1.0 + std::abs(p[i]);
    });
}

std::int64_t first_weighted(vector_in w, const space& S) {
    const array_in weights = entries_of(w);
    const auto found = std::find_if(weights.begin(), weights.end(), [](double weight) { return weight != 0.0; });
    return S.first_index(found == weights.end() ? -1 : S.first() + (found - weights.begin()));
}

void join(std::int64_t i, vector_in w, vector_out x, const space& S) {
    const std::int64_t own = i - S.first();
    if (own >= 0 && own < S.length()) entries_of(x).data()[own] = entries_of(w).data()[own];
}

std::int64_t join_where_above(double threshold, vector_in y, vector_in w, vector_out x, const space& S) {
    const auto add = [threshold, q = entries_of(y).data(), weight = entries_of(w).data(), p = entries_of(x).data()](
                         std::int64_t begin, std::int64_t end) {
        std::int64_t count = 0;
        for (std::int64_t i = begin; i < end; ++i)
            if (p[i] == 0.0 && std::abs(q[i]) > threshold) {
                p[i] = weight[i];
                ++count;
            }
        return count;
    };
    const std::vector<std::int64_t> joined = results_of_chunks(S, add);
    return S.count(std::accumulate(joined.begin(), joined.end(), std::int64_t{0}));
}

}  // namespace rhochain
