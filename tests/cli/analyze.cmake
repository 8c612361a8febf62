include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/seed_results.cmake")

# Nothing that can be read: bad input, named.
headscope(analyze --results_dir no/such/folder)
expect_status(3)
expect_in("${err}" "no/such/folder")
file(MAKE_DIRECTORY "${WORK_DIR}/empty")
headscope(analyze --results_dir empty)
expect_status(3)
expect_in("${err}" "results_threshold_")
file(WRITE "${WORK_DIR}/broken/results_threshold_0.9.json" "{\"threshold\": 0.9")
headscope(analyze --results_dir broken --json)
expect_status(3)
expect_in("${err}" "broken/results_threshold_0.9.json: not valid JSON")
last_event(event)
string(JSON code GET "${event}" code)
expect_equal("${code}" "bad_input")
if(EXISTS "${WORK_DIR}/broken/summary.csv")
  message(FATAL_ERROR "a summary of nothing")
endif()

# Files of the original experiment with a broken one beside them.
seed_results(seed 3 0.98 0.995)
file(WRITE "${WORK_DIR}/seed/results_threshold_0.5.json" "[]")
headscope(analyze --results_dir seed --output_dir "new folder/out")
expect_status(0)
expect_in("${out}" "+4.9180 %")
expect_in("${out}" "no manifest")
expect_in("${out}" "Could not be read: seed/results_threshold_0.5.json")
set(folder "${WORK_DIR}/new folder/out")
file(READ "${folder}/summary.csv" csv)
expect_in("${csv}" ",0.98,3,6,6.1,,,6.4,,,")
file(READ "${folder}/summary.md" markdown)
expect_in("${markdown}" "| 0.995 | 3 | 6 | 6.4000 | +4.9180 % | 49.000 % | -1.000 |")
file(READ "${folder}/summary.json" json)
string(
  JSON count
  LENGTH "${json}"
  sections
  0
  series
  0
  runs
)
expect_equal("${count}" "2")
string(JSON count LENGTH "${json}" unread)
expect_equal("${count}" "1")
file(READ "${folder}/report.html" html)
expect_in("${html}" "</html>")

# Charts, or where they are to be had.
set(
  charts
  comparison_threshold_0.98
  comparison_threshold_0.995
  merged_pairs_threshold_0.98
  merged_pairs_threshold_0.995
  analysis/threshold_comparison
  analysis/similarity_overview
  analysis/similarity_distribution
  analysis/similarity_matrices_layer_00
  analysis/similarity_matrices_layer_01
  analysis/similarity_matrices_layer_02
)
if(out MATCHES "draws no charts")
  expect_in("${out}" "headscope analyze --results_dir seed")
  expect_in("${html}" "draws no charts")
else()
  foreach(chart IN LISTS charts)
    file(READ "${folder}/${chart}.png" magic LIMIT 8 HEX)
    expect_equal("${magic}" "89504e470d0a1a0a")
  endforeach()
  file(GLOB_RECURSE pngs "${folder}/*.png")
  list(LENGTH pngs count)
  list(LENGTH charts wanted)
  expect_equal("${count}" "${wanted}")
  # A display that cannot be reached does not matter.
  execute_process(
    COMMAND
      "${CMAKE_COMMAND}" -E env DISPLAY=:987 WAYLAND_DISPLAY=nothing --unset=QT_QPA_PLATFORM
      --unset=XDG_RUNTIME_DIR "${PROGRAM}" analyze --results_dir seed --output_dir elsewhere
    WORKING_DIRECTORY "${WORK_DIR}"
    RESULT_VARIABLE status
    OUTPUT_VARIABLE out
    ERROR_VARIABLE err
  )
  expect_status(0)
  if(err MATCHES "XDG|qt\\.|display")
    message(FATAL_ERROR "Qt complains:\n${err}")
  endif()
endif()

# Without charts, beside the results, as JSON, with hyphens.
headscope(analyze --results-dir seed --no-plots --json)
expect_status(0)
last_event(event)
string(JSON value GET "${event}" event)
expect_equal("${value}" "result")
string(
  JSON value
  GET "${event}"
  sections
  0
  series
  0
  runs
  1
  threshold
)
expect_equal("${value}" "0.995")
file(GLOB_RECURSE pngs "${WORK_DIR}/seed/*.png")
expect_equal("${pngs}" "")
file(READ "${WORK_DIR}/seed/report.html" html)
expect_in("${html}" "--no_plots")

headscope(analyze --results_dir seed --layers 7)
expect_status(3)
expect_in("${err}" "layer 7")
headscope(analyze --results_dir seed --layers x)
expect_status(2)
file(WRITE "${WORK_DIR}/file" "x")
headscope(analyze --results_dir seed --output_dir file)
expect_status(3)
expect_in("${err}" "file")
