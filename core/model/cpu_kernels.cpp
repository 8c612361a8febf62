#include "core/model/cpu_kernels.h"

#include <cstring>
#include <initializer_list>

#include "core/base/instruction_sets.h"

namespace headscope {

#define HEADSCOPE_DECLARE_KERNELS(isa) \
    namespace isa {                    \
    extern const CpuKernels kFloat;    \
    extern const CpuKernels kBFloat16; \
    }
HEADSCOPE_DECLARE_KERNELS(baseline)
#ifdef HEADSCOPE_X86
HEADSCOPE_DECLARE_KERNELS(avx2)
HEADSCOPE_DECLARE_KERNELS(avx512)
#endif
#undef HEADSCOPE_DECLARE_KERNELS

const CpuKernels* cpu_kernels_for(const char* instruction_set, bool bfloat16) {
#ifdef HEADSCOPE_X86
    if (std::strcmp(instruction_set, "avx512") == 0) {
        return !has_avx512() ? nullptr : bfloat16 ? &avx512::kBFloat16 : &avx512::kFloat;
    }
    if (std::strcmp(instruction_set, "avx2") == 0) {
        return !has_avx2() ? nullptr : bfloat16 ? &avx2::kBFloat16 : &avx2::kFloat;
    }
#endif
    if (std::strcmp(instruction_set, "baseline") != 0) return nullptr;
    return bfloat16 ? &baseline::kBFloat16 : &baseline::kFloat;
}

const CpuKernels& cpu_kernels(bool bfloat16) {
    const auto fastest = [](bool of_bfloat16) {
        for (const char* set : {"avx512", "avx2"}) {
            if (const CpuKernels* kernels = cpu_kernels_for(set, of_bfloat16)) return kernels;
        }
        return cpu_kernels_for("baseline", of_bfloat16);
    };
    static const CpuKernels* const kFloat = fastest(false);  // asked for once a row
    static const CpuKernels* const kBFloat16 = fastest(true);
    return bfloat16 ? *kBFloat16 : *kFloat;
}

std::int64_t attention_scratch_floats(const AttentionShape& shape) {
    // Widths are rounded up to two of the widest vectors (2 x 16 floats); see cpu_attention.cpp.
    constexpr std::int64_t kPad = 32;
    constexpr std::int64_t kQueryBlock = 24;
    const auto padded = [](std::int64_t n) { return (n + kPad - 1) / kPad * kPad; };
    const std::int64_t length = padded(shape.length);
    const std::int64_t width = padded(shape.head_dim);
    return 2 * length * width + kQueryBlock * (length + width);
}

}  // namespace headscope
