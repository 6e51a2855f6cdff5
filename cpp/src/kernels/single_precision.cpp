#include <rhochain/kernels/parallel.hpp>
#include <rhochain/kernels/single_precision.hpp>
#include <rhochain/storage/buffer.hpp>

#include <utility>

namespace rhochain {
namespace {

// Lent for one product: one that begins within it, as a callback's may, finds nothing kept and takes memory of its own.
class lent_room {
public:
    explicit lent_room(std::size_t size) : room_(std::exchange(kept(), {})) {
        if (room_.size() < size) room_ = buffer<double>(size);
    }
    ~lent_room() {
        constexpr std::size_t kept_bytes = std::size_t{1} << 25;
        if (room_.size() * sizeof(double) <= kept_bytes) kept() = std::move(room_);
    }
    lent_room(const lent_room&) = delete;
    lent_room& operator=(const lent_room&) = delete;

    [[nodiscard]] double* data() { return room_.data(); }

private:
    static buffer<double>& kept() {
        static thread_local buffer<double> room;
        return room;
    }

    buffer<double> room_;
};

template <class From, class To>
void convert(const From* from, To* to, std::int64_t size, int threads) {
    parallel_ranges(threads, size, [=](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) to[i] = static_cast<To>(from[i]);
    });
}

std::int64_t whole_lines(std::int64_t size) {
    constexpr auto line = static_cast<std::int64_t>(cache_line / sizeof(double));
    return (size + line - 1) / line * line;
}

}  // namespace

void single_precision_product(const block_product& apply, block_view<const float> X, block_view<float> Y, int threads) {
    lent_room room(static_cast<std::size_t>(whole_lines(X.size()) + Y.size()));
    const mutable_block wide_X(room.data(), X.rows, X.columns);
    const mutable_block wide_Y(room.data() + whole_lines(X.size()), Y.rows, Y.columns);
    convert(X.data, wide_X.data, X.size(), threads);
    apply(wide_X, wide_Y);
    convert(wide_Y.data, Y.data, Y.size(), threads);
}

}  // namespace rhochain
