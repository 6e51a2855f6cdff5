// Runs that save their state: how often they do, and a record that lost half of its numbers.
#pragma once

#include <rhochain/spectra/run_log.hpp>

#include <memory>

// Seconds between two saves.
inline constexpr double each_iteration = 0.0, seldom = 300.0;

inline void halve_reals(rhochain::RunRecord& record) {
    const auto reals = record.real_numbers();
    const auto half = reals.first(reals.size() / 2);
    record.reals = std::make_shared<const rhochain::buffer<double>>(half.begin(), half.end());
}
