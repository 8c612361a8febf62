#pragma once

#include <vector>

namespace headscope {

/// Whether this processor runs what was compiled for the set, and the operating system saves the
/// registers it uses. Every processor with AVX2 has F16C, which some compilers cannot ask for.
#ifdef HEADSCOPE_X86
inline bool has_avx2() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
inline bool has_avx512() {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
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
