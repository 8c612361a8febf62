# The layers of the design: no Qt in core, no torch in ui or app, and torch in a header of core only
# where its name says so.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

get_filename_component(root "${TESTS_DIR}/.." ABSOLUTE)
function(forbid pattern what)
  foreach(file IN LISTS ARGN)
    file(STRINGS "${file}" found REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"]${pattern}")
    if(found)
      message(SEND_ERROR "${file} includes ${what}: ${found}")
    endif()
  endforeach()
endfunction()

file(GLOB_RECURSE core "${root}/core/*.h" "${root}/core/*.cpp")
file(GLOB_RECURSE outside "${root}/ui/*.h" "${root}/ui/*.cpp" "${root}/app/*.h" "${root}/app/*.cpp")
list(LENGTH core count)
if(count LESS 50)
  message(FATAL_ERROR "only ${count} files of core were found")
endif()
forbid("Q[A-Z]" "Qt" ${core})
forbid("(torch|ATen|c10)/" "torch" ${outside})
forbid("core/[a-z_/]*_torch\\.h" "a private header of core" ${outside})
set(public ${core})
list(FILTER public INCLUDE REGEX "\\.h$")
list(FILTER public EXCLUDE REGEX "_torch\\.h$")
forbid("(torch|ATen|c10)/" "torch in a public header" ${public})
forbid("core/[a-z_/]*_torch\\.h" "a private header in a public one" ${public})

# Each folder of core depends only on those before it.
set(
  later
  base
  checkpoint
  tokenizer
  similarity
  merging
  model
  evaluation
  measures
  report
  difference
  export
  search
)
while(later)
  list(POP_FRONT later folder)
  list(JOIN later "|" pattern)
  if(pattern)
    set(files ${core})
    list(FILTER files INCLUDE REGEX "/core/${folder}/")
    forbid("core/(${pattern})/" "a later folder" ${files})
  endif()
endwhile()
