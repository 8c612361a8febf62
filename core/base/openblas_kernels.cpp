#include "core/base/openblas_kernels.h"

#include <cstdlib>

#include "core/base/instruction_sets.h"

namespace headscope {

std::string openblas_core() {
#if defined(__x86_64__)
    const InstructionSet allowed = allowed_instruction_set();
    __builtin_cpu_init();
    const bool avx2 = allowed >= InstructionSet::avx2 && __builtin_cpu_supports("avx2") != 0 &&
                      __builtin_cpu_supports("fma") != 0;
    const bool avx512 =
        avx2 && allowed >= InstructionSet::avx512 && __builtin_cpu_supports("avx512bw") != 0 &&
        __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
    if (avx512) return "SKYLAKEX";
    if (avx2) return __builtin_cpu_is("amd") != 0 ? "ZEN" : "HASWELL";
#endif
    return {};
}

void choose_openblas_kernels() {
    constexpr const char* kVariable = "OPENBLAS_CORETYPE";
    const std::string core = openblas_core();
    if (!core.empty()) ::setenv(kVariable, core.c_str(), /*overwrite=*/0);
}

}  // namespace headscope
