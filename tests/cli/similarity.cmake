include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

headscope(info)
expect_status(0)
expect_in("${out}" "16 heads of 16, 8 KV heads")
headscope(info --json)
expect_status(0)
last_event(event)
string(JSON value GET "${event}" parameters)
expect_equal("${value}" "4590848")
headscope(info "${TESTS_DIR}/fixtures/models/bpe" --json)
expect_status(0)
last_event(event)
string(JSON value GET "${event}" parameters)
expect_equal("${value}" "6671104")

headscope(similarity --threshold 0.99 --layers 2)
expect_status(0)
expect_in("${out}" "0.9973")
expect_in("${out}" "3 and 11")
headscope(similarity --layers 3 --json --model_path "${TESTS_DIR}/fixtures/models/bpe/config.json")
expect_status(0)
last_event(event)
string(JSON value GET "${event}" highest)
string(SUBSTRING "${value}" 0 7 value)
expect_equal("${value}" "0.98432")

headscope(plan --threshold 0.98 --json)
expect_status(0)
last_event(event)
string(JSON value GET "${event}" summary pairs)
expect_equal("${value}" "31")
string(JSON value GET "${event}" layers 0 kv_groups)
string(REGEX REPLACE "[ \n]" "" value "${value}")
expect_equal("${value}" "[[0,1]]")
headscope(plan --threshold 1)
expect_status(0)
expect_in("${out}" "selects nothing: the highest similarity is 0.9973")

# Every measure; those of behaviour read a text and run the model.
foreach(
  measure
  k
  v
  o
  qk
  qkvo
  qk-circuit
  ov-circuit
)
  headscope(similarity --measure ${measure} --layers 2 --json)
  expect_status(0)
  last_event(event)
  string(JSON value GET "${event}" measure)
  expect_equal("${value}" "${measure}")
endforeach()
headscope(plan --measure qk-circuit --threshold 0.9 --json)
expect_status(0)
last_event(event)
string(JSON value GET "${event}" measure)
expect_equal("${value}" "qk-circuit")
headscope(similarity --measure none)
expect_status(2)
headscope(similarity --measure qk-circuit --device cuda:99)
if(NOT status EQUAL 4 AND NOT status EQUAL 3)
  message(FATAL_ERROR "a device that is not there: exit status ${status}\n${err}")
endif()
