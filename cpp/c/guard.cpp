#include "guard.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <new>

namespace rhochain::c {
namespace {

// No allocation: it also holds the text of std::bad_alloc.
constexpr std::size_t longest_text = 1024;
thread_local std::array<char, longest_text> text{};

rhochain_status failed(rhochain_status status, const char* what) noexcept {
    const std::size_t length = std::min(std::strlen(what), longest_text - 1);
    std::memcpy(text.data(), what, length);
    text[length] = '\0';
    return status;
}

}  // namespace

rhochain_status guard_call(rhochain_status (*body)(const void*), const void* context) noexcept {
    text[0] = '\0';
    try {
        return body(context);
    } catch (const callback_failure& e) {
        return failed(RHOCHAIN_CALLBACK, e.what());
    } catch (const std::invalid_argument& e) {
        return failed(RHOCHAIN_MISUSE, e.what());
    } catch (const std::out_of_range& e) {
        return failed(RHOCHAIN_MISUSE, e.what());
    } catch (const std::overflow_error& e) {
        return failed(RHOCHAIN_OVERFLOW, e.what());
    } catch (const std::bad_alloc&) {
        return failed(RHOCHAIN_NO_MEMORY, "not enough memory");
    } catch (const std::length_error&) {
        return failed(RHOCHAIN_NO_MEMORY, "not enough memory: an array would be longer than the machine can address");
    } catch (const std::exception& e) {
        return failed(RHOCHAIN_INTERNAL, e.what());
    } catch (...) {
        return failed(RHOCHAIN_INTERNAL, "an unknown exception");
    }
}

void require_pointer(const void* pointer, const char* name, const char* what) {
    if (pointer == nullptr) throw std::invalid_argument(std::string(name) + ": got a null pointer, expected " + what);
}

void require_count(std::int64_t rows, std::int64_t count, const char* name) {
    constexpr auto bytes = static_cast<std::int64_t>(sizeof(double));
    constexpr std::int64_t most = std::numeric_limits<std::ptrdiff_t>::max() / bytes;
    if (count <= 0 || count > most / std::max<std::int64_t>(rows, 1))
        throw std::invalid_argument(std::string(name) + ": got " + std::to_string(count) +
                                    ", expected at least 1, and as many as memory can hold");
}

const char* last_error() noexcept { return text.data(); }

}  // namespace rhochain::c

extern "C" {

int rhochain_abi_version(void) { return RHOCHAIN_ABI; }
const char* rhochain_last_error(void) { return rhochain::c::last_error(); }
}
