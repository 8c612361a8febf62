#include "core/model/cuda_ops_torch.h"

#ifdef HEADSCOPE_CUDA

#include <ATen/ATen.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "core/base/error.h"
#include "core/model/cuda_kernels.h"

namespace headscope {

void fail_kernel(const char* kernel, const char* reason) {
    fail(ErrorCode::device, "CUDA kernel {}: {}; use --device cpu, or update the driver", kernel,
         reason);
}

namespace ops::cuda {
namespace {

DType dtype_of(const at::Tensor& x) {
    return x.scalar_type() == at::kFloat      ? DType::f32
           : x.scalar_type() == at::kBFloat16 ? DType::bf16
                                              : DType::f16;
}

/// The kernels for a tensor's type, on its device's current stream.
CudaKernels kernels_for(const at::Tensor& x) {
    return {dtype_of(x), c10::cuda::getCurrentCUDAStream(x.device().index()).stream()};
}

}  // namespace

bool serves(const at::Tensor& x) {
    return x.is_cuda() && x.is_contiguous() && !followed(x) &&
           (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16 ||
            x.scalar_type() == at::kHalf);
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
    const c10::cuda::CUDAGuard guard(x.device());
    at::Tensor out = at::empty_like(x);
    kernels_for(x).rms_norm(x.data_ptr(), weight.data_ptr<float>(), static_cast<float>(eps),
                            x.size(0), x.size(1), out.data_ptr());
    return out;
}

void rotate_in_place(at::Tensor& qkv, const RopeTable& rope, const AttentionLayout& layout) {
    const c10::cuda::CUDAGuard guard(qkv.device());
    kernels_for(qkv).rotate(qkv.data_ptr(), qkv.stride(0), rope.cosine.data_ptr<float>(),
                            rope.sine.data_ptr<float>(), qkv.size(0), layout.window,
                            layout.heads + layout.kv_heads, layout.head_dim, rope.cosine.size(1));
}

at::Tensor swiglu(const at::Tensor& gate_up) {
    const c10::cuda::CUDAGuard guard(gate_up.device());
    const std::int64_t width = gate_up.size(1) / 2;
    at::Tensor out = at::empty({gate_up.size(0), width}, gate_up.options());
    kernels_for(out).swiglu(gate_up.data_ptr(), out.size(0), width, out.data_ptr());
    return out;
}

Loss cross_entropy(const at::Tensor& logits, const at::Tensor& targets) {
    const c10::cuda::CUDAGuard guard(logits.device());
    const std::int64_t rows = logits.size(0);
    const auto options = logits.options();
    Loss loss{at::empty({rows}, options.dtype(at::kDouble)),
              at::empty({rows}, options.dtype(at::kBool))};
    kernels_for(logits).cross_entropy(logits.data_ptr(), targets.data_ptr<std::int64_t>(), rows,
                                      logits.size(1), loss.nll.data_ptr<double>(),
                                      loss.correct.data_ptr<bool>());
    return loss;
}

Divergence divergence(const at::Tensor& original, const at::Tensor& logits,
                      const at::Tensor& targets) {
    const c10::cuda::CUDAGuard guard(logits.device());
    const std::int64_t rows = logits.size(0);
    const auto doubles = logits.options().dtype(at::kDouble);
    const auto bools = logits.options().dtype(at::kBool);
    Divergence result{{at::empty({rows}, doubles), at::empty({rows}, bools)},
                      at::empty({rows}, doubles),
                      at::empty({rows}, bools)};
    kernels_for(logits).divergence(
        original.data_ptr(), logits.data_ptr(), targets.data_ptr<std::int64_t>(), rows,
        logits.size(1), result.loss.nll.data_ptr<double>(), result.loss.correct.data_ptr<bool>(),
        result.kl.data_ptr<double>(), result.same_top.data_ptr<bool>());
    return result;
}

}  // namespace ops::cuda
}  // namespace headscope

#else

namespace headscope::ops::cuda {

bool serves(const at::Tensor&) {
    return false;
}

// Never called: nothing is served.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
    return reference::rms_norm(x, weight, eps);
}
void rotate_in_place(at::Tensor& qkv, const RopeTable& rope, const AttentionLayout& layout) {
    reference::rotate_in_place(qkv, rope, layout);
}
at::Tensor swiglu(const at::Tensor& gate_up) {
    return reference::swiglu(gate_up);
}
Loss cross_entropy(const at::Tensor& logits, const at::Tensor& targets) {
    return reference::cross_entropy(logits, targets);
}
Divergence divergence(const at::Tensor& original, const at::Tensor& logits,
                      const at::Tensor& targets) {
    return reference::divergence(original, logits, targets);
}

}  // namespace headscope::ops::cuda

#endif
