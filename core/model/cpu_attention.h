#pragma once

#include "core/base/simd.h"
#include "core/model/cpu_kernels.h"

namespace headscope::HEADSCOPE_ISA {

/// CpuKernels::causal_attention for one element type.
template <typename T>
void causal_attention(const void* qkv, const AttentionShape& shape, int kv_head, void* out,
                      float* scratch);

extern template void causal_attention<float>(const void*, const AttentionShape&, int, void*,
                                             float*);
extern template void causal_attention<BFloat16>(const void*, const AttentionShape&, int, void*,
                                                float*);

}  // namespace headscope::HEADSCOPE_ISA
