# Everything from outside, each with the Debian package that brings it.

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)                       # libfmt-dev
find_package(nlohmann_json 3.10 REQUIRED)        # nlohmann-json3-dev
find_package(OpenSSL REQUIRED COMPONENTS Crypto) # libssl-dev
find_package(CLI11 REQUIRED)                     # libcli11-dev
find_package(PkgConfig REQUIRED)                 # pkg-config
pkg_check_modules(sentencepiece REQUIRED IMPORTED_TARGET sentencepiece) # libsentencepiece-dev
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8)            # libpcre2-dev
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)        # libutf8proc-dev
find_package(simdjson REQUIRED)                  # libsimdjson-dev

# libtorch: Debian's libtorch-dev, or the PyPI wheel with
#   -DCMAKE_PREFIX_PATH="$(python3 -c 'import torch; print(torch.utils.cmake_prefix_path)')"
# Its own target puts flags and include folders on every user; ours is a system include.
if(NOT DEFINED TORCH_CUDA_ARCH_LIST AND NOT DEFINED ENV{TORCH_CUDA_ARCH_LIST})
  set(TORCH_CUDA_ARCH_LIST "8.0;9.0+PTX") # newer chips translate the last one when they start
endif()
find_package(Torch REQUIRED)
add_library(headscope_torch INTERFACE)
target_include_directories(headscope_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
if(TARGET torch_cuda)
  # TORCH_LIBRARIES of 2.x names what find_library finds first: Debian's c10, where both are installed.
  target_link_libraries(headscope_torch INTERFACE torch c10 c10_cuda)
  # It also brings headers of another version of fmt, but not the library.
  target_compile_definitions(headscope_torch INTERFACE FMT_HEADER_ONLY)
  # That one calls deprecated what Debian's has no other way for.
  target_compile_options(headscope_torch INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-error=deprecated-declarations>)
  find_package(CUDAToolkit REQUIRED)
  set(HEADSCOPE_CUDA ON)
else()
  target_link_libraries(headscope_torch INTERFACE ${TORCH_LIBRARIES})
endif()

# Work shared between processes. libtorch holds Gloo, but not the headers that its own include.
include(CheckIncludeFileCXX)
check_include_file_cxx(gloo/context.h HEADSCOPE_DISTRIBUTED) # libgloo-dev
if(HEADSCOPE_CUDA)
  set(CMAKE_REQUIRED_INCLUDES ${CUDAToolkit_INCLUDE_DIRS})
  check_include_file_cxx(nccl.h HEADSCOPE_NCCL)
  unset(CMAKE_REQUIRED_INCLUDES)
endif()

if(HEADSCOPE_UI)
  find_package(Qt6 6.4 REQUIRED COMPONENTS Core DBus Gui Widgets PrintSupport) # qt6-base-dev
  find_package(Qt6 6.4 REQUIRED COMPONENTS Svg)                # qt6-svg-dev
  find_package(Qt6 6.4 REQUIRED COMPONENTS LinguistTools)      # qt6-tools-dev, qt6-l10n-tools
  find_package(QCustomPlotQt6 REQUIRED)                        # libqcustomplot-dev
  if(HEADSCOPE_TESTS)
    find_package(Qt6 6.4 REQUIRED COMPONENTS Test)           # qt6-base-dev
  endif()
endif()
if(HEADSCOPE_BENCHMARKS)
  find_package(benchmark REQUIRED)               # libbenchmark-dev
endif()
