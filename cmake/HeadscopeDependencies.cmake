# Everything from outside, each with the Debian package that brings it.

find_package(Threads REQUIRED)
find_package(fmt REQUIRED) # libfmt-dev
find_package(nlohmann_json 3.10 REQUIRED) # nlohmann-json3-dev
find_package(OpenSSL REQUIRED COMPONENTS Crypto) # libssl-dev
find_package(CLI11 REQUIRED) # libcli11-dev
find_package(PkgConfig REQUIRED) # pkg-config
pkg_check_modules(sentencepiece REQUIRED IMPORTED_TARGET sentencepiece) # libsentencepiece-dev
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8) # libpcre2-dev
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc) # libutf8proc-dev
find_package(simdjson REQUIRED) # libsimdjson-dev
find_package(ZLIB REQUIRED) # zlib1g-dev

# libtorch: Debian's libtorch-dev, or the PyPI wheel with
#   -DCMAKE_PREFIX_PATH="$(python3 -c 'import torch; print(torch.utils.cmake_prefix_path)')"
# Its own target puts flags and include folders on every user; ours is a system include.
option(HEADSCOPE_CPU_ENGINE "Link only the CPU part of PyPI's torch, which needs no CUDA toolkit" OFF)
add_library(headscope_torch INTERFACE)
if(HEADSCOPE_CPU_ENGINE)
  # TorchConfig.cmake of a torch with CUDA asks for the toolkit.
  # CMAKE_PREFIX_PATH names torch/share/cmake, or site-packages where pip builds.
  list(TRANSFORM CMAKE_PREFIX_PATH APPEND "/../.." OUTPUT_VARIABLE torch_folders)
  list(TRANSFORM CMAKE_PREFIX_PATH APPEND "/torch" OUTPUT_VARIABLE torch_packages)
  list(APPEND torch_folders ${torch_packages})
  find_path(
    HEADSCOPE_TORCH_INCLUDE
    ATen/ATen.h
    HINTS ${torch_folders}
    PATH_SUFFIXES include
    REQUIRED
    NO_CMAKE_SYSTEM_PATH
  )
  find_library(
    HEADSCOPE_TORCH_CPU
    torch_cpu
    HINTS ${torch_folders}
    PATH_SUFFIXES lib
    REQUIRED
    NO_CMAKE_SYSTEM_PATH
  )
  find_library(HEADSCOPE_C10 c10 HINTS ${torch_folders} PATH_SUFFIXES lib REQUIRED NO_CMAKE_SYSTEM_PATH)
  target_include_directories(
    headscope_torch
    SYSTEM
    INTERFACE "${HEADSCOPE_TORCH_INCLUDE}" "${HEADSCOPE_TORCH_INCLUDE}/torch/csrc/api/include"
  )
  target_link_libraries(headscope_torch INTERFACE "${HEADSCOPE_TORCH_CPU}" "${HEADSCOPE_C10}")
else()
  if(NOT DEFINED TORCH_CUDA_ARCH_LIST AND NOT DEFINED ENV{TORCH_CUDA_ARCH_LIST})
    set(TORCH_CUDA_ARCH_LIST "8.0;9.0+PTX") # newer chips translate the last one when they start
  endif()
  find_package(Torch REQUIRED)
  target_include_directories(headscope_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  # As libtorch itself is built: its assertions are not ours.
  target_compile_definitions(headscope_torch INTERFACE $<$<CONFIG:Debug>:NDEBUG>)
endif()
if(TARGET torch_cuda)
  # TORCH_LIBRARIES of 2.x names what find_library finds first: Debian's c10, where both are installed.
  target_link_libraries(headscope_torch INTERFACE torch c10 c10_cuda)
  find_package(CUDAToolkit REQUIRED)
  set(HEADSCOPE_CUDA ON)
elseif(NOT HEADSCOPE_CPU_ENGINE)
  target_link_libraries(headscope_torch INTERFACE ${TORCH_LIBRARIES})
endif()
if(HEADSCOPE_CUDA OR HEADSCOPE_CPU_ENGINE)
  # PyPI's also brings headers of another version of fmt, but not the library.
  target_compile_definitions(headscope_torch INTERFACE FMT_HEADER_ONLY)
  # It calls deprecated what Debian's has no other way for.
  target_compile_options(
    headscope_torch
    INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-error=deprecated-declarations>
  )
endif()

# Work shared between processes. libtorch holds Gloo, but not the headers that its own include.
include(CheckIncludeFileCXX)
check_include_file_cxx(gloo/context.h HEADSCOPE_DISTRIBUTED) # libgloo-dev
if(HEADSCOPE_CUDA)
  set(CMAKE_REQUIRED_INCLUDES ${CUDAToolkit_INCLUDE_DIRS})
  check_include_file_cxx(nccl.h HEADSCOPE_NCCL)
  unset(CMAKE_REQUIRED_INCLUDES)
endif()

if(HEADSCOPE_TESTS)
  find_package(Qt6 6.4 REQUIRED COMPONENTS Core Test)
endif()
if(HEADSCOPE_UI)
  find_package(
    Qt6
    6.4
    REQUIRED
    COMPONENTS Core DBus Gui Widgets PrintSupport
  ) # qt6-base-dev
  find_package(Qt6 6.4 REQUIRED COMPONENTS Svg) # qt6-svg-dev
  find_package(Qt6 6.4 REQUIRED COMPONENTS LinguistTools) # qt6-tools-dev, qt6-l10n-tools
  find_package(QCustomPlotQt6 REQUIRED) # libqcustomplot-dev
endif()
if(HEADSCOPE_BENCHMARKS)
  find_package(benchmark REQUIRED) # libbenchmark-dev
endif()
