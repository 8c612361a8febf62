# Exports in parts of a size, and how fast models are.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

headscope(
  export
  --model_path
  "${TESTS_DIR}/fixtures/models/bpe"
  --remove
  "1:0,1,2,3"
  --compact
  --format
  gguf
  --max-shard-size
  4MB
  --measure_speed
  --prompt
  16
  --generated
  8
  --repetitions
  2
  --device
  cpu
  --output_dir
  parts
)
expect_status(0)
expect_in("${out}" "tokens a second (pp16)")
expect_in("${out}" "tokens a second (tg8)")
file(GLOB parts "${WORK_DIR}/parts/model-0000?-of-0000?.gguf")
list(LENGTH parts count)
if(count LESS 2)
  message(FATAL_ERROR "${count} parts")
endif()
headscope(speed parts "${TESTS_DIR}/fixtures/models/bpe" --prompt 16 --generated 0 --repetitions 2 --device cpu --json)
expect_status(0)
last_event(event)
string(JSON count LENGTH "${event}" models 1 prefill values)
expect_equal("${count}" "2")
headscope(speed parts --prompt 10000000)
expect_status(3)
expect_in("${err}" "10000000 tokens")
