#include <rhochain/chains/rows/row_source.hpp>
#include <rhochain/chains/steps/chain_run.hpp>

#include <utility>
#include <vector>

namespace rhochain {

bool asks_to_stop(const chain_progress& progress, std::int64_t done, std::int64_t steps, const space& S) {
    bool stop = false;
    if (progress) S.attempt([&] { stop = progress(done, steps); });
    return S.agreed_stop(stop);
}

std::int64_t run_chain(direction d, std::int64_t first, std::int64_t steps, scaled_block& X, const chain_factor& factor,
                       const std::function<bool(std::int64_t done)>& after_step) {
    const std::int64_t b = X.columns();
    vector_block y(X.of(), b);
    std::vector<double> squares(static_cast<std::size_t>(b));
    bool follows = false;
    std::int64_t done = first;
    try {
        bool stop = false;
        while (done < steps && !stop) {
            const std::int64_t k = d == direction::forward ? done : steps - 1 - done;
            chain_move move = factor(k, X, follows, y, squares);
            follows = !X.replace(y, move.exponent, squares, std::move(move.deferred_write));
            stop = after_step(++done);
        }
    } catch (const reading_stopped&) {
        // Thrown before the factor changed anything: the block after the last step can still be written.
        X.write_deferred();
        throw;
    } catch (...) {
        X.drop_deferred();
        throw;
    }
    X.write_deferred();
    return done;
}

}  // namespace rhochain
