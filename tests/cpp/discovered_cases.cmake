# The doctest cases of ${executable} as tests of CTest, named after the case, labelled with the folder of its file:
#     ctest -R 'numerical radius'     ctest -L kernels
# Read by ctest itself, so that a list of cases is never older than the executable.
if(NOT EXISTS "${executable}")
  add_test("rhochain_tests is not built" "${executable}")
  return()
endif()
execute_process(COMMAND ${emulator} "${executable}" --list-test-cases --reporters=xml
  OUTPUT_VARIABLE _rest RESULT_VARIABLE _failed)
if(_failed)
  message(FATAL_ERROR "${executable} does not list its cases: ${_failed}")
endif()
while(_rest MATCHES "<TestCase name=\"([^\"]*)\" filename=\"[^\"]*/([a-z_]+)/[^/\"]*\"")
  set(_found "${CMAKE_MATCH_0}")
  set(_name "${CMAKE_MATCH_1}")
  set(_label "${CMAKE_MATCH_2}")
  string(FIND "${_rest}" "${_found}" _at)
  string(LENGTH "${_found}" _length)
  math(EXPR _at "${_at} + ${_length}")
  string(SUBSTRING "${_rest}" ${_at} -1 _rest)
  foreach(_entity "lt=<" "gt=>" "quot=\"" "apos='" "amp=&")
    string(REGEX MATCH "^([a-z]+)=(.)" _ "${_entity}")
    string(REPLACE "&${CMAKE_MATCH_1};" "${CMAKE_MATCH_2}" _name "${_name}")
  endforeach()
  # doctest takes a comma for the end of a pattern.
  string(REPLACE "," "\\," _pattern "${_name}")
  add_test("${_name}" ${emulator} "${executable}" "--test-case=${_pattern}")
  set_tests_properties("${_name}" PROPERTIES LABELS "${_label}" FAIL_REGULAR_EXPRESSION "test cases: +0 ")
endwhile()
