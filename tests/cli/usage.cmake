include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

headscope(--version)
expect_status(0)
expect_in("${out}" "headscope ${VERSION}\n")
foreach(line "commit    [0-9a-z]+" "libtorch  [0-9]+[.][0-9]+" "CUDA      [a-z0-9]" "Qt        [a-z0-9]")
  if(NOT "${out}" MATCHES "\n${line}")
    message(FATAL_ERROR "\"${line}\" is not in:\n${out}")
  endif()
endforeach()
headscope(--help)
expect_status(0)
# Alone, or with a path, it would open the window.
headscope()
expect_status(2)
expect_in("${err}" "batch")
headscope(some/model)
expect_status(2)
headscope(plan paint)
expect_status(2)

# Both spellings, and values that are refused before anything is read.
foreach(
  arguments
  "plan;--threshold;1.5"
  "plan;--threshold;high"
  "plan;--threshold;nan"
  "plan;--thresholds;0.9,2"
  "plan;--threshold;0.9;--thresholds;0.9"
  "plan;--grouping;kmeans"
  "plan;--kv-policy;some"
  "plan;--layers;3-1"
  "plan;--layers;x"
  "batch;--window;0"
  "batch;--max-windows;-1"
  "evaluate;--dtype;int8"
  "evaluate;--protocol;ppl"
)
  headscope(${arguments})
  expect_status(2)
  if(err STREQUAL "")
    message(FATAL_ERROR "no message for ${arguments}")
  endif()
endforeach()

# What is wrong in the input names it and exits with 3.
headscope(info no/such/model)
expect_status(3)
expect_in("${err}" "no/such/model")
headscope(plan --model_path "${WORK_DIR}")
expect_status(3)
headscope(plan --layers 6)
expect_status(3)
headscope(similarity --model-path no/such/model --json)
expect_status(3)
last_event(event)
string(JSON code GET "${event}" code)
expect_equal("${code}" "bad_input")

headscope(evaluate --device cuda:99)
if(NOT status EQUAL 4 AND NOT status EQUAL 3)
  message(FATAL_ERROR "a device that is not there: exit status ${status}\n${err}")
endif()
