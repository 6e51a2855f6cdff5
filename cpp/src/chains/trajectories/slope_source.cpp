#include <rhochain/chains/trajectories/slope_source.hpp>

#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace rhochain {
namespace {

// Whether h_{k+1} depends on h_k beside its argument.
bool keeps_states(const activation_outputs& outputs) { return !outputs.leak.none() || outputs.linear; }

}  // namespace

slope_source slope_source::of_slopes(row_source slopes) { return slope_source(given_slopes{std::move(slopes)}); }

slope_source slope_source::of_states(row_source states, const activation& f) {
    return slope_source(activation_states{std::move(states), f});
}

slope_source slope_source::of_outputs(row_source outputs, const activation& f, const chain_rule& rule) {
    require_slope_follows_from_output(f);
    activation_outputs given{std::move(outputs), f, rule.leak, rule.linear};
    if (keeps_states(given) && given.rows.count() == 0)
        throw std::invalid_argument("states: got no rows, expected K + 1 rows h_0 .. h_K for K steps with a leak");
    return slope_source(std::move(given));
}

slope_source slope_source::of_rollout(std::shared_ptr<const rollout> trajectory, std::int64_t bytes,
                                      std::function<bool()> interrupt) {
    return slope_source(rollout_slopes{std::move(trajectory), bytes, std::move(interrupt)});
}

const row_source* slope_source::rows() const {
    return std::visit(
        [](const auto& origin) -> const row_source* {
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(origin)>, rollout_slopes>)
                return nullptr;
            else
                return &origin.rows;
        },
        origin_);
}

std::int64_t slope_source::ahead() const {
    const auto* outputs = std::get_if<activation_outputs>(&origin_);
    return outputs != nullptr && keeps_states(*outputs) ? 1 : 0;
}

std::int64_t slope_source::steps() const {
    const row_source* given = rows();
    return given != nullptr ? given->count() - ahead() : std::get<rollout_slopes>(origin_).trajectory->steps();
}

std::int64_t slope_source::width() const {
    const row_source* given = rows();
    return given != nullptr ? given->width() : std::get<rollout_slopes>(origin_).trajectory->size();
}

}  // namespace rhochain
