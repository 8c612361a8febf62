# The manual page and the completions, made of the description that docs/cli-reference.md is made of.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

# In the manual page is every command; a hyphen of an option is one that can be searched for.
headscope(--man_page)
expect_status(0)
expect_in("${out}" ".TH HEADSCOPE 1 \"\" \"Headscope ${VERSION}\"")
expect_in("${out}" ".SS headscope similarity\n")
expect_in("${out}" "\\fB\\-\\-kv_policy\\fR \\fIchoice\\fR")
expect_in("${out}" "One of average, keep, within.\nDefault: average.\n")
file(WRITE "${WORK_DIR}/headscope.1" "${out}")
find_program(GROFF groff)
if(GROFF)
  execute_process(
    COMMAND "${GROFF}" -man -ww -z -Tutf8 "${WORK_DIR}/headscope.1"
    RESULT_VARIABLE status
    ERROR_VARIABLE err
  )
  expect_status(0)
  expect_equal("${err}" "")
endif()

foreach(shell bash zsh fish)
  headscope(--completion ${shell})
  expect_status(0)
  file(WRITE "${WORK_DIR}/completion.${shell}" "${out}")
endforeach()
headscope(--completion tcsh)
expect_status(2)

# Each shell that is there reads its own.
foreach(shell bash zsh fish)
  unset(found)
  find_program(found ${shell} NO_CACHE)
  if(found)
    execute_process(
      COMMAND "${found}" -n "${WORK_DIR}/completion.${shell}"
      RESULT_VARIABLE status
      ERROR_VARIABLE err
    )
    expect_status(0)
    expect_equal("${err}" "")
  endif()
endforeach()

# What bash offers: expect_completions(<joined by commas> <word> ...), the last one being begun.
function(expect_completions wanted)
  # A list of arguments would lose the last word where nothing of it is typed yet.
  math(EXPR index "${ARGC} - 1")
  set(last "${ARGV${index}}")
  set(words ${ARGN})
  if(NOT last STREQUAL "")
    list(REMOVE_AT words -1)
  endif()
  execute_process(
    COMMAND bash "${CMAKE_CURRENT_LIST_DIR}/complete.bash" "${WORK_DIR}/completion.bash" ${words} "${last}"
    WORKING_DIRECTORY "${WORK_DIR}/files"
    RESULT_VARIABLE status
    OUTPUT_VARIABLE out
    ERROR_VARIABLE err
  )
  expect_status(0)
  expect_equal("${out}" "${wanted}")
endfunction()

find_program(BASH bash)
if(BASH)
  file(WRITE "${WORK_DIR}/files/model one.gguf" "")
  file(WRITE "${WORK_DIR}/files/modelfolder/x" "")
  expect_completions("similarity" simi)
  expect_completions("--kv_policy" batch --kv)
  expect_completions("--kv-policy" batch --kv-)
  expect_completions("average,keep,within" batch --kv-policy "")
  expect_completions("within" batch --kv_policy = w)
  expect_completions("--allow_unused_tensors" plan --threshold 0.98 --allow_u)
  # No option of another command, no path where a number belongs.
  expect_completions("" info --kv)
  expect_completions("" batch --max_windows "")
  expect_completions("model one.gguf,modelfolder" evaluate --model_path mod)
  expect_completions("modelfolder" batch --output_dir mod)
  expect_completions("model one.gguf,modelfolder" info mod)
endif()
