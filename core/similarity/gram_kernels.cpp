#include "core/similarity/gram_kernels.h"

#include <vector>

namespace headscope {

namespace baseline {
extern const GramKernel gram_kernel;
}
#ifdef HEADSCOPE_X86
namespace avx2 {
extern const GramKernel gram_kernel;
}
namespace avx512 {
extern const GramKernel gram_kernel;
}
#endif

namespace {

std::vector<const GramKernel*> find_usable() {
    std::vector<const GramKernel*> kernels;
#ifdef HEADSCOPE_X86
    // These also ask whether the operating system saves the registers. Every processor with AVX2
    // has F16C, which some compilers cannot ask for.
    const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const bool has_avx512 =
        has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (has_avx512) kernels.push_back(&avx512::gram_kernel);
    if (has_avx2) kernels.push_back(&avx2::gram_kernel);
#endif
    kernels.push_back(&baseline::gram_kernel);
    return kernels;
}

}  // namespace

std::span<const GramKernel* const> usable_gram_kernels() {
    static const std::vector<const GramKernel*> kernels = find_usable();
    return kernels;
}

}  // namespace headscope
