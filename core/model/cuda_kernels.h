#pragma once

#include <cstdint>

#include "core/base/dtype.h"

struct CUstream_st;  // cudaStream_t points to it; no CUDA header is needed to pass one on

namespace headscope {

/// The element-wise and reducing steps of the forward pass on CUDA: each reads its input once and
/// writes its result once, which is what bounds it. All compute in float32 and round once when they
/// store, except where a formula says otherwise. Matrices are row-major; rows are contiguous unless
/// a stride (in elements) says otherwise. Work is queued on `stream`; a launch that fails throws
/// Error(device).
class CudaKernels {
  public:
    CudaKernels(DType dtype, CUstream_st* stream) : dtype_(dtype), stream_(stream) {}

    /// Root mean square normalisation (arXiv:1910.07467): out = round(x / rms(x)) * weight.
    /// x, out: [rows, width]; weight: [width], float32.
    void rms_norm(const void* x, const float* weight, float eps, std::int64_t rows,
                  std::int64_t width, void* out) const;

    /// Rotates each pair (i, i + half), i < half, of `heads` heads that lie side by side at the
    /// start of each row, in place. Row r stands at position r % window. cosine, sine: [window,
    /// half], float32.
    void rotate(void* x, std::int64_t row_stride, const float* cosine, const float* sine,
                std::int64_t rows, std::int64_t window, std::int64_t heads, std::int64_t head_dim,
                std::int64_t half) const;

    /// out = silu(gate) * up, from rows of [gate | up]; out: [rows, width].
    void swiglu(const void* gate_up, std::int64_t rows, std::int64_t width, void* out) const;

    /// Negative log likelihood (nats) of the target in each row of logits, and whether it is the
    /// argmax (the first of equals). logits: [rows, vocab]; targets, nll, correct: [rows].
    void cross_entropy(const void* logits, const std::int64_t* targets, std::int64_t rows,
                       std::int64_t vocab, double* nll, bool* correct) const;

    /// cross_entropy of `logits`, and in each row KL(original || logits), nats, of the softmax of
    /// both, and whether both have the same argmax, in one pass over both.
    /// original, logits: [rows, vocab], of the same type.
    void divergence(const void* original, const void* logits, const std::int64_t* targets,
                    std::int64_t rows, std::int64_t vocab, double* nll, bool* correct, double* kl,
                    bool* same_top) const;

  private:
    DType dtype_;
    CUstream_st* stream_;
};

/// Throws the Error(device) of a kernel that could not be started. CUDA's compiler does not take
/// the formatting library that makes error texts.
[[noreturn]] void fail_kernel(const char* kernel, const char* reason);

}  // namespace headscope
