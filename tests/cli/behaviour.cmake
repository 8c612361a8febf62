# Measures of behaviour from the command line.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

foreach(measure attention output cka)
  headscope(similarity --measure ${measure} --layers 2 --calibration-windows 1 --device cpu)
  expect_status(0)
  expect_in("${out}" "measure ${measure} over 1 windows of 512 tokens of wikitext-2 calibration")
endforeach()
headscope(plan --measure cka --layers 0 --calibration_windows 1 --threshold 0.9 --json --device cpu)
expect_status(0)
last_event(event)
string(JSON value GET "${event}" calibration windows)
expect_equal("${value}" "1")

# The text that results are judged on is refused, here and where it is named.
get_filename_component(resources "${TESTS_DIR}/../resources" ABSOLUTE)
headscope(similarity --measure cka --calibration "${resources}/wikitext-2/wiki.test.raw")
expect_status(3)
expect_in("${err}" "give another --calibration")
headscope(evaluate --measure cka --threshold 0.9 --max_windows 1 --device cpu
  --corpus "${resources}/wikitext-2/calibration.txt"
)
expect_status(3)
headscope(evaluate --measure output --threshold 0.9 --max_windows 1 --calibration_windows 1
  --device cpu --json
)
expect_status(0)
last_event(event)
string(JSON value GET "${event}" calibration corpus)
expect_equal("${value}" "wikitext-2 calibration")
headscope(similarity --measure cka --calibration no/such/text)
expect_status(3)
expect_in("${err}" "no/such/text")
