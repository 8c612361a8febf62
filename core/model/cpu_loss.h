#pragma once

#include "core/base/simd.h"
#include "core/model/cpu_kernels.h"

namespace headscope::HEADSCOPE_ISA {

/// CpuKernels::cross_entropy for one element type.
template <typename T>
void cross_entropy(const void* logits, const std::int64_t* targets, std::int64_t rows,
                   std::int64_t vocab, double* nll, std::uint8_t* correct);

/// CpuKernels::divergence for one element type.
template <typename T>
void divergence(const void* original, const void* logits, const std::int64_t* targets,
                std::int64_t rows, std::int64_t vocab, const DivergenceRows& out);

extern template void cross_entropy<float>(const void*, const std::int64_t*, std::int64_t,
                                          std::int64_t, double*, std::uint8_t*);
extern template void cross_entropy<BFloat16>(const void*, const std::int64_t*, std::int64_t,
                                             std::int64_t, double*, std::uint8_t*);
extern template void divergence<float>(const void*, const void*, const std::int64_t*, std::int64_t,
                                       std::int64_t, const DivergenceRows&);
extern template void divergence<BFloat16>(const void*, const void*, const std::int64_t*,
                                          std::int64_t, std::int64_t, const DivergenceRows&);

}  // namespace headscope::HEADSCOPE_ISA
