#include "kernels/space/environment_number.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace rhochain {

int environment_number(const char* text) {
    constexpr std::string_view blanks = " \t";
    const std::string_view given = text == nullptr ? "" : text;
    const std::string_view list = given.substr(std::min(given.size(), given.find_first_not_of(blanks)));
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(list.data(), list.data() + list.size(), number);
    const std::string_view rest = list.substr(static_cast<std::size_t>(end - list.data()));
    const std::size_t next = rest.find_first_not_of(blanks);
    if (error != std::errc{} || number < 1 || (next != std::string_view::npos && rest[next] != ',')) return 0;
    return static_cast<int>(std::min<std::int64_t>(number, 1 << 20));
}

}  // namespace rhochain
