# SIGKILL at six points of an analysis: every file that has its name is whole, and the next start
# makes what is missing.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/seed_results.cmake")

# Sets `whole` for a file that ends as one of its kind does.
function(check_whole file variable)
  file(SIZE "${file}" size)
  set(ending "")
  if(size GREATER 8)
    math(EXPR at "${size} - 8")
    file(READ "${file}" ending OFFSET ${at} HEX)
  endif()
  set(whole FALSE)
  if(file MATCHES "\\.png$" AND ending STREQUAL "49454e44ae426082") # IEND and its checksum
    set(whole TRUE)
  elseif(file MATCHES "\\.html$" AND ending STREQUAL "2f68746d6c3e0a" OR ending STREQUAL "3c2f68746d6c3e0a") # </html>
    set(whole TRUE)
  elseif(file MATCHES "\\.json$")
    file(READ "${file}" text)
    string(JSON value ERROR_VARIABLE error GET "${text}" unread)
    if(NOT error)
      set(whole TRUE)
    endif()
  elseif(file MATCHES "\\.csv$" AND ending MATCHES "0d0a$")
    set(whole TRUE)
  elseif(file MATCHES "\\.md$" AND ending MATCHES "0a$")
    set(whole TRUE)
  endif()
  set(${variable} ${whole} PARENT_SCOPE)
endfunction()

seed_results(seed 4 0.9 0.98)
find_program(TIMEOUT timeout REQUIRED)
set(ENV{PROGRAM} "${PROGRAM}")
set(ENV{TIMEOUT} "${TIMEOUT}")
execute_process(
  COMMAND
    sh -c
    [[
    begin=$(date +%s%N)
    "$PROGRAM" analyze --results_dir seed --output_dir complete >/dev/null 2>&1 || exit 9
    echo $((($(date +%s%N) - begin) / 1000000))]]
  WORKING_DIRECTORY "${WORK_DIR}"
  RESULT_VARIABLE status
  OUTPUT_VARIABLE milliseconds
  OUTPUT_STRIP_TRAILING_WHITESPACE
)
expect_status(0)
file(GLOB_RECURSE complete RELATIVE "${WORK_DIR}/complete" "${WORK_DIR}/complete/*")
list(LENGTH complete wanted)

# What is looked for would be seen.
foreach(name summary.json report.html)
  file(READ "${WORK_DIR}/complete/${name}" text)
  string(LENGTH "${text}" length)
  math(EXPR half "${length} / 2")
  string(SUBSTRING "${text}" 0 ${half} text)
  file(WRITE "${WORK_DIR}/half_${name}" "${text}")
  check_whole("${WORK_DIR}/half_${name}" whole)
  if(whole)
    message(FATAL_ERROR "half a ${name} counts as whole")
  endif()
endforeach()

set(interrupted 0)
foreach(seventh RANGE 1 6)
  math(EXPR delay "${milliseconds} * ${seventh} / 7 + 1")
  math(EXPR seconds "${delay} / 1000")
  math(EXPR rest "${delay} % 1000 + 1000")
  string(SUBSTRING "${rest}" 1 3 rest)
  set(ENV{DELAY} "${seconds}.${rest}")
  execute_process(
    COMMAND
      sh -c [["$TIMEOUT" --signal=KILL $DELAY "$PROGRAM" analyze --results_dir seed --output_dir killed]]
    WORKING_DIRECTORY "${WORK_DIR}"
    OUTPUT_QUIET
    ERROR_QUIET
    RESULT_VARIABLE status
  )
  file(GLOB_RECURSE files "${WORK_DIR}/killed/*")
  list(FILTER files EXCLUDE REGEX "\\.tmp$")
  foreach(file IN LISTS files)
    check_whole("${file}" whole)
    if(NOT whole)
      message(FATAL_ERROR "half a file after ${delay} ms: ${file}")
    endif()
  endforeach()
  list(LENGTH files count)
  if(count GREATER 0 AND count LESS wanted)
    math(EXPR interrupted "${interrupted} + 1")
  endif()
  if(seventh LESS 6)
    file(REMOVE_RECURSE "${WORK_DIR}/killed")
  endif()
endforeach()
if(interrupted EQUAL 0 AND wanted GREATER 4)
  message(FATAL_ERROR "no start was killed while it wrote")
endif()

headscope(analyze --results_dir seed --output_dir killed)
expect_status(0)
file(GLOB_RECURSE files RELATIVE "${WORK_DIR}/killed" "${WORK_DIR}/killed/*")
list(FILTER files EXCLUDE REGEX "\\.tmp$")
expect_equal("${files}" "${complete}")
