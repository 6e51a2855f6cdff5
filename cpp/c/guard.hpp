// The way from exceptions of the core to a status and a text of this thread.
#pragma once

#include <rhochain.h>

#include <functional>
#include <stdexcept>
#include <string>

namespace rhochain::c {

// A product by the caller that failed.
struct callback_failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// What `body` returns, or the status of what it throws, with the text for rhochain_last_error.
[[nodiscard]] rhochain_status guard(const std::function<rhochain_status()>& body) noexcept;

// Throws std::invalid_argument: "NAME: got a null pointer, expected WHAT".
void require_pointer(const void* pointer, const char* name, const char* what);

[[nodiscard]] const char* last_error() noexcept;

}  // namespace rhochain::c
