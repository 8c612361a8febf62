# Damage per pair from outside: the report, a choice of pairs, going on after Ctrl-C.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

set(
  arguments
  damage
  --layers
  2
  --window
  128
  --probe_windows
  2
  --device
  cpu
)
headscope(${arguments} --pairs 3)
expect_status(0)
expect_in("${out}" "3 pairs measured")
expect_in("${out}" "Spearman")

headscope(${arguments} --choose random --pairs 5 --seed 7 --output reports/damage.json)
expect_status(0)
file(READ "${WORK_DIR}/reports/damage.json" json)
string(JSON count LENGTH "${json}" pairs)
expect_equal("${count}" "5")
string(JSON value GET "${json}" settings seed)
expect_equal("${value}" "7")
string(
  JSON value
  GET "${json}"
  rank_correlation
  q
  layers
  2
  pairs
)
expect_equal("${value}" "5")
string(JSON value GET "${json}" manifest kv_policy)
expect_equal("${value}" "average")
foreach(key value low high)
  string(JSON value GET "${json}" pairs 0 loss_change ${key})
endforeach()

# A rule that needs a calibration text, which is not the one that pairs are judged on.
headscope(${arguments} --pairs 1 --compare none --align activations --weights usage --calibration_windows 1)
expect_status(0)
expect_in("${out}" "aligned by activations, weighted by usage")
expect_in("${out}" "over 1 windows of 512 tokens of wikitext-2 calibration")
file(WRITE "${WORK_DIR}/own.txt" "too short a text")
headscope(${arguments} --pairs 1 --weights usage --calibration own.txt)
expect_status(3)

# What is there is not overwritten.
headscope(${arguments} --output reports/damage.json)
expect_status(3)
expect_in("${err}" "--force")
headscope(${arguments} --pairs 2 --output reports/damage.json --force --json)
expect_status(0)
last_event(event)
string(JSON count LENGTH "${event}" pairs)
expect_equal("${count}" "2")
file(GLOB files RELATIVE "${WORK_DIR}/reports" "${WORK_DIR}/reports/*" "${WORK_DIR}/reports/.*json")
expect_equal("${files}" "damage.json")

find_program(TIMEOUT timeout REQUIRED)
execute_process(
  COMMAND
    "${TIMEOUT}" --signal=INT --preserve-status 2 "${PROGRAM}" damage --choose all --probe_windows 100
    --device cpu --output reports/all.json
  WORKING_DIRECTORY "${WORK_DIR}"
  RESULT_VARIABLE status
  OUTPUT_VARIABLE out
  ERROR_VARIABLE err
)
expect_status(130)
expect_in("${err}" "the same command goes on from there")

# Units that are removed, without and with a refit.
headscope(damage --unit kv_heads --layers 2 --window 128 --probe_windows 2 --calibration_windows 8 --device cpu --json
  --output reports/removals.json
)
expect_status(0)
last_event(event)
string(JSON count LENGTH "${event}" units)
expect_equal("${count}" "8")
string(JSON unit GET "${event}" settings unit)
expect_equal("${unit}" "kv_heads")
foreach(key removed refitted)
  string(
    JSON ratio
    GET "${event}"
    units
    0
    ${key}
    perplexity_ratio
    value
  )
  if(ratio LESS_EQUAL 0.5)
    message(FATAL_ERROR "units 0 ${key}: ${ratio}")
  endif()
endforeach()
headscope(damage --unit heads --layers 2 --window 128 --probe_windows 8 --calibration_windows 8 --device cpu)
expect_status(3)
expect_in("${err}" "some must be left to refit on")
headscope(damage --unit layers --output reports/removals.json)
expect_status(3)
expect_in("${err}" "--force")

foreach(
  bad
  "--measure;taste"
  "--choose;best"
  "--pairs;0"
  "--probe_windows;0"
  "--compare;taste"
)
  headscope(damage ${bad})
  expect_status(2)
endforeach()
