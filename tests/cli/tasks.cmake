# Tasks, protocols by name and values of every prediction from the command line.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

set(model "${TESTS_DIR}/fixtures/models/bpe")
set(items "${TESTS_DIR}/golden/tasks")
headscope(evaluate --model_path "${model}" --device cpu --dtype float32 --protocol none --threshold 0.3
  --tasks "piqa=${items}/valid.jsonl,boolq=${items}/boolq_val.jsonl" --limit 2
  --task_items "${WORK_DIR}/items.json" --json
)
expect_status(0)
last_event(event)
string(JSON value GET "${event}" tasks 0 task)
expect_equal("${value}" "piqa")
string(JSON value GET "${event}" tasks 1 items)
expect_equal("${value}" "2")
string(
  JSON value
  GET "${event}"
  tasks
  1
  variants
  1
  metrics
  1
  name
)
expect_equal("${value}" "boolq_acc_difference")
file(READ "${WORK_DIR}/items.json" written)
string(JSON value LENGTH "${written}" 0 variants original)
expect_equal("${value}" "2")

# The same of a batch.
headscope(batch --model_path "${model}" --device cpu --dtype float32 --thresholds 0.3 --window 64 --max_windows 2
  --tasks "piqa=${items}/valid.jsonl" --limit 2 --task_items "${WORK_DIR}/batch_items.json" --no_plots
  --output_dir "${WORK_DIR}/items_batch"
)
expect_status(0)
file(READ "${WORK_DIR}/batch_items.json" batch_written)
foreach(variant original 0.3)
  string(JSON ${variant}_value GET "${batch_written}" 0 variants ${variant})
  string(JSON wanted GET "${written}" 0 variants ${variant})
  expect_equal("${${variant}_value}" "${wanted}")
endforeach()

headscope(evaluate --protocol none)
expect_status(3)
expect_in("${err}" "give --tasks")
headscope(evaluate --model_path "${model}" --tasks piqa)
expect_status(3)
expect_in("${err}" "valid-labels.lst")

file(WRITE "${WORK_DIR}/text.txt" "")
foreach(number RANGE 400)
  file(APPEND "${WORK_DIR}/text.txt" "Sentence ${number} of a text that nobody wrote.\n")
endforeach()
headscope(evaluate --model_path "${model}" --corpus "${WORK_DIR}/text.txt" --device cpu --threshold 0.3
  --protocol pruner-128 --max_windows 2 --per_token "${WORK_DIR}/tokens.safetensors"
)
expect_status(0)
expect_in("${out}" "KL divergence (nats, lower is better)")
expect_in("${out}" "2 windows of 128 tokens")
if(NOT EXISTS "${WORK_DIR}/tokens.safetensors")
  message(FATAL_ERROR "no file of every prediction")
endif()
headscope(evaluate --model_path "${model}" --corpus "${WORK_DIR}/text.txt" --device cpu --threshold 0.3
  --protocol pruner-128 --max_windows 2 --no_divergence
)
expect_status(0)
string(FIND "${out}" "KL divergence" found)
expect_equal("${found}" "-1")

headscope(protocols 5.12 --model_path "${model}" --corpus "${WORK_DIR}/text.txt" --device cpu)
expect_status(0)
expect_in("${out}" "Nearest to 5.12")
headscope(protocols 0.5 --model_path "${model}")
expect_status(3)

# Word perplexity of lm-eval is tried where the text has pages.
file(WRITE "${WORK_DIR}/wiki.raw" "")
foreach(page RANGE 3)
  file(APPEND "${WORK_DIR}/wiki.raw" " \n = Page ${page} = \n \n")
  foreach(number RANGE 60)
    file(APPEND "${WORK_DIR}/wiki.raw" " Sentence ${number} of a page that nobody wrote . \n")
  endforeach()
endforeach()
headscope(protocols 5.12 --model_path "${model}" --corpus "${WORK_DIR}/wiki.raw" --device cpu)
expect_status(0)
expect_in("${out}" "lm-eval-wikitext, word perplexity")
expect_in("${out}" "lm-eval-wikitext, bits per byte")
expect_in("${out}" "4 pages")

# Several protocols on one load.
headscope(evaluate --model_path "${model}" --corpus "${WORK_DIR}/wiki.raw" --device cpu --max_windows 2
  --protocol gptq,pruner-128,lm-eval-wikitext --window 64 --json
)
expect_status(0)
string(REGEX MATCHALL "\"event\":\"result\"[^\n]*\"protocol\":\"[a-z0-9-]*" results "${out}")
list(LENGTH results count)
expect_equal("${count}" "2")
expect_in("${out}" "\"event\":\"tasks\"")
headscope(evaluate --model_path "${model}" --protocol gptq,none)
expect_status(3)
expect_in("${err}" "stands alone")
headscope(evaluate --model_path "${model}" --protocol gptq,pruner-128 --per_token x.safetensors)
expect_status(3)
expect_in("${err}" "--per_token is for one protocol")
headscope(evaluate --model_path "${model}" --protocol gptq,c5)
expect_status(2)

# C4 and the Penn Treebank.
file(WRITE "${WORK_DIR}/c4.json" "")
foreach(number RANGE 200)
  file(APPEND "${WORK_DIR}/c4.json" "{\"text\": \"Document ${number} of a text that nobody wrote.\"}\n")
endforeach()
headscope(evaluate --model_path "${model}" --corpus "${WORK_DIR}/c4.json" --device cpu --window 64
  --max_windows 2
)
expect_status(0)
expect_in("${out}" "c4.json (")

# Tasks beside the text of a batch.
headscope(batch --model_path "${model}" --corpus "${WORK_DIR}/text.txt" --device cpu --threshold 0.3 --window 64
  --max_windows 2 --tasks "piqa=${items}/valid.jsonl" --limit 3 --output_dir "${WORK_DIR}/batch"
)
expect_status(0)
expect_in("${out}" "PIQA, acc")
file(READ "${WORK_DIR}/batch/results_threshold_0.3.json" written)
expect_in("${written}" "piqa_acc_norm_difference")
string(JSON value GET "${written}" manifest tasks 0 items)
expect_equal("${value}" "3")
file(READ "${WORK_DIR}/batch/summary.md" written)
expect_in("${written}" "PIQA")
