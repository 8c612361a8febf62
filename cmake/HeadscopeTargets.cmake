# What all targets of the project share: the language, the warnings, the sanitizers.

add_library(headscope_options INTERFACE)
target_compile_features(headscope_options INTERFACE cxx_std_20)
target_include_directories(headscope_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(
  headscope_options
  INTERFACE
    -Wall
    -Wextra
    -Wshadow
    -Wnon-virtual-dtor
    -Wold-style-cast
    -Woverloaded-virtual
    -Wextra-semi
    # GCC 12 reports these two where it inlines the standard and the JSON library (GCC bug 105329).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized
    -Wno-restrict>
    $<$<BOOL:${HEADSCOPE_WERROR}>:-Werror>
    # ccache needs the first. In precompiled headers GCC 12 forgets which are the system's, and reports
    # its own string there.
    $<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<BOOL:${HEADSCOPE_PCH}>>:
    -fpch-preprocess
    -Wno-stringop-overflow
    -Wno-stringop-overread
    -Wno-array-bounds>
)

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(HEADSCOPE_SANITIZE)
  target_compile_options(
    headscope_options
    INTERFACE -fsanitize=${HEADSCOPE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
  )
  target_link_options(headscope_options INTERFACE -fsanitize=${HEADSCOPE_SANITIZE})
  # The isolated SentencePiece module cannot be opened beside libtorch under AddressSanitizer, which
  # refuses RTLD_DEEPBIND: see core/tokenizer.
  target_compile_definitions(headscope_options INTERFACE HEADSCOPE_SANITIZED)
endif()

# headscope_core_library(<noun> SOURCES ... [PUBLIC_DEPENDS ...] [PRIVATE_DEPENDS ...] [PRECOMPILE ...])
# One static library for each folder of core. It may link only libraries above it in design order, so
# that a dependency that points back fails to build.
function(headscope_core_library noun)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;PUBLIC_DEPENDS;PRIVATE_DEPENDS;PRECOMPILE")
  add_library(headscope_${noun} STATIC ${arg_SOURCES})
  add_library(headscope::${noun} ALIAS headscope_${noun})
  target_link_libraries(
    headscope_${noun}
    PUBLIC headscope_options ${arg_PUBLIC_DEPENDS}
    PRIVATE ${arg_PRIVATE_DEPENDS}
  )
  if(arg_PRECOMPILE)
    headscope_precompile(headscope_${noun} ${arg_PRECOMPILE})
  else()
    headscope_precompile_as(headscope_${noun} headscope_base)
  endif()
endfunction()

# headscope_isa_library(<target> <source> ...)
# Compiles kernel sources once for each instruction set, with HEADSCOPE_ISA naming the set (baseline,
# avx2, avx512), and links all of them into <target>. The program chooses at run time.
function(headscope_isa_library target)
  set(sets baseline)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    list(APPEND sets avx2 avx512)
    target_compile_definitions(${target} PRIVATE HEADSCOPE_X86)
  endif()
  set(flags_baseline "")
  set(flags_avx2 -mavx2 -mfma -mf16c)
  set(
    flags_avx512
    -mavx512f
    -mavx512bw
    -mavx512dq
    -mavx512vl
    -mfma
    -mf16c
    -mprefer-vector-width=512
  )
  foreach(set IN LISTS sets)
    add_library(${target}_${set} OBJECT ${ARGN})
    target_link_libraries(${target}_${set} PRIVATE headscope_options)
    target_compile_definitions(${target}_${set} PRIVATE HEADSCOPE_ISA=${set})
    # Kernels are optimised in every build type. A vector passed by value has no fixed ABI without the
    # set's flags, which does not matter inside one source (-Wno-psabi).
    target_compile_options(
      ${target}_${set}
      PRIVATE ${flags_${set}} -O3 -ffp-contract=fast -fno-math-errno -Wno-psabi
    )
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_${set}>)
  endforeach()
endfunction()
