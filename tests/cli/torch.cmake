# HEADSCOPE_TORCH names the torch of a Python environment; what is not one, or of another version, is
# told in one sentence before anything is loaded.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

set(ENV{HEADSCOPE_TORCH} "${WORK_DIR}/nothing")
headscope(evaluate --max_windows 1)
expect_status(3)
expect_in("${err}" "nothing: no torch is there")

set(package "${WORK_DIR}/venv/lib/python3.11/site-packages/torch")
file(MAKE_DIRECTORY "${package}/lib")
file(WRITE "${package}/version.py" "debug = False\n__version__ = '0.4.1+cu75'\n")
foreach(
  named
  venv
  venv/lib/python3.11/site-packages/torch
  venv/lib/python3.11/site-packages/torch/share/cmake
)
  file(MAKE_DIRECTORY "${package}/share/cmake")
  set(ENV{HEADSCOPE_TORCH} "${WORK_DIR}/${named}")
  headscope(evaluate --max_windows 1)
  expect_status(3)
  expect_in("${err}" "this torch is 0.4.1+cu75, and this Headscope needs ")
  string(REGEX MATCH "needs ([0-9.]+); pip install 'torch==([0-9.]+)\\.\\*'" sentence "${err}")
  expect_equal("${CMAKE_MATCH_1}" "${CMAKE_MATCH_2}")
endforeach()

# The right version without its libraries.
file(WRITE "${package}/version.py" "__version__ = '${CMAKE_MATCH_1}.0'\n")
headscope(evaluate --max_windows 1)
expect_status(3)
expect_in("${err}" "libtorch.so: cannot be loaded")

# What needs no engine needs no torch, and an empty variable names none.
headscope(info)
expect_status(0)
set(ENV{HEADSCOPE_TORCH} "")
headscope(evaluate --max_windows 1)
expect_status(0)
