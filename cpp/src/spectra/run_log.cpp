#include "spectra/run_stage.hpp"

#include <algorithm>
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

bool run_log::save() {
    const bool stop = saving_.save && saving_.save(records_);
    due_ = clock::now() + interval_;
    return stop;
}

void run_log::close() {
    if (std::exchange(closed_, true)) return;
    static_cast<void>(save());
}

run_stage::run_stage(Ledger& ledger, exchange_function state)
    : ledger_(ledger), exchange_(std::move(state)), products_before_(ledger.matvecs()) {
    run_log* log = ledger.log();
    if (log == nullptr || log->closed_) return;
    if (ledger.cut()) {  // what a run does after that is not what an unbroken one does
        log->close();
        return;
    }
    log_ = log;
    index_ = log_->next_++;
    if (index_ >= log_->records_.size()) {
        log_->records_.resize(index_ + 1);
        return;
    }
    const RunRecord& record = log_->records_[index_];
    if (record.integers.empty() && record.reals.empty()) return;  // it had only begun
    state_archive archive(record.integers, record.reals);
    exchange_(archive);
    archive.require_end();
    finished_ = record.finished;
    resumed_ = true;
    ledger_.count(record.products);
}

bool run_stage::exhausted() {
    const bool now = ledger_.exhausted();
    if (ledger_.cut() && !held_) hold();
    return now;
}

void run_stage::write() {
    state_archive archive;
    exchange_(archive);
    auto& records = log_->records_;
    records.resize(index_ + 1);
    log_->next_ = index_ + 1;
    records[index_] = {false, ledger_.matvecs() - products_before_, archive.take_integers(), archive.take_reals()};
}

void run_stage::mark() {
    if (log_ == nullptr || finished_ || !log_->due()) return;
    write();
    held_ = false;
    if (log_->save()) ledger_.stop();
}

void run_stage::hold() {
    if (log_ == nullptr || finished_) return;
    write();
    held_ = true;
}

void run_stage::close() {
    if (log_ == nullptr || finished_ || log_->closed_) return;
    if (ledger_.cut()) return log_->close();
    write();
    log_->records_[index_].finished = true;
}

void exchange(state_archive& s, Bound& b) {
    s(b.value);
    s(b.grade);
    s(b.delta);
    s(b.source);
}

void exchange(state_archive& s, Bracket& b) {
    s(b.value);
    for (Bound* bound : {&b.lower, &b.upper, &b.lower_behind, &b.upper_behind}) exchange(s, *bound);
    s(b.status);
    s(b.residual);
    s(b.condition);
    s(b.runner_up);
}

}  // namespace rhochain
