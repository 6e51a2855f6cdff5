#include "spectra/run_stage.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {

run_log::run_log(RunSaving saving) : saving_(std::move(saving)), records_(std::move(saving_.resume)) {
    if (!(saving_.save_seconds >= 0.0))
        throw std::invalid_argument("save_seconds: got " + std::to_string(saving_.save_seconds) +
                                    ", expected at least 0");
    constexpr double most = 1e9;
    interval_ = std::chrono::duration_cast<clock::duration>(
        std::chrono::duration<double>(std::min(most, saving_.save_seconds)));
    due_ = clock::now() + interval_;
}

void run_log::save() {
    if (saving_.save && saving_.save(records_)) stopped_ = true;
    due_ = clock::now() + interval_;
}

void run_log::close() {
    if (std::exchange(closed_, true)) return;
    save();
}

void run_log::exchange_end(state_archive& s) {
    s(cut_);
    s(closed_);
}

namespace {

bool same_bits(const RunRecord& a, const RunRecord& b) {
    const auto same = [](double x, double y) {
        return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
    };
    return a.products == b.products && a.integers == b.integers &&
           std::ranges::equal(a.real_numbers(), b.real_numbers(), same);
}

}  // namespace

run_stage::run_stage(Ledger& ledger, exchange_function state)
    : ledger_(ledger), exchange_(std::move(state)), products_before_(ledger.matvecs()) {
    run_log* log = ledger.log();
    if (log == nullptr || log->closed_) return;
    log_ = log;
    if (log->cut_) {  // what a run does after that is not what an unbroken one does
        close_log();
        log_ = nullptr;
        return;
    }
    const RunRecord* record = has_records() ? begin() : nullptr;
    static const RunRecord none;
    if (record == nullptr) record = &none;
    std::array<double, 3> head{static_cast<double>(record->products), record->finished ? 1.0 : 0.0,
                               record->integers.empty() && record->real_numbers().empty() ? 0.0 : 1.0};
    ledger_.domain().broadcast(head, 0);
    constexpr double most_products = 0x1p50;  // what solvers add and multiply stays in range
    if (head[0] < 0.0 || head[0] > most_products) state_archive::refuse();
    if (head[2] == 0.0) return;  // it had only begun
    state_archive archive(ledger_.domain(), record->integers, record->real_numbers());
    exchange_(archive);
    archive.require_end();
    finished_ = head[1] != 0.0;
    resumed_ = unchanged_ = true;
    ledger_.count(static_cast<std::int64_t>(head[0]));
}

const RunRecord* run_stage::begin() {
    index_ = log_->next_++;
    if (index_ < log_->records_.size()) return &log_->records_[index_];
    log_->records_.resize(index_ + 1);
    return nullptr;
}

bool run_stage::has_records() const { return ledger_.domain().rank() == 0; }

void run_stage::save_log() {
    if (has_records()) ledger_.domain().attempt([&] { log_->save(); });
}

void run_stage::close_log() {
    ledger_.domain().attempt([&] { log_->close(); });
}

bool run_stage::exhausted() {
    const bool cut_before = log_ != nullptr && log_->cut_;
    const bool now = ledger_.exhausted();
    if (log_ != nullptr && log_->cut_ && !cut_before && !held_) hold();
    return now;
}

void run_stage::write() {
    state_archive archive(ledger_.domain());
    archive.write(exchange_);
    if (!has_records()) return;
    RunRecord now{false, ledger_.matvecs() - products_before_, archive.take_integers(),
                  std::make_shared<const buffer<double>>(archive.take_reals())};
    log_->next_ = index_ + 1;
    auto& records = log_->records_;
    // The stages that the state's iteration had begun go on too.
    unchanged_ = unchanged_ && same_bits(records[index_], now);
    if (unchanged_) return;
    records.resize(index_ + 1);
    records[index_] = std::move(now);
}

void run_stage::mark() {
    if (log_ == nullptr || finished_ || log_->cut_) return;
    if (!ledger_.domain().agreed_save(has_records() && log_->due()) || log_->closed_) return;
    write();
    held_ = false;
    save_log();
}

void run_stage::hold() {
    if (log_ == nullptr || finished_ || log_->closed_) return;
    write();
    held_ = true;
}

void run_stage::release() { held_ = held_ && log_->cut_; }

void run_stage::close() {
    if (log_ == nullptr || finished_ || log_->closed_) return;
    if (log_->cut_) return close_log();
    unchanged_ = false;
    write();
    if (has_records()) log_->records_[index_].finished = true;
}

void exchange(state_archive& s, Bound& b) {
    s(b.value);
    s.within(b.grade, Grade::proved);
    s(b.delta);
    s(b.source);
}

void exchange(state_archive& s, Bracket& b) {
    s(b.value);
    for (Bound* bound : {&b.lower, &b.upper, &b.lower_behind, &b.upper_behind}) exchange(s, *bound);
    s.within(b.status, Status::budget_spent);
    s(b.residual);
    s(b.condition);
    s(b.runner_up);
}

}  // namespace rhochain
