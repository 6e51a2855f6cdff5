#include "options.hpp"
#include "guard.hpp"
#include "sized_struct.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace rhochain::c {
namespace {

// Of version 1, to its last member.
constexpr std::size_t first_options_size = offsetof(rhochain_options, interrupt) + sizeof(rhochain_options::interrupt);

rhochain_options defaults() {
    rhochain_options o{};
    const SolverOptions core;
    o.size = sizeof(rhochain_options);
    o.rtol = core.rtol;
    o.delta = core.delta;
    o.seed = core.seed;
    o.basis_bytes = core.basis_bytes;
    return o;
}

[[noreturn]] void refuse(const char* member, const std::string& got, const char* expected) {
    throw std::invalid_argument(std::string(member) + ": got " + got + ", expected " + expected);
}

template <class Integer>
Integer whole(const char* name, double value) {
    constexpr double most = 0x1p53;
    if (!(std::floor(value) == value) || std::abs(value) > most ||
        value > static_cast<double>(std::numeric_limits<Integer>::max()) ||
        value < static_cast<double>(std::numeric_limits<Integer>::min()))
        refuse(name, std::to_string(value), "a whole number");
    return static_cast<Integer>(value);
}

void set_member(rhochain_options& o, std::string_view name, double value) {
    if (name == "rtol")
        o.rtol = value;
    else if (name == "upper_rtol")
        o.upper_rtol = value;
    else if (name == "delta")
        o.delta = value;
    else if (name == "seed")
        o.seed = whole<std::uint64_t>("seed", value);
    else if (name == "threads")
        o.threads = whole<int>("threads", value);
    else if (name == "proved")
        o.proved = whole<int>("proved", value);
    else if (name == "max_matvecs")
        o.max_matvecs = whole<std::int64_t>("max_matvecs", value);
    else if (name == "max_seconds")
        o.max_seconds = value;
    else if (name == "basis_bytes")
        o.basis_bytes = whole<std::int64_t>("basis_bytes", value);
    else
        throw std::invalid_argument(
            "name: got \"" + std::string(name) +
            "\", expected rtol, upper_rtol, delta, seed, threads, proved, max_matvecs, max_seconds or basis_bytes");
}

}  // namespace

call_options read_options(const rhochain_options* given, std::int64_t n) {
    call_options call;
    call.given = given == nullptr ? defaults() : taken(*given, defaults(), first_options_size, "rhochain_options");
    const rhochain_options& o = call.given;
    if (o.threads < 0 || o.threads > 4096) refuse("threads", std::to_string(o.threads), "0 to 4096");
    if (o.max_matvecs < 0) refuse("max_matvecs", std::to_string(o.max_matvecs), "at least 0");
    if (!(o.max_seconds >= 0.0)) refuse("max_seconds", std::to_string(o.max_seconds), "at least 0");
    if (!(o.upper_rtol >= 0.0)) refuse("upper_rtol", std::to_string(o.upper_rtol), "at least 0");
    SolverOptions& s = call.solver;
    s.rtol = o.rtol;
    s.delta = o.delta;
    s.seed = o.seed;
    s.basis_bytes = o.basis_bytes;
    if (o.max_matvecs > 0) s.max_matvecs = o.max_matvecs;
    if (o.max_seconds > 0.0) s.max_seconds = o.max_seconds;
    if (o.start != nullptr) s.start = std::span<const double>(o.start, static_cast<std::size_t>(n));
    if (o.progress != nullptr)
        s.callback = [progress = o.progress, context = o.context, stopped = call.stopped](const Progress& p) {
            if (!*stopped && progress(context, p.matvecs, p.seconds, p.lower, p.value, p.upper) != 0) *stopped = true;
            return *stopped;
        };
    if (o.interrupt != nullptr)
        s.interrupt = [interrupt = o.interrupt, context = o.context, stopped = call.stopped] {
            if (interrupt(context) != 0) *stopped = true;
            return *stopped;
        };
    return call;
}

}  // namespace rhochain::c

extern "C" {

void rhochain_options_init(rhochain_options* options, size_t struct_size) {
    if (options == nullptr) return;
    rhochain_options own = rhochain::c::defaults();
    own.size = struct_size == 0 ? sizeof(rhochain_options) : struct_size;
    std::memset(options, 0, own.size);
    std::memcpy(options, &own, std::min(sizeof(rhochain_options), own.size));
}

rhochain_status rhochain_options_set(rhochain_options* options, const char* name, double value) {
    return rhochain::c::guard([&] {
        rhochain::c::require_pointer(options, "options", "a struct that rhochain_options_init has filled in");
        rhochain::c::require_pointer(name, "name", "the name of a member");
        rhochain::c::set_member(*options, name, value);
        return RHOCHAIN_OK;
    });
}
}
