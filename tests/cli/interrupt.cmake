# Ctrl-C ends in order with 130, keeps what was finished, and the next start goes on from there.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

find_program(TIMEOUT timeout REQUIRED)
execute_process(
  COMMAND
    "${TIMEOUT}" --signal=INT --preserve-status 12 "${PROGRAM}" batch --output_dir results --threshold 0.98
  WORKING_DIRECTORY "${WORK_DIR}"
  RESULT_VARIABLE status
  OUTPUT_VARIABLE out
  ERROR_VARIABLE err
)
expect_status(130)
expect_in("${err}" "Cancelled")
string(FIND "${err}" "headscope:" at)
if(NOT at EQUAL -1)
  message(FATAL_ERROR "a cancelled run is called a failure:\n${err}")
endif()
file(GLOB files RELATIVE "${WORK_DIR}/results" "${WORK_DIR}/results/*" "${WORK_DIR}/results/.*")
list(FILTER files INCLUDE REGEX "json")
if(NOT files MATCHES "^\\.unfinished_evaluation_[0-9a-f]+\\.json$")
  message(FATAL_ERROR "left behind: ${files}")
endif()
