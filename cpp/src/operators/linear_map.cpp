#include <rhochain/operators/linear_map.hpp>

#include <rhochain/kernels/space/parallel.hpp>

#include <stdexcept>
#include <string>

namespace rhochain {

std::optional<linear_map> detail::map_model::principal(std::span<const std::int64_t>,
                                                       std::span<const std::int64_t>) const {
    return std::nullopt;
}

std::optional<linear_map> detail::map_model::gathered() const { return std::nullopt; }

linear_map::linear_map(std::shared_ptr<const detail::map_model> model)
    : model_(std::move(model)), domain_(model_->domain()), range_(model_->range()) {}

linear_map linear_map::with(int threads) const {
    if (threads < 0)
        throw std::invalid_argument("threads: got " + std::to_string(threads) +
                                    ", expected at least 1, or 0 for the default");
    const int team = resolve_threads(threads);
    if (team == this->threads()) return *this;
    linear_map A = rebound(model_->with_threads(team));
    A.domain_ = domain_.with_threads(team);
    A.range_ = range_.with_threads(team);
    return A;
}

linear_map linear_map::rebound(std::shared_ptr<const detail::map_model> model) const {
    linear_map A = *this;
    if (model) A.model_ = std::move(model);
    return A;
}

std::optional<linear_map> linear_map::principal(std::span<const std::int64_t> members,
                                                std::span<const std::int64_t> position) const {
    return model_->principal(members, position);
}

void require_square(const linear_map& A, const char* what) {
    if (A.rows() != A.cols())
        throw std::invalid_argument(std::string("W: got shape (") + std::to_string(A.rows()) + ", " +
                                    std::to_string(A.cols()) + "), expected a square matrix, as " + what +
                                    " is defined for square matrices only");
}

}  // namespace rhochain
