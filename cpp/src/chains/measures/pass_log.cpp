#include "chains/measures/pass_log.hpp"
#include <rhochain/chains/rows/row_source.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include "chains/resumed_state.hpp"

namespace rhochain {
namespace {

// Before the entries: finished passes, steps and exponent of the interrupted one.
constexpr std::size_t numbers_ahead = 3;
constexpr std::size_t per_entry = 3;

}  // namespace

pass_log::pass_log(const space& S, const ChainSaving& saving, Ledger& ledger)
    : S_(S), ledger_(ledger), saver_(saving, S, state_vectors::rows) {
    const resumed_state state(saving, S, state_vectors::rows, [this](const chain_state& s) {
        if (!fits(s)) refuse_state();
    });
    resumes_ = state.get() != nullptr;
    if (resumes_) read(*state.get());
}

bool pass_log::fits(const chain_state& s) const {
    if (s.integers.size() < numbers_ahead || (s.integers.size() - numbers_ahead) % per_entry != 0 ||
        s.integers[1] < 0 ||
        s.integers[0] != static_cast<std::int64_t>((s.integers.size() - numbers_ahead) / per_entry))
        return false;
    std::int64_t blocks = s.integers[1] > 0 ? 1 : 0, numbers = 0;
    for (std::size_t i = numbers_ahead; i < s.integers.size(); i += per_entry) {
        const std::int64_t count = s.integers[i + 1];
        if (s.integers[i] < 0 || count < -1 || count > static_cast<std::int64_t>(s.reals.size()) - numbers)
            return false;
        count < 0 ? ++blocks : numbers += count;
    }
    return s.vectors.rows == blocks && (blocks == 0 || s.vectors.columns == S_.size()) &&
           s.norms.size() == static_cast<std::size_t>(blocks) && s.reals.size() == static_cast<std::size_t>(numbers);
}

void pass_log::read(const chain_state& s) {
    partial_steps_ = s.integers[1];
    partial_exponent_ = s.integers[2];
    for (std::size_t i = numbers_ahead; i < s.integers.size(); i += per_entry)
        entries_.push_back({s.integers[i], s.integers[i + 1], s.integers[i + 2]});
    blocks_.assign(s.vectors.flat().begin(), s.vectors.flat().end());
    norms_.assign(s.norms.begin(), s.norms.end());
    reals_.assign(s.reals.begin(), s.reals.end());
}

scaled_block pass_log::block(std::size_t at, std::int64_t exponent) const {
    const std::int64_t length = S_.length();
    const const_block x(blocks_.data() + static_cast<std::int64_t>(at) * length, length);
    return {as_block(x), {&exponent, 1}, {&norms_[at], 1}, S_};
}

void pass_log::log_block(const scaled_block& X) {
    const auto entries = entries_of(X.mantissas().flat());
    blocks_.insert(blocks_.end(), entries.begin(), entries.end());
    norms_.push_back(X.norms().front());
}

void pass_log::log_partial(const scaled_block& X, std::int64_t done) {
    if (!keeps() || done == 0 || partial_steps_ == done) return;
    log_block(X);
    partial_steps_ = done;
    partial_exponent_ = X.exponents().front();
}

void pass_log::drop_partial() {
    if (partial_steps_ == 0) return;
    blocks_.resize(blocks_.size() - static_cast<std::size_t>(S_.length()));
    norms_.pop_back();
    partial_steps_ = 0;
}

void pass_log::carry(scaled_block& X, const block_pass& run, const std::function<bool()>& spend) {
    if (logged()) {
        const entry& e = entries_[next_++];
        if (e.numbers >= 0) refuse_state();
        X = block(next_block_++, e.exponent);
        return ledger_.count(e.products);
    }
    const std::int64_t first = partial_steps_;
    if (first > 0) {
        X = block(norms_.size() - 1, partial_exponent_);
        ledger_.count(first);
        drop_partial();
    }
    std::int64_t done = first;
    // What an exception leaves in X is not defined: the block is logged before one.
    const auto stop = [&] {
        log_partial(X, done);
        throw stopped{};
    };
    try {
        run(X, first, [&](std::int64_t now) {
            done = now;
            if (spend()) stop();
            if (!saver_.due()) return false;
            log_partial(X, done);
            if (save()) stop();
            drop_partial();
            return false;
        });
    } catch (const reading_stopped&) {
        log_partial(X, done);
        throw;
    }
    if (!keeps()) return;
    log_block(X);
    entries_.push_back({done, -1, X.exponents().front()});
    next_ = entries_.size();
    next_block_ = norms_.size();
}

std::vector<double> pass_log::numbers(const std::function<std::vector<double>()>& pass) {
    if (logged()) {
        const entry& e = entries_[next_++];
        if (e.numbers < 0) refuse_state();
        ledger_.count(e.products);
        const auto begin = reals_.begin() + static_cast<std::ptrdiff_t>(next_real_);
        next_real_ += static_cast<std::size_t>(e.numbers);
        return {begin, reals_.begin() + static_cast<std::ptrdiff_t>(next_real_)};
    }
    if (partial_steps_ > 0) refuse_state();
    const std::int64_t before = ledger_.matvecs();
    std::vector<double> found = pass();
    if (ledger_.exhausted()) ended_by_budget_ = true;
    if (!keeps()) return found;
    entries_.push_back({ledger_.matvecs() - before, static_cast<std::int64_t>(found.size()), 0});
    reals_.insert(reals_.end(), found.begin(), found.end());
    next_ = entries_.size();
    next_real_ = reals_.size();
    if (saver_.due() && save()) throw stopped{};
    return found;
}

bool pass_log::save() {
    std::vector<std::int64_t> integers{static_cast<std::int64_t>(entries_.size()), partial_steps_, partial_exponent_};
    for (const entry& e : entries_) integers.insert(integers.end(), {e.products, e.numbers, e.exponent});
    const auto blocks = static_cast<std::int64_t>(norms_.size());
    const const_block rows(blocks_.data(), blocks, S_.length());
    return saver_.save({ledger_.matvecs(), rows, integers, norms_, reals_});
}

}  // namespace rhochain
