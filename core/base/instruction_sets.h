#pragma once

#include <vector>

namespace headscope {

/// Instruction sets that kernels are compiled for, the least first.
enum class InstructionSet { baseline, avx2, avx512 };

/// How products of bfloat16 are made on the CPU.
enum class BFloat16Products {
    fastest,  ///< by the processor where it has instructions for vectors of them
    widened,  ///< from weights that are held in float32
};

/// The best set that kernels may use. The variable HEADSCOPE_CPU_ISA (baseline, avx2 or avx512)
/// forces one that is not better than the processor's: for tests, and to compare machines. Throws
/// Error(bad_input) for another value.
InstructionSet allowed_instruction_set();

/// How products of bfloat16 are to be made. The variable HEADSCOPE_BFLOAT16 (fastest or widened)
/// forces one; so do HEADSCOPE_CPU_ISA and oneDNN's own ONEDNN_MAX_CPU_ISA where they rule out the
/// instructions that it needs. Throws Error(bad_input) for another value of the first two.
BFloat16Products allowed_bfloat16_products();

/// Whether this processor runs what was compiled for the set, the operating system saves the
/// registers it uses, and it is allowed. Every processor with AVX2 has F16C, which some compilers
/// cannot ask for.
#ifdef HEADSCOPE_X86
inline bool has_avx2() {
    return allowed_instruction_set() >= InstructionSet::avx2 && __builtin_cpu_supports("avx2") &&
           __builtin_cpu_supports("fma");
}
inline bool has_avx512() {
    return has_avx2() && allowed_instruction_set() >= InstructionSet::avx512 &&
           __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

/// Of a kernel's versions those that can run here, the fastest first. Where the build has only the
/// last, the others are null.
template <typename Kernel>
std::vector<const Kernel*> usable_versions([[maybe_unused]] const Kernel* avx512,
                                           [[maybe_unused]] const Kernel* avx2,
                                           const Kernel* baseline) {
    std::vector<const Kernel*> kernels;
#ifdef HEADSCOPE_X86
    if (has_avx512()) kernels.push_back(avx512);
    if (has_avx2()) kernels.push_back(avx2);
#endif
    kernels.push_back(baseline);
    return kernels;
}

}  // namespace headscope
