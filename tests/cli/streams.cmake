# Streams that cannot be written, and values that a shell left empty.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

# headscope_in_shell(<arguments and redirections of a POSIX shell>)
macro(headscope_in_shell line)
  execute_process(
    COMMAND sh -c "exec '${PROGRAM}' ${line}"
    WORKING_DIRECTORY "${WORK_DIR}"
    RESULT_VARIABLE status
    OUTPUT_VARIABLE out
    ERROR_VARIABLE err
  )
endmacro()

# Progress that cannot be shown does not end a run.
headscope_in_shell("similarity 2>/dev/full")
expect_status(0)
expect_in("${out}" "layer")
headscope_in_shell("info no/such/model 2>/dev/full")
expect_status(3)

# A result that cannot be told is an error.
foreach(
  arguments
  "similarity"
  "similarity --json"
  "info"
  "--help"
  "--cli_reference"
  "--man_page"
  "--completion bash"
)
  headscope_in_shell("${arguments} >/dev/full")
  expect_status(3)
  expect_in("${err}" "standard output cannot be written")
endforeach()
headscope_in_shell("info no/such/model --json >/dev/full")
expect_status(3)
expect_in("${err}" "no/such/model")

# An empty value is not the default.
foreach(
  arguments
  "evaluate --model_path ''"
  "evaluate --corpus ''"
  "similarity --layers ''"
  "info ''"
  "export --threshold 0.98 --output_dir ''"
  "plan --layer_thresholds ''"
  "similarity --measure attention --calibration ''"
)
  headscope_in_shell("${arguments}")
  expect_status(2)
  expect_in("${err}" "empty value")
endforeach()

# A wrong number is told without a range of 309 digits.
headscope(batch --window 0)
expect_status(2)
expect_in("${err}" "0 is not a whole number of at least 1")
headscope(evaluate --corpus no/such/text --max_windows 1)
expect_status(3)
expect_in("${err}" "no/such/text: there is no such file")
