include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

set(
  arguments
  batch
  --max_windows
  4
  --output_dir
  "out folder/results"
)
headscope(${arguments} --no_plots)
expect_status(0)
expect_in("${out}" "results_threshold_0.98.json")
expect_in("${out}" "saved by sharing")
file(GLOB files RELATIVE "${WORK_DIR}/out folder/results" "${WORK_DIR}/out folder/results/*")
expect_equal("${files}" "results_threshold_0.98.json;results_threshold_0.99.json;results_threshold_0.995.json")
file(READ "${WORK_DIR}/out folder/results/results_threshold_0.99.json" json)
string(JSON value GET "${json}" total_merged_pairs)
expect_equal("${value}" "16")
string(JSON value GET "${json}" manifest token_ids_sha256)
expect_equal("${value}" "04010b442be30b1b00f4361ad4e88960285f89216a12d644e1f18cef972306b2")

# A second start finds everything finished, changes nothing of it, and makes the analysis; a third
# finds that too.
set(folder "${WORK_DIR}/out folder/results")
file(SHA256 "${folder}/results_threshold_0.99.json" before)
headscope(${arguments})
expect_status(0)
expect_in("${out}" "finished before")
expect_in("${out}" "report.html")
file(SHA256 "${folder}/results_threshold_0.99.json" after)
expect_equal("${after}" "${before}")
foreach(name report.html summary.csv summary.md summary.json)
  if(NOT EXISTS "${folder}/${name}")
    message(FATAL_ERROR "${name} is missing")
  endif()
endforeach()
if(out MATCHES "draws no charts")
  expect_in("${out}" "headscope analyze --results_dir out folder/results")
else()
  foreach(
    name
    comparison_threshold_0.98
    merged_pairs_threshold_0.995
    analysis/threshold_comparison
    analysis/similarity_matrices_layer_05
  )
    if(NOT EXISTS "${folder}/${name}.png")
      message(FATAL_ERROR "${name}.png is missing")
    endif()
  endforeach()
endif()
headscope(${arguments})
expect_status(0)
expect_in("${out}" "The report was made before")

# Other settings in the same folder are refused, unless the user says so.
headscope(${arguments} --kv_policy keep)
expect_status(3)
expect_in("${err}" "kv_policy")
headscope(${arguments} --kv_policy keep --force --threshold 0.99 --json)
expect_status(0)
last_event(event)
string(JSON value GET "${event}" runs 0 threshold)
expect_equal("${value}" "0.98999999999999999")

headscope(evaluate --max-windows 3 --protocol llama.cpp --dtype bf16)
expect_status(0)
expect_in("${out}" "protocol llama.cpp, 3 windows of 512 tokens, bfloat16 on cpu")

# A folder that cannot hold results.
file(WRITE "${WORK_DIR}/file" "x")
headscope(batch --max_windows 1 --output_dir file)
expect_status(3)
expect_in("${err}" "file")
