#include <rhochain/spectra/run_log.hpp>
#include <rhochain/spectra/solver_options.hpp>

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "kernels/vectors/caller_arrays.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

[[noreturn]] void reject(const char* option, const std::string& came, const char* expected) {
    throw std::invalid_argument(std::string(option) + ": got " + came + ", expected " + expected);
}

}  // namespace

void validate(const SolverOptions& o, const space& S) {
    if (!(o.rtol > 0.0 && o.rtol < 1.0)) reject("rtol", std::to_string(o.rtol), "0 < rtol < 1");
    if (!(o.delta > 0.0 && o.delta < 1.0)) reject("delta", std::to_string(o.delta), "0 < delta < 1");
    if (o.max_matvecs < 1) reject("max_matvecs", std::to_string(o.max_matvecs), "at least 1");
    if (!(o.max_seconds >= 0.0)) reject("max_seconds", std::to_string(o.max_seconds), "at least 0");
    const auto length = static_cast<std::int64_t>(o.start.size());
    if (!S.any(length != 0)) return;
    if (S.any(length != S.length()))
        reject("start", "length " + std::to_string(length), ("length " + std::to_string(S.length())).c_str());
    const vector_in start = from_caller(o.start);
    if (!is_finite(start, S)) reject("start", "an entry that is not finite", "finite numbers");
    if (is_zero(start, S)) reject("start", "the zero vector", "a vector with a nonzero entry");
}

std::int64_t basis_capacity(const SolverOptions& o, std::int64_t n, std::int64_t most) {
    constexpr std::int64_t least = 20;
    const std::int64_t vector_bytes = std::max<std::int64_t>(1, n) * static_cast<std::int64_t>(sizeof(double));
    return std::min({n, most, std::max(least, o.basis_bytes / vector_bytes)});
}

Ledger::Ledger(const SolverOptions& options, const space& S)
    : S_(S),
      max_matvecs_(options.max_matvecs),
      max_seconds_(options.max_seconds),
      callback_(options.callback),
      interrupt_(options.interrupt),
      log_(options.log),
      begin_(std::chrono::steady_clock::now()) {
    S_.begin_call();
}

double Ledger::seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

void Ledger::record(double lower, double value, double upper) {
    constexpr double resolution = 1e-3;
    const Progress now{matvecs_, seconds(), lower, value, upper};
    if (callback_ && !stopped_) S_.attempt([&] { stopped_ = callback_(now); });
    if (!history_.empty() && history_.size() > 1 && now.seconds - history_[history_.size() - 2].seconds < resolution)
        history_.back() = now;
    else
        history_.push_back(now);
}

bool Ledger::interrupted() {
    constexpr double poll_interval = 0.05;
    if (interrupt_ && !interrupted_ && seconds() - last_poll_ > poll_interval) {
        last_poll_ = seconds();
        interrupted_ = interrupt_();
    }
    return interrupted_;
}

bool Ledger::exhausted() {
    if (matvecs_ < max_matvecs_) return cut_short();
    S_.attempt([&] { interrupted(); });
    return true;
}

bool Ledger::cut_short() {
    S_.attempt([&] { interrupted(); });
    const bool refused = log_ != nullptr && log_->stopped_;
    cut_ = S_.agreed_stop(stopped_ || interrupted_ || refused || seconds() >= max_seconds_) || cut_;
    if (cut_ && log_ != nullptr) log_->cut_ = true;
    return cut_;
}

SolverOptions Ledger::inner_options(const SolverOptions& options, std::int64_t products) {
    SolverOptions inner = options;
    inner.callback = nullptr;
    inner.log = log_;
    inner.interrupt = [this] { return interrupted(); };
    inner.max_matvecs = products;
    inner.max_seconds = std::max(0.0, max_seconds_ - seconds());
    return inner;
}

void Ledger::close(Bracket& b) {
    // The last words of the callback and of signals: an exception on one rank ends the call on all ranks, and a signal
    // of one rank counts on all.
    if (!S_.whole() && interrupt_) S_.attempt([&] { interrupted_ = interrupted_ || interrupt_(); });
    interrupted_ = S_.any(interrupted_);
    b.interrupted = interrupted_;
    if (b.status == Status::bracketed && exhausted()) b.status = Status::budget_spent;
    b.matvecs = matvecs_;
    b.seconds = seconds();
    b.history = history_;
}

}  // namespace rhochain
