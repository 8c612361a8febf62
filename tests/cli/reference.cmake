# docs/cli-reference.md is what the program prints.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

headscope(--cli_reference)
expect_status(0)
file(READ "${TESTS_DIR}/../docs/cli-reference.md" page)
if(NOT "${page}" STREQUAL "${out}")
  message(
    FATAL_ERROR
    "docs/cli-reference.md is not current; write it with\n"
    "  headscope --cli_reference > docs/cli-reference.md"
  )
endif()
