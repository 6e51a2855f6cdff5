#include <rhochain/chains/pass_journal.hpp>
#include <rhochain/chains/row_source.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace rhochain {
namespace {

[[noreturn]] void refuse() { throw std::invalid_argument("resume: got the state of another run or measure"); }

constexpr std::size_t counts = 3;   // before the entries: passes, steps and exponent of the one under way
constexpr std::size_t per_entry = 3;

}  // namespace

pass_journal::pass_journal(std::int64_t size, const ChainSaving& saving, Ledger& ledger)
    : size_(size), saving_(saving), ledger_(ledger), saver_(saving) {
    if (!saving.resume) return;
    const chain_state& s = *saving.resume;
    if (s.integers.size() < counts || (s.integers.size() - counts) % per_entry != 0 || s.integers[1] < 0 ||
        s.integers[0] != static_cast<std::int64_t>((s.integers.size() - counts) / per_entry))
        refuse();
    partial_steps_ = s.integers[1];
    partial_exponent_ = s.integers[2];
    std::int64_t blocks = partial_steps_ > 0 ? 1 : 0, numbers = 0;
    for (std::size_t i = counts; i < s.integers.size(); i += per_entry) {
        const entry e{s.integers[i], s.integers[i + 1], s.integers[i + 2]};
        if (e.products < 0 || e.numbers < -1 || e.numbers > static_cast<std::int64_t>(s.reals.size()) - numbers) refuse();
        e.numbers < 0 ? ++blocks : numbers += e.numbers;
        entries_.push_back(e);
    }
    if (s.vectors.rows != blocks || (blocks > 0 && s.vectors.columns != size) ||
        s.norms.size() != static_cast<std::size_t>(blocks) || s.reals.size() != static_cast<std::size_t>(numbers))
        refuse();
    blocks_.assign(s.vectors.flat().begin(), s.vectors.flat().end());
    norms_.assign(s.norms.begin(), s.norms.end());
    reals_.assign(s.reals.begin(), s.reals.end());
}

scaled_block pass_journal::block(std::size_t at, std::int64_t exponent) const {
    return {{blocks_.data() + at * static_cast<std::size_t>(size_), size_, 1}, {&exponent, 1}, {&norms_[at], 1}};
}

void pass_journal::tell_block(const scaled_block& X) {
    const auto flat = X.mantissas().flat();
    blocks_.insert(blocks_.end(), flat.begin(), flat.end());
    norms_.push_back(X.norms().front());
}

void pass_journal::forget_partial() {
    if (partial_steps_ == 0) return;
    blocks_.resize(blocks_.size() - static_cast<std::size_t>(size_));
    norms_.pop_back();
    partial_steps_ = 0;
}

void pass_journal::carry(scaled_block& X, const block_pass& run, const std::function<bool()>& spend) {
    if (told()) {
        const entry& e = entries_[next_++];
        if (e.numbers >= 0) refuse();
        X = block(next_block_++, e.exponent);
        return ledger_.count(e.products);
    }
    const std::int64_t first = partial_steps_;
    if (first > 0) {
        X = block(norms_.size() - 1, partial_exponent_);
        ledger_.count(first);
        forget_partial();
    }
    std::int64_t done = first;
    const auto tell_partial = [&] {
        if (!keeps() || done == 0 || partial_steps_ == done) return;
        tell_block(X);
        partial_steps_ = done;
        partial_exponent_ = X.exponents().front();
    };
    try {
        run(X, first, [&](std::int64_t now) {
            done = now;
            if (spend()) throw stopped{};
            if (!saver_.due()) return false;
            tell_partial();
            if (save()) throw stopped{};
            forget_partial();
            return false;
        });
    } catch (const reading_stopped&) {
        tell_partial();
        throw;
    } catch (const stopped&) {
        tell_partial();
        throw;
    }
    if (!keeps()) return;
    tell_block(X);
    entries_.push_back({done, -1, X.exponents().front()});
    next_ = entries_.size();
    next_block_ = norms_.size();
}

std::vector<double> pass_journal::numbers(const std::function<std::vector<double>()>& pass) {
    if (told()) {
        const entry& e = entries_[next_++];
        if (e.numbers < 0) refuse();
        ledger_.count(e.products);
        const auto begin = reals_.begin() + static_cast<std::ptrdiff_t>(next_real_);
        next_real_ += static_cast<std::size_t>(e.numbers);
        return {begin, reals_.begin() + static_cast<std::ptrdiff_t>(next_real_)};
    }
    if (partial_steps_ > 0) refuse();
    const std::int64_t before = ledger_.matvecs();
    std::vector<double> found = pass();
    if (ledger_.exhausted()) broken_off_ = true;
    if (!keeps()) return found;
    entries_.push_back({ledger_.matvecs() - before, static_cast<std::int64_t>(found.size()), 0});
    reals_.insert(reals_.end(), found.begin(), found.end());
    next_ = entries_.size();
    next_real_ = reals_.size();
    if (saver_.due() && save()) throw stopped{};
    return found;
}

bool pass_journal::save() {
    std::vector<std::int64_t> integers{static_cast<std::int64_t>(entries_.size()), partial_steps_, partial_exponent_};
    for (const entry& e : entries_) integers.insert(integers.end(), {e.products, e.numbers, e.exponent});
    const auto blocks = static_cast<std::int64_t>(norms_.size());
    return saver_.save({ledger_.matvecs(), {blocks_.data(), blocks, size_}, integers, norms_, reals_});
}

}  // namespace rhochain
