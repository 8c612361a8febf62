# Shared by the scripts: headscope(<arguments>) runs the program and sets `status`, `out` and `err`;
# expect_* stop the script with what was seen.

file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")

macro(headscope)
  # Without a display: `headscope` alone would open its window and wait.
  execute_process(
    COMMAND
      "${CMAKE_COMMAND}" -E env --unset=DISPLAY --unset=WAYLAND_DISPLAY --unset=QT_QPA_PLATFORM "${PROGRAM}"
      ${ARGN}
    WORKING_DIRECTORY "${WORK_DIR}"
    RESULT_VARIABLE status
    OUTPUT_VARIABLE out
    ERROR_VARIABLE err
  )
endmacro()

function(expect_status wanted)
  if(NOT status EQUAL wanted)
    message(FATAL_ERROR "exit status ${status}, not ${wanted}\n--- output\n${out}\n--- errors\n${err}")
  endif()
endfunction()

function(expect_in text part)
  string(FIND "${text}" "${part}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "\"${part}\" is not in:\n${text}")
  endif()
endfunction()

function(expect_equal value wanted)
  if(NOT "${value}" STREQUAL "${wanted}")
    message(FATAL_ERROR "\"${value}\" is not \"${wanted}\"")
  endif()
endfunction()

# The last JSON line of `out`.
function(last_event variable)
  string(STRIP "${out}" lines)
  string(FIND "${lines}" "\n" at REVERSE)
  math(EXPR at "${at} + 1")
  string(SUBSTRING "${lines}" ${at} -1 line)
  set(${variable} "${line}" PARENT_SCOPE)
endfunction()
