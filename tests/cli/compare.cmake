# Two models from outside: the demo and what becomes of it.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

set(bpe "${TESTS_DIR}/fixtures/models/bpe")
headscope(export --model_path "${bpe}" --remove "1:0,1,2,3" --compact --output_dir smaller)
expect_status(0)
headscope(compare "${bpe}" smaller --window 128 --max_windows 2 --device cpu --output reports/compare.json)
expect_status(0)
foreach(
  part
  "Heads of A and of B by qkvo"
  "The heads of A that B has least of"
  "4 tensors are not in both, or in other shapes"
  "model.layers.1.self_attn.o_proj.weight: [256, 256] and [256, 128]"
  "KL divergence (nats, lower is better)"
  "same top token"
  "reports/compare.json"
)
  expect_in("${out}" "${part}")
endforeach()
file(READ "${WORK_DIR}/reports/compare.json" json)
string(JSON value GET "${json}" headscope_comparison)
expect_equal("${value}" "1")
string(
  JSON value
  GET "${json}"
  layers
  1
  heads
  5
  best
  head
)
expect_equal("${value}" "1")
string(JSON value GET "${json}" evaluation windows)
expect_equal("${value}" "2")

# What is there is not replaced unasked, and that is said before anything is read.
headscope(compare "${bpe}" smaller --output reports/compare.json)
expect_status(3)
expect_in("${err}" "--force")

# The weights alone; the same model.
headscope(compare "${bpe}" "${bpe}" --weights_only --measure ov-circuit --layers 0-1 --json)
expect_status(0)
last_event(event)
string(JSON value GET "${event}" no_evaluation)
expect_equal("${value}" "only the weights were asked for")
string(JSON count LENGTH "${event}" layers)
expect_equal("${count}" "2")
headscope(compare "${bpe}" "${bpe}" --weights_only)
expect_in("${out}" "Every head of A is in B as it was")

# Models of other shapes and tokenizers: each part says why it is missing.
headscope(compare "${bpe}" "${TESTS_DIR}/../resources/models/demo" --window 128 --max_windows 1)
expect_in("${out}${err}" "so their heads cannot be matched")
expect_in("${out}${err}" "the tokenizers differ")
headscope(compare "${bpe}")
expect_status(2)
headscope(compare "${bpe}" smaller --measure cka)
expect_status(2)
