# pip builds in an environment that is new each time: its headers are in another folder, and newer than all objects.
# Copies of them stay in the build folder, and change when their text does, so that a second build in that folder
# compiles what has changed alone.

# Copies the files of `subfolder`, found in the include folders of `target`, and lets `target` name the copies. Where
# there are none `target` stays as it is.
function(rhochain_lasting_headers target subfolder)
  if(NOT TARGET ${target})
    return()
  endif()
  get_target_property(_folders ${target} INTERFACE_INCLUDE_DIRECTORIES)
  set(_copies ${CMAKE_BINARY_DIR}/headers/${subfolder})
  set(_found OFF)
  foreach(_folder IN LISTS _folders)
    file(GLOB_RECURSE _headers RELATIVE ${_folder} ${_folder}/${subfolder}/*)
    foreach(_header IN LISTS _headers)
      configure_file(${_folder}/${_header} ${_copies}/${_header} COPYONLY)
      set(_found ON)
    endforeach()
  endforeach()
  if(_found)
    set_target_properties(${target} PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES ${_copies}
      INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${_copies})
  endif()
endfunction()
