# An installed prefix works wherever it is put, and an environment variable names other resources.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

get_filename_component(build_dir "${PROGRAM}/../.." ABSOLUTE)
execute_process(
  COMMAND ${CMAKE_COMMAND} --install "${build_dir}" --prefix "${WORK_DIR}/prefix"
  RESULT_VARIABLE status
  OUTPUT_VARIABLE out
  ERROR_VARIABLE err
)
expect_status(0)
foreach(
  file
  man/man1/headscope.1.gz
  bash-completion/completions/headscope
  fish/vendor_completions.d/headscope.fish
)
  if(NOT EXISTS "${WORK_DIR}/prefix/share/${file}")
    message(FATAL_ERROR "share/${file} is not installed")
  endif()
endforeach()
file(RENAME "${WORK_DIR}/prefix" "${WORK_DIR}/moved")
set(PROGRAM "${WORK_DIR}/moved/bin/headscope")
set(ENV{HEADSCOPE_CACHE} "${WORK_DIR}/cache")
headscope(evaluate --max_windows 1)
expect_status(0)
expect_in("${out}" "396,832 tokens")
file(RENAME "${WORK_DIR}/moved/share/headscope" "${WORK_DIR}/elsewhere")
headscope(info)
expect_status(3)
expect_in("${err}" "HEADSCOPE_RESOURCES")
set(ENV{HEADSCOPE_RESOURCES} "${WORK_DIR}/elsewhere")
headscope(info)
expect_status(0)
