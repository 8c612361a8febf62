# Two processes share the windows, through Gloo on this machine: the same digits as one process. One
# that dies ends the other within seconds, with a message.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

headscope(batch --max_windows 6 --output_dir one)
expect_status(0)
set(alone "${out}")
set(
  search
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
  8
  --probe_windows
  4
  --candidates
  4
)
headscope(${search} --output_dir one)
expect_status(0)

# The shell starts two processes; PORT and the arguments come from the environment.
set(ENV{WORLD_SIZE} 2)
set(ENV{LOCAL_WORLD_SIZE} 2)
set(ENV{MASTER_ADDR} 127.0.0.1)
string(RANDOM LENGTH 3 ALPHABET 123456789 random)
set(ENV{MASTER_PORT} "31${random}")
set(ENV{PROGRAM} "${PROGRAM}")

execute_process(
  COMMAND
    sh -c
    [[
    RANK=1 LOCAL_RANK=1 "$PROGRAM" batch --max_windows 6 --output_dir two >second.out 2>&1 &
    RANK=0 LOCAL_RANK=0 "$PROGRAM" batch --max_windows 6 --output_dir two
    status=$?
    wait $! || exit 9
    exit $status]]
  WORKING_DIRECTORY "${WORK_DIR}"
  RESULT_VARIABLE status
  OUTPUT_VARIABLE out
  ERROR_VARIABLE err
)
if(err MATCHES "cannot share work between processes")
  message(STATUS "built without process groups")
  return()
endif()
expect_status(0)
foreach(threshold 0.98 0.99 0.995)
  foreach(key original_metrics merged_metrics total_merged_pairs metric_details)
    foreach(run one two)
      file(READ "${WORK_DIR}/${run}/results_threshold_${threshold}.json" json)
      string(JSON ${run}_value GET "${json}" ${key})
    endforeach()
    expect_equal("${two_value}" "${one_value}")
  endforeach()
endforeach()
file(READ "${WORK_DIR}/second.out" second)
expect_equal("${second}" "")

# Runs the program with these arguments in two processes, of which the first alone may print.
macro(in_two_processes)
  execute_process(
    COMMAND
      sh -c
      [[
      RANK=1 LOCAL_RANK=1 "$0" "$@" >second.out 2>&1 &
      RANK=0 LOCAL_RANK=0 "$0" "$@"
      status=$?
      wait $! || exit 9
      exit $status]]
      "${PROGRAM}" ${ARGN}
    WORKING_DIRECTORY "${WORK_DIR}"
    RESULT_VARIABLE status
    OUTPUT_VARIABLE out
    ERROR_VARIABLE err
  )
  expect_status(0)
  file(READ "${WORK_DIR}/second.out" second)
  expect_equal("${second}" "")
endmacro()

# A search in two processes goes the same way.
math(EXPR port "$ENV{MASTER_PORT} + 2")
set(ENV{MASTER_PORT} ${port})
in_two_processes(${search} --output_dir two)
foreach(key layer_thresholds metric_details)
  foreach(run one two)
    file(READ "${WORK_DIR}/${run}/search.json" json)
    string(JSON ${run}_value GET "${json}" ${key})
  endforeach()
  expect_equal("${two_value}" "${one_value}")
endforeach()

# They share the sequences of a measure and of a refit: the same figures up to the order of the sums.
set(
  refit
  batch
  --measure
  output
  --thresholds
  0.9
  --refit
  output
  --refit_target
  residual
  --calibration_windows
  3
  --max_windows
  4
)
set(ENV{WORLD_SIZE} 1)
headscope(${refit} --output_dir refit_one)
expect_status(0)
set(ENV{WORLD_SIZE} 2)
math(EXPR port "$ENV{MASTER_PORT} + 3")
set(ENV{MASTER_PORT} ${port})
in_two_processes(${refit} --output_dir refit_two)
foreach(run one two)
  file(READ "${WORK_DIR}/refit_${run}/results_threshold_0.9.json" json)
  string(JSON perplexity GET "${json}" merged_metrics perplexity)
  string(SUBSTRING "${perplexity}" 0 7 refit_${run})
endforeach()
expect_equal("${refit_two}" "${refit_one}")

# The second process dies in the middle of a long run.
math(EXPR port "$ENV{MASTER_PORT} + 1")
set(ENV{MASTER_PORT} ${port})
execute_process(
  COMMAND
    sh -c
    [[
    RANK=1 LOCAL_RANK=1 "$PROGRAM" batch --output_dir three >/dev/null 2>&1 &
    victim=$!
    (
        for i in $(seq 200); do
            [ -n "$(ls three/.unfinished* 2>/dev/null)" ] && break
            sleep 0.1
        done
        sleep 1
        kill -9 $victim
    ) &
    RANK=0 LOCAL_RANK=0 timeout 60 "$PROGRAM" batch --output_dir three]]
  WORKING_DIRECTORY "${WORK_DIR}"
  RESULT_VARIABLE status
  OUTPUT_VARIABLE out
  ERROR_VARIABLE err
)
expect_status(4)
expect_in("${err}" "of 2")
expect_in("${err}" "Start again")
