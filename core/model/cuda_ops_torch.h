#pragma once

#include "core/model/ops_torch.h"

/// The steps of ops_torch.h through the kernels of cuda_kernels.h, for tensors that `serves`
/// accepts.
namespace headscope::ops::cuda {

/// Whether the kernels serve this tensor: one of a CUDA device, contiguous, in a build that has
/// them.
bool serves(const at::Tensor& x);

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);
void rotate_in_place(at::Tensor& qkv, const RopeTable& rope, const AttentionLayout& layout);
at::Tensor swiglu(const at::Tensor& gate_up);
Loss cross_entropy(const at::Tensor& logits, const at::Tensor& targets);
Divergence divergence(const at::Tensor& original, const at::Tensor& logits,
                      const at::Tensor& targets);

}  // namespace headscope::ops::cuda
