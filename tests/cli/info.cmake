include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

set(models "${TESTS_DIR}/fixtures/models")

# A folder, or any file of it, by position or by option.
headscope(info "${models}/meta")
expect_status(0)
foreach(
  part
  "Layout        Meta's own layout"
  "llama, 5 layers, hidden 256, feed-forward 704, vocabulary 6,144"
  "8 heads of 32, 2 KV heads (4 heads each)"
  "theta 500000, llama3 scaling by 8 from 8192 tokens"
  "131,072 tokens"
  "6,671,104, 13 MB (48 tensors bfloat16)"
  "consolidated.00.pth, "
  "batch, similarity, plan, evaluate, export, search, compress, damage, heads, protocols, yardstick"
)
  expect_in("${out}" "${part}")
endforeach()
headscope(info --model-path "${models}/bpe/config.json" --json)
expect_status(0)
last_event(event)
foreach(field layout model_type parameters num_key_value_heads)
  string(JSON ${field} GET "${event}" ${field})
endforeach()
expect_equal("${layout}" "Hugging Face, safetensors")
expect_equal("${model_type}" "llama")
expect_equal("${parameters}" "6671104")
expect_equal("${num_key_value_heads}" "2")
string(JSON files LENGTH "${event}" files)
expect_equal("${files}" "4")

# Half a model: all that can be said, what works, and why not the rest.
file(COPY "${models}/bpe/" DESTINATION "${WORK_DIR}/bare" PATTERN "tokenizer*" EXCLUDE)
headscope(info bare)
expect_status(0)
expect_in("${out}" "no tokenizer in this folder")
expect_in("${out}" "similarity, plan, export; batch, evaluate, search, compress, damage, heads, protocols, yardstick need the tokenizer")

# Nothing that can be used: what is known, the reason, and the exit code for bad input.
file(WRITE "${WORK_DIR}/neox/config.json" [[{"model_type": "gpt_neox", "num_hidden_layers": 44}]])
file(COPY "${models}/bpe/model-00001-of-00004.safetensors" DESTINATION "${WORK_DIR}/neox")
file(RENAME "${WORK_DIR}/neox/model-00001-of-00004.safetensors" "${WORK_DIR}/neox/model.safetensors")
headscope(info neox)
expect_status(3)
foreach(part "model_type: \"gpt_neox\"" "num_hidden_layers: 44" "tensors BF16" "Supported     nothing")
  expect_in("${out}" "${part}")
endforeach()
expect_in("${err}" "model_type \"gpt_neox\" is not supported")
headscope(info neox --json)
expect_status(3)
expect_in("${out}" "\"config\":{\"model_type\":\"gpt_neox\",\"num_hidden_layers\":44}")
expect_in("${out}" "\"problem\":")
last_event(event)
string(JSON code GET "${event}" code)
expect_equal("${code}" "unsupported")

file(
  WRITE "${WORK_DIR}/gptq/config.json"
  [[{"model_type": "llama", "quantization_config": {"quant_method": "gptq", "bits": 4}}]]
)
file(WRITE "${WORK_DIR}/gptq/model.safetensors" "")
headscope(info gptq)
expect_status(3)
expect_in("${out}" "quantization_config.quant_method: \"gptq\"")
expect_in("${err}" "config.json: hidden_size is missing")

file(WRITE "${WORK_DIR}/gguf/model.Q4_K_M.gguf" "GGUF")
headscope(info gguf/model.Q4_K_M.gguf)
expect_status(3)
expect_in("${out}" "Layout        GGUF")
expect_in("${err}" "model.Q4_K_M.gguf: the header breaks off at byte 4")

file(
  WRITE "${WORK_DIR}/adapter/adapter_config.json"
  [[{"peft_type": "LORA", "r": 16, "base_model_name_or_path": "meta-llama/Llama-2-7b-hf"}]]
)
file(WRITE "${WORK_DIR}/adapter/adapter_model.safetensors" "")
headscope(info adapter)
expect_status(3)
expect_in("${out}" "base_model_name_or_path: \"meta-llama/Llama-2-7b-hf\"")
expect_in("${err}" "an adapter of meta-llama/Llama-2-7b-hf, which is no model of its own")

# What steers a terminal in a file's content or name does not reach one; other letters stay.
string(ASCII 27 escape)
set(steers "Ж ${escape}[31m")
file(WRITE "${WORK_DIR}/${steers}/config.json" [[{"model_type": "\u001b[2J\u009b31m"}]])
file(WRITE "${WORK_DIR}/${steers}/model.safetensors" "")
headscope(info "${steers}")
expect_status(3)
expect_in("${err}" "Ж ?[31m/config.json: model_type \"?[2J?31m\" is not supported")
string(FIND "${out}${err}" "${escape}" at)
expect_equal("${at}" "-1")

file(WRITE "${WORK_DIR}/alone/config.json" [[{"model_type": "llama", "hidden_size": 4096}]])
headscope(info alone)
expect_status(3)
expect_in("${out}" "hidden_size: 4096")
expect_in("${err}" "a config.json without weights")

file(MAKE_DIRECTORY "${WORK_DIR}/empty")
headscope(info empty)
expect_status(3)
expect_equal("${out}" "")
expect_in("${err}" "not a model folder")

# Several files of one model are that model; those of two are told.
file(GLOB shards "${TESTS_DIR}/fixtures/models/bpe/model-*.safetensors")
headscope(info ${shards})
expect_status(0)
expect_in("${out}" "fixtures/models/bpe")
headscope(plan --model_path ${shards} --threshold 0.3)
expect_status(0)
headscope(info ${shards} "${TESTS_DIR}/fixtures/models/meta/params.json")
expect_status(3)
expect_in("${err}" "lie in different folders")
