#include "kernels/space/environment_number.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using rhochain::environment_number;

TEST_CASE("the environment gives the first number of a list, or none") {
    CHECK(environment_number("7") == 7);
    CHECK(environment_number(" 4 , 2") == 4);
    CHECK(environment_number("3,junk") == 3);
    CHECK(environment_number("99999999") == 1 << 20);
    for (const char* text :
         {"", " ", ",2", "0", "-3", "+3", "3x", "3 x", "0x4", "2.5", "99999999999999999999", "all"}) {
        CAPTURE(text);
        CHECK(environment_number(text) == 0);
    }
    CHECK(environment_number(nullptr) == 0);
}
