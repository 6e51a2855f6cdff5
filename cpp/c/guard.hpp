// The way from exceptions of the core to a status and a text of this thread.
#pragma once

#include <rhochain.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace rhochain::c {

// A product by the caller that failed.
struct callback_failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// What body(context) returns, or the status of what it throws, with the text for rhochain_last_error.
[[nodiscard]] rhochain_status guard_call(rhochain_status (*body)(const void*), const void* context) noexcept;

// The same of a body without arguments. Allocates nothing outside the guard.
template <class Body>
[[nodiscard]] rhochain_status guard(const Body& body) noexcept {
    return guard_call([](const void* b) { return (*static_cast<const Body*>(b))(); }, &body);
}

// Throws std::invalid_argument: "NAME: got a null pointer, expected WHAT".
void require_pointer(const void* pointer, const char* name, const char* what);

// Throws std::invalid_argument, naming `name`, unless count >= 1 and an array of rows x count doubles can exist.
void require_count(std::int64_t rows, std::int64_t count, const char* name);

[[nodiscard]] const char* last_error() noexcept;

}  // namespace rhochain::c
