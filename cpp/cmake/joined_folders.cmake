# rhochain_join_folders(TARGET EXCEPT REGEX): compiles the sources of a folder together, which reads headers and
# instantiates templates once. Names in anonymous namespaces are therefore unique within a folder. Sources that match
# REGEX, and those with options of their own, are compiled one by one.
function(rhochain_join_folders target)
  cmake_parse_arguments(PARSE_ARGV 1 _join "" EXCEPT "")
  get_target_property(_sources ${target} SOURCES)
  list(FILTER _sources INCLUDE REGEX "[.]cpp$")
  list(FILTER _sources EXCLUDE REGEX "${_join_EXCEPT}")
  foreach(_source IN LISTS _sources)
    get_filename_component(_folder "${_source}" DIRECTORY)
    get_filename_component(_folder "${_folder}" NAME)
    set_source_files_properties("${_source}" PROPERTIES UNITY_GROUP "${_folder}")
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
