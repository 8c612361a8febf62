# Writes generated/commit.h with the commit of the source tree, at each build, but only where it changed.
# Run as a script with SOURCE_DIR, OUTPUT, and COMMIT for source trees without git.
set(commit "${COMMIT}")
find_program(GIT git)
if(NOT commit AND GIT)
  # The tree may belong to another user, as in containers.
  set(
    git
    "${GIT}"
    -c
    "safe.directory=*"
    -C
    "${SOURCE_DIR}"
  )
  execute_process(
    COMMAND ${git} rev-parse --show-toplevel
    OUTPUT_VARIABLE top
    ERROR_QUIET
    OUTPUT_STRIP_TRAILING_WHITESPACE
  )
  # Not the repository of somebody else around an unpacked archive.
  if("${top}" STREQUAL "${SOURCE_DIR}")
    execute_process(
      COMMAND ${git} describe --always --abbrev=10 --exclude=* --dirty
      OUTPUT_VARIABLE commit
      ERROR_QUIET
      OUTPUT_STRIP_TRAILING_WHITESPACE
    )
  endif()
endif()
if(NOT commit)
  set(commit "unknown")
endif()
file(
  CONFIGURE
  OUTPUT "${OUTPUT}"
  CONTENT
    [[
#pragma once

namespace headscope {

inline constexpr const char* kCommit = "@commit@";

} // namespace headscope
]]
  @ONLY
)
