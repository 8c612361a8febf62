# Single heads from outside: their scores, and the passages that activate them most.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

set(bpe "${TESTS_DIR}/fixtures/models/bpe")
set(
  read
  --model_path
  "${bpe}"
  --device
  cpu
  --calibration_windows
  2
)
headscope(heads ${read} --layers 1)
expect_status(0)
expect_in("${out}" "previous-token")

headscope(heads ${read} --passages "3:7" --top 2)
expect_status(0)
expect_in("${out}" "Layer 3, head 7: mean activation")
string(REGEX MATCHALL "\n[^\n]*[0-9]+-[0-9]+  [^\n]*\\[[^\n]+\\]" lines "${out}")
list(LENGTH lines count)
expect_equal("${count}" "2")

# The same as an event, the strongest first; the peak lies in its passage.
headscope(heads ${read} --passages "1:0,3\;3:7" --top 2 --json)
expect_status(0)
last_event(event)
foreach(part "event;head_passages" "layer;3" "head;7")
  list(GET part 0 key)
  list(GET part 1 wanted)
  string(JSON value GET "${event}" ${key})
  expect_equal("${value}" "${wanted}")
endforeach()
string(JSON count LENGTH "${event}" passages)
expect_equal("${count}" "2")
foreach(at 0 1)
  foreach(key activation first last peak)
    string(JSON ${key}_${at} GET "${event}" passages ${at} ${key})
  endforeach()
  if(peak_${at} LESS first_${at} OR peak_${at} GREATER last_${at})
    message(FATAL_ERROR "the peak ${peak_${at}} lies outside ${first_${at}} to ${last_${at}}")
  endif()
endforeach()
if(activation_0 LESS activation_1)
  message(FATAL_ERROR "${activation_0} comes before ${activation_1}")
endif()
string(REGEX MATCHALL "\"event\":\"head_passages\"" events "${out}")
list(LENGTH events count)
expect_equal("${count}" "3")

headscope(heads ${read} --passages "9:0")
expect_status(3)
expect_in("${err}" "layer 9")
headscope(heads ${read} --passages "first")
expect_status(3)
expect_in("${err}" "names no heads")
headscope(heads ${read} --passages "3:7" --repeated)
expect_status(2)
