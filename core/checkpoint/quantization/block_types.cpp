#include "core/checkpoint/quantization/block_types.h"

#include <algorithm>
#include <array>

#include "core/base/instruction_sets.h"
#include "core/checkpoint/quantization/grid_kernels.h"

namespace headscope {

namespace baseline {
extern const BlockKernels block_kernels;
}
#ifdef HEADSCOPE_X86
namespace avx2 {
extern const BlockKernels block_kernels;
}
namespace avx512 {
extern const BlockKernels block_kernels;
}
#endif

namespace {

using K = BlockKernels;

constexpr std::array kTypes{
    BlockType{0, "F32", 1, 4, DType::f32},
    BlockType{1, "F16", 1, 2, DType::f16},
    BlockType{2, "Q4_0", 32, 18, {}, &K::q4_0},
    BlockType{3, "Q4_1", 32, 20, {}, &K::q4_1},
    BlockType{6, "Q5_0", 32, 22, {}, &K::q5_0},
    BlockType{7, "Q5_1", 32, 24, {}, &K::q5_1},
    BlockType{8, "Q8_0", 32, 34, {}, &K::q8_0},
    BlockType{9, "Q8_1", 32, 40},
    BlockType{10, "Q2_K", 256, 84, {}, &K::q2_k},
    BlockType{11, "Q3_K", 256, 110, {}, &K::q3_k},
    BlockType{12, "Q4_K", 256, 144, {}, &K::q4_k},
    BlockType{13, "Q5_K", 256, 176, {}, &K::q5_k},
    BlockType{14, "Q6_K", 256, 210, {}, &K::q6_k},
    BlockType{15, "Q8_K", 256, 292},
    BlockType{16, "IQ2_XXS", 256, 66, {}, nullptr, decode_iq2_xxs},
    BlockType{17, "IQ2_XS", 256, 74, {}, nullptr, decode_iq2_xs},
    BlockType{18, "IQ3_XXS", 256, 98, {}, nullptr, decode_iq3_xxs},
    BlockType{19, "IQ1_S", 256, 50, {}, nullptr, decode_iq1_s},
    BlockType{20, "IQ4_NL", 32, 18, {}, &K::iq4_nl},
    BlockType{21, "IQ3_S", 256, 110, {}, nullptr, decode_iq3_s},
    BlockType{22, "IQ2_S", 256, 82, {}, nullptr, decode_iq2_s},
    BlockType{23, "IQ4_XS", 256, 136, {}, &K::iq4_xs},
    BlockType{24, "I8", 1, 1},
    BlockType{25, "I16", 1, 2},
    BlockType{26, "I32", 1, 4},
    BlockType{27, "I64", 1, 8},
    BlockType{28, "F64", 1, 8},
    BlockType{29, "IQ1_M", 256, 56, {}, nullptr, decode_iq1_m},
    BlockType{30, "BF16", 1, 2, DType::bf16},
    BlockType{34, "TQ1_0", 256, 54, {}, &K::tq1_0},
    BlockType{35, "TQ2_0", 256, 66, {}, &K::tq2_0},
    BlockType{39, "MXFP4", 32, 17, {}, &K::mxfp4},
    BlockType{40, "NVFP4", 64, 36, {}, &K::nvfp4},
    BlockType{41, "Q1_0", 128, 18},
};

}  // namespace

const BlockKernels& block_kernels() {
#ifdef HEADSCOPE_X86
    static const BlockKernels& kernels =
        *usable_versions(&avx512::block_kernels, &avx2::block_kernels, &baseline::block_kernels)
             .front();
    return kernels;
#else
    return baseline::block_kernels;
#endif
}

const BlockType* find_block_type(std::uint32_t id) {
    const auto* found = std::find_if(kTypes.begin(), kTypes.end(),
                                     [&](const BlockType& type) { return type.id == id; });
    return found == kTypes.end() ? nullptr : found;
}

}  // namespace headscope
