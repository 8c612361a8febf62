# A budget search: refusals, a kill in the middle, and the plan taken elsewhere.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

# A budget has its sign, and nonsense is refused before anything is read.
foreach(
  budget
  0.01
  1
  -1%
  0%
  nan%
  ""
  2000%
  one%
)
  headscope(search --max_ppl_increase "${budget}" --model_path no/such/model)
  expect_status(2)
  expect_in("${err}" "max_ppl_increase")
endforeach()
headscope(search)
expect_status(2)
expect_in("${err}" "max_ppl_increase")
headscope(search --max-ppl-increase 1% --candidates 0)
expect_status(2)
headscope(search --max-ppl-increase 1% --gain money)
expect_status(2)

set(
  arguments
  search
  --max_ppl_increase
  1%
  --gain
  removable
  --layers
  2,4
  --window
  128
  --max_windows
  40
  --probe-windows
  20
  --device
  cpu
)

# Killed while it works: no search.json, only the journal, and the next start ends as if nothing had been.
find_program(TIMEOUT timeout REQUIRED)
execute_process(
  COMMAND
    sh -c
    [[
    "$0" "$@" >/dev/null 2>killed.err &
    for i in $(seq 2000); do
      # The first journal is empty; the second, of 2 seconds later, is not.
      grep -q '"scores":{"' killed/.unfinished_search_*.json 2>/dev/null && break
      kill -0 $! 2>/dev/null || exit 5
      sleep 0.02
    done
    kill -KILL $!
    wait $!
    exit 0]]
    "${PROGRAM}" ${arguments} --output_dir killed --threads 1
  WORKING_DIRECTORY "${WORK_DIR}"
  RESULT_VARIABLE status
  OUTPUT_VARIABLE out
  ERROR_VARIABLE err
)
expect_status(0)
file(GLOB files RELATIVE "${WORK_DIR}/killed" "${WORK_DIR}/killed/*" "${WORK_DIR}/killed/.unfinished*")
if(NOT files MATCHES "^\\.unfinished_search_[0-9a-f]+\\.json$")
  message(FATAL_ERROR "left behind: ${files}")
endif()
headscope(${arguments} --output_dir killed)
expect_status(0)
expect_in("${out}" "scores taken from an earlier start")
headscope(${arguments} --output_dir whole --json)
expect_status(0)
expect_in("${out}" "\"event\":\"step\"")
expect_in("${out}" "\"event\":\"check\"")
last_event(event)
string(JSON file GET "${event}" file)
expect_equal("${file}" "whole/search.json")
foreach(run killed whole)
  file(READ "${WORK_DIR}/${run}/search.json" ${run}_json)
endforeach()
foreach(
  key
  threshold
  layer_thresholds
  original_metrics
  merged_metrics
  metric_details
  plan
  layer_results
)
  foreach(run killed whole)
    string(JSON ${run}_value GET "${${run}_json}" ${key})
  endforeach()
  expect_equal("${killed_value}" "${whole_value}")
endforeach()
foreach(key candidates steps checks)
  foreach(run killed whole)
    string(JSON ${run}_value GET "${${run}_json}" search ${key})
  endforeach()
  expect_equal("${killed_value}" "${whole_value}")
endforeach()

# Ctrl-C: 130, and the journal stays.
execute_process(
  COMMAND
    "${TIMEOUT}" --signal=INT --preserve-status 2 "${PROGRAM}" search --max_ppl_increase 1% --probe_windows
    500 --output_dir stopped
  WORKING_DIRECTORY "${WORK_DIR}"
  RESULT_VARIABLE status
  OUTPUT_VARIABLE out
  ERROR_VARIABLE err
)
expect_status(130)
expect_in("${err}" "the same command goes on from there")

# A second start finds it finished; other settings are refused.
headscope(${arguments} --output_dir whole)
expect_status(0)
expect_in("${out}" "finished before")
list(REMOVE_AT arguments 2)
list(INSERT arguments 2 2%)
headscope(${arguments} --output_dir whole)
expect_status(3)
expect_in("${err}" "max_ppl_increase \"1%\", not \"2%\"")

# The plan, elsewhere: the rule comes from the file, and what it does not fit is refused.
string(JSON merged GET "${whole_json}" plan summary merged_heads)
headscope(plan --layer_thresholds whole/search.json)
expect_status(0)
expect_in("${out}" "${merged} heads merged")
headscope(plan --layer-thresholds whole/search.json --json)
last_event(event)
string(JSON thresholds GET "${event}" layer_thresholds)
string(JSON wanted GET "${whole_json}" layer_thresholds)
expect_equal("${thresholds}" "${wanted}")
headscope(evaluate --layer_thresholds whole/search.json --window 128 --max_windows 40 --json)
expect_status(0)
last_event(event)
string(JSON value GET "${event}" variants 1 metrics)
string(JSON wanted GET "${whole_json}" metric_details merged)
expect_equal("${value}" "${wanted}")
headscope(export --layer_thresholds whole/search.json --output_dir merged)
expect_status(0)
file(READ "${WORK_DIR}/merged/headscope_manifest.json" manifest)
foreach(key layer_thresholds threshold)
  string(JSON value GET "${manifest}" ${key})
  string(JSON wanted GET "${whole_json}" ${key})
  expect_equal("${value}" "${wanted}")
endforeach()
string(JSON value GET "${manifest}" summary merged_heads)
expect_equal("${value}" "${merged}")
foreach(option "--align;weights" "--weights;norm" "--rescale")
  headscope(export --layer_thresholds whole/search.json --output_dir other ${option})
  expect_status(3)
  expect_in("${err}" "these thresholds were found with")
endforeach()
headscope(plan --layer_thresholds whole/search.json --kv_policy keep)
expect_status(3)
expect_in("${err}" "--kv_policy average, not keep")

# How means are taken comes with it, down to the windows of the calibration text.
headscope(search --max_ppl_increase 5% --layers 2 --window 128 --max_windows 10 --probe_windows 5
  --device cpu --align activations --weights usage --calibration_windows 2 --output_dir calibrated
)
expect_status(0)
expect_in("${out}" "aligned by activations, weighted by usage")
headscope(evaluate --layer_thresholds calibrated/search.json --window 128 --max_windows 10 --device cpu --json)
expect_status(0)
last_event(event)
file(READ "${WORK_DIR}/calibrated/search.json" json)
string(JSON value GET "${event}" variants 1 metrics)
string(JSON wanted GET "${json}" metric_details merged)
expect_equal("${value}" "${wanted}")
headscope(plan --layer_thresholds calibrated/search.json --weights plain)
expect_status(3)
expect_in("${err}" "--weights usage, not plain")

headscope(plan --layer_thresholds 2:0.9876,4:0.97 --kv_policy keep)
expect_status(0)
expect_in("${out}" "KV policy keep")
foreach(bad "2:0.9,2:0.8" "2" "9:0.9" "no/such.json")
  headscope(plan --layer_thresholds "${bad}")
  expect_status(3)
endforeach()
headscope(plan --layer_thresholds 2:0.9 --threshold 0.9)
expect_status(2)
headscope(plan --layer_thresholds 2:0.9 --layers 2)
expect_status(2)
