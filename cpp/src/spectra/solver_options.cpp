#include <rhochain/spectra/solver_options.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

[[noreturn]] void reject(const char* option, const std::string& came, const char* expected) {
    throw std::invalid_argument(std::string(option) + ": got " + came + ", expected " + expected);
}

}  // namespace

void validate(const SolverOptions& o, std::int64_t n) {
    if (!(o.rtol > 0.0 && o.rtol < 1.0)) reject("rtol", std::to_string(o.rtol), "0 < rtol < 1");
    if (!(o.upper_rtol >= 0.0)) reject("upper_rtol", std::to_string(o.upper_rtol), "at least 0");
    if (!(o.delta > 0.0 && o.delta < 1.0)) reject("delta", std::to_string(o.delta), "0 < delta < 1");
    if (o.threads < 0) reject("threads", std::to_string(o.threads), "at least 1, or 0 for the default");
    if (o.max_matvecs < 1) reject("max_matvecs", std::to_string(o.max_matvecs), "at least 1");
    if (!(o.max_seconds >= 0.0)) reject("max_seconds", std::to_string(o.max_seconds), "at least 0");
    if (o.start.empty()) return;
    if (static_cast<std::int64_t>(o.start.size()) != n)
        reject("start", "length " + std::to_string(o.start.size()), ("length " + std::to_string(n)).c_str());
    if (!std::all_of(o.start.begin(), o.start.end(), [](double x) { return std::isfinite(x); }))
        reject("start", "an entry that is not finite", "finite numbers");
    if (std::all_of(o.start.begin(), o.start.end(), [](double x) { return x == 0.0; }))
        reject("start", "the zero vector", "a vector with a nonzero entry");
}

std::int64_t basis_capacity(const SolverOptions& o, std::int64_t n, std::int64_t most) {
    constexpr std::int64_t least = 20;
    const std::int64_t vector_bytes = std::max<std::int64_t>(1, n) * static_cast<std::int64_t>(sizeof(double));
    return std::min({n, most, std::max(least, o.basis_bytes / vector_bytes)});
}

Ledger::Ledger(const SolverOptions& options) : options_(options), begin_(std::chrono::steady_clock::now()) {}

double Ledger::seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

void Ledger::record(double lower, double value, double upper) {
    constexpr double resolution = 1e-3;
    const Progress now{matvecs_, seconds(), lower, value, upper};
    if (options_.callback && !stopped_) stopped_ = options_.callback(now);
    if (!history_.empty() && history_.size() > 1 && now.seconds - history_[history_.size() - 2].seconds < resolution)
        history_.back() = now;
    else
        history_.push_back(now);
}

bool Ledger::exhausted() {
    constexpr double poll_interval = 0.05;
    if (options_.interrupt && seconds() - last_poll_ > poll_interval) {
        last_poll_ = seconds();
        stopped_ |= options_.interrupt();
    }
    return stopped_ || matvecs_ >= options_.max_matvecs || seconds() >= options_.max_seconds;
}

void Ledger::close(Bracket& b) {
    if (b.status == Status::bracketed && exhausted()) b.status = Status::budget_spent;
    b.matvecs = matvecs_;
    b.seconds = seconds();
    b.history = history_;
}

}  // namespace rhochain
