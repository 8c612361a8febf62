# Precompiled headers: Qt's and libtorch's take longer to read than most of our files to compile. They
# hold headers from outside only, and no file may count on them: HEADSCOPE_PCH=OFF builds as well.

option(HEADSCOPE_PCH "Precompile the large headers from outside (Qt, libtorch, JSON)" ON)

set(
  headscope_headers_std
  <algorithm>
  <filesystem>
  <functional>
  <map>
  <memory>
  <optional>
  <string>
  <vector>
  <fmt/format.h>
)
set(headscope_headers_json <nlohmann/json.hpp>)
set(headscope_headers_torch <ATen/ATen.h>)
set(headscope_headers_qt <QtCore>)
set(headscope_headers_widgets <QtWidgets>)

# headscope_precompile(<target> <set> ...): the headers that <target> precompiles for itself.
function(headscope_precompile target)
  if(HEADSCOPE_PCH)
    foreach(set IN LISTS ARGN)
      target_precompile_headers(${target} PRIVATE ${headscope_headers_${set}})
    endforeach()
  endif()
endfunction()

# headscope_precompile_as(<target> <other>): the headers that <other> has precompiled, which is
# compiled with the same options.
function(headscope_precompile_as target other)
  if(HEADSCOPE_PCH)
    target_precompile_headers(${target} REUSE_FROM ${other})
  endif()
endfunction()
