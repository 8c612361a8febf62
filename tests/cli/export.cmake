include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

# The demo, merged and saved: what the program itself says of it.
headscope(export --threshold 0.98 --output_dir "out folder/merged")
expect_status(0)
expect_in("${out}" "out folder/merged")
expect_in("${out}" "headscope_manifest.json says what was merged")
foreach(
  file
  config.json
  model.safetensors
  tokenizer.model
  generation_config.json
  headscope_manifest.json
)
  if(NOT EXISTS "${WORK_DIR}/out folder/merged/${file}")
    message(FATAL_ERROR "${file} is missing")
  endif()
endforeach()
headscope(info "out folder/merged")
expect_status(0)
expect_in("${out}" "16 heads of 16, 8 KV heads (2 heads each)")

# How means were taken is part of what was merged.
headscope(export --threshold 0.98 --layers 2 --weights usage --calibration_windows 1 --device cpu --output_dir calibrated)
expect_status(0)
file(READ "${WORK_DIR}/calibrated/headscope_manifest.json" json)
string(JSON value GET "${json}" weights)
expect_equal("${value}" "usage")
string(JSON value GET "${json}" calibration windows)
expect_equal("${value}" "1")

# The perplexity is that of the variant.
headscope(evaluate --threshold 0.98 --max_windows 2 --dtype bfloat16 --json)
expect_status(0)
last_event(event)
string(JSON variant GET "${event}" variants 1 metrics nll)
set(demo_variant "${variant}")
headscope(evaluate --model_path "out folder/merged" --max_windows 2 --dtype bfloat16 --json)
expect_status(0)
last_event(event)
string(JSON saved GET "${event}" variants 0 metrics nll)
expect_equal("${saved}" "${variant}")

# A folder that holds something is replaced only where the user says so, and never the source.
headscope(export --threshold 0.99 --output-dir "out folder/merged")
expect_status(3)
expect_in("${err}" "--force")
headscope(export --threshold 0.99 --output-dir "out folder/merged" --force --json)
expect_status(0)
last_event(event)
string(JSON count LENGTH "${event}" changed_tensors)
if(count LESS 4)
  message(FATAL_ERROR "${count} tensors changed")
endif()
headscope(export --model_path "out folder/merged" --threshold 0.9 --output_dir "out folder/merged" --force)
expect_status(3)
expect_in("${err}" "the model itself is there")

# Without its duplicates, which every command reads.
headscope(export --threshold 0.99 --layers 0-3 --output_dir compact --compact)
expect_status(0)
expect_in("${out}" "heads left")
headscope(info compact)
expect_status(0)
expect_in("${out}" "were removed (heads/KV heads of layer")
headscope(info compact --json)
last_event(event)
string(JSON layers LENGTH "${event}" layer_heads)
expect_equal("${layers}" "6")
headscope(plan --model_path compact --threshold 0.8)
expect_status(0)
headscope(evaluate --model_path compact --max_windows 1 --threshold 0.8)
expect_status(0)
headscope(batch --model_path compact --max_windows 1 --threshold 0.8 --output_dir results)
expect_status(0)

# For llama.cpp: the same perplexity, tokens included, where layers keep equally many heads and where
# they do not; and back into a folder with its tokenizer.
headscope(export --threshold 0.98 --format gguf --type bf16 --output_dir gguf)
expect_status(0)
expect_in("${out}" "KV cache per token")
if(NOT EXISTS "${WORK_DIR}/gguf/model.gguf")
  message(FATAL_ERROR "model.gguf is missing")
endif()
headscope(evaluate --model_path gguf --max_windows 2 --dtype bfloat16 --json)
expect_status(0)
last_event(event)
string(JSON saved GET "${event}" variants 0 metrics nll)
expect_equal("${saved}" "${demo_variant}")
foreach(plan uneven skipped)
  set(removed 2:0,1) # a KV head with its heads
  set(kv_heads 1)
  if(plan STREQUAL "skipped")
    set(removed 3:0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15)
    set(kv_heads 8)
  endif()
  headscope(evaluate --remove ${removed} --max_windows 2 --dtype bfloat16 --json)
  expect_status(0)
  last_event(event)
  string(JSON variant GET "${event}" variants 1 metrics nll)
  foreach(format gguf hf)
    headscope(export --remove ${removed} --compact --format ${format} --type bf16 --output_dir ${plan}_${format} --json)
    expect_status(0)
    last_event(event)
    string(JSON before GET "${event}" before kv_cache_bytes_per_token)
    string(JSON after GET "${event}" after kv_cache_bytes_per_token)
    math(EXPR gone "${before} - ${after}")
    math(EXPR expected "${kv_heads} * ${before} / 48")
    expect_equal("${gone}" "${expected}")
    headscope(evaluate --model_path ${plan}_${format} --max_windows 2 --dtype bfloat16 --json)
    expect_status(0)
    last_event(event)
    string(JSON saved GET "${event}" variants 0 metrics nll)
    expect_equal("${saved}" "${variant}")
  endforeach()
endforeach()
headscope(export --model_path uneven_gguf --threshold 0.9 --output_dir back)
expect_status(0)
foreach(
  file
  config.json
  model.safetensors
  modeling_headscope.py
  tokenizer.json
  tokenizer_config.json
)
  if(NOT EXISTS "${WORK_DIR}/back/${file}")
    message(FATAL_ERROR "${file} is missing")
  endif()
endforeach()
headscope(evaluate --model_path back --max_windows 1)
expect_status(0)
headscope(export --threshold 0.98 --format onnx --output_dir nothing)
expect_status(2)

# A threshold for each layer: the manifest names them, and the saved model is the evaluated variant.
set(thresholds "1:0.96875,4:0.984375") # CMake reads these as they are
headscope(export --layer_thresholds ${thresholds} --output_dir layers)
expect_status(0)
file(READ "${WORK_DIR}/layers/headscope_manifest.json" manifest)
string(JSON value GET "${manifest}" layer_thresholds 1)
expect_equal("${value}" "0.96875")
string(JSON value GET "${manifest}" layer_thresholds 4)
expect_equal("${value}" "0.984375")
string(JSON value LENGTH "${manifest}" layers)
expect_equal("${value}" "2")
headscope(evaluate --layer_thresholds ${thresholds} --max_windows 2 --dtype bfloat16 --json)
expect_status(0)
last_event(event)
string(JSON variant GET "${event}" variants 1 metrics nll)
headscope(evaluate --model_path layers --max_windows 2 --dtype bfloat16 --json)
expect_status(0)
last_event(event)
string(JSON saved GET "${event}" variants 0 metrics nll)
expect_equal("${saved}" "${variant}")

# What cannot be saved.
headscope(export --layer_thresholds 0:1,3:1 --output_dir nothing)
expect_status(3)
expect_in("${err}" "no layer has a pair at its threshold")
headscope(export --layer_thresholds 99:0.9 --output_dir nothing)
expect_status(3)
headscope(export --threshold 1 --output_dir nothing)
expect_status(3)
expect_in("${err}" "selects nothing: the highest similarity is")
headscope(export --threshold 0.98 --output_dir nothing --kv_policy keep --compact)
expect_status(3)
expect_in("${err}" "no head can be removed")
if(EXISTS "${WORK_DIR}/nothing")
  message(FATAL_ERROR "a folder was left")
endif()
foreach(
  arguments
  "export;--threshold;0.9"
  "export;--output_dir;x"
  "export;--thresholds;0.9;--output_dir;x"
  "export;--layer_thresholds;1:0.9"
  "export;--layer_thresholds;1:0.9;--threshold;0.9;--output_dir;x"
  "export;--layer-thresholds;1:0.9;--layers;1;--output_dir;x"
)
  headscope(${arguments})
  expect_status(2)
endforeach()
