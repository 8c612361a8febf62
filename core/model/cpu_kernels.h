#pragma once

#include <cstdint>

namespace headscope {

/// Where one window's projections lie: rows of [queries | keys | values], heads side by side.
struct AttentionShape {
    std::int64_t length = 0;      ///< tokens of the window
    std::int64_t row_stride = 0;  ///< elements from one token's row to the next
    std::int64_t out_stride = 0;  ///< the same of the result
    int head_dim = 0;
    int heads = 0;
    int kv_heads = 0;
    std::int64_t sliding_window = 0;  ///< keys a query sees, its own the last; 0: all up to it
    float scale = 0.0F;               ///< of the scores; 0: 1 / sqrt(head_dim)
    float cap = 0.0F;                 ///< c: scores become c tanh(score / c); 0: they stay
    const float* sinks = nullptr;     ///< a logit of each head beside its scores; null: none
};

/// Where the results of CpuKernels::divergence go, [rows] each.
struct DivergenceRows {
    double* nll = nullptr;
    std::uint8_t* correct = nullptr;
    double* kl = nullptr;
    std::uint8_t* same_top = nullptr;
};

/// The element-wise and reducing steps of the forward pass on the CPU, for one element type T
/// (float, or the bits of bfloat16). All compute in float32 and round once when they store.
/// Matrix products are left to BLAS. Rows are contiguous unless a stride says otherwise.
struct CpuKernels {
    /// Root mean square normalisation (arXiv:1910.07467): out = round(x / rms(x)) * weight.
    /// x, out: [rows, width], may be the same; weight: [width], float32.
    void (*rms_norm)(const void* x, const float* weight, float eps, std::int64_t rows,
                     std::int64_t width, void* out);

    /// Rotates each pair (i, i + half), i < half, of `heads` heads that lie side by side at the
    /// start of each row, in place. cosine, sine: [rows, half], float32, row by row.
    void (*rotate)(void* x, std::int64_t row_stride, const float* cosine, const float* sine,
                   std::int64_t rows, int heads, int head_dim, int half);

    /// Causal attention of all heads that one KV head serves: softmax(q k^T / sqrt(head_dim)) v.
    /// `qkv` is the window's first row, `out` its result: [length, heads * head_dim].
    /// `scratch` has attention_scratch_floats() floats.
    void (*causal_attention)(const void* qkv, const AttentionShape& shape, int kv_head, void* out,
                             float* scratch);

    /// out = silu(gate) * up, from rows of [gate | up]; out: [rows, width].
    void (*swiglu)(const void* gate_up, std::int64_t rows, std::int64_t width, void* out);

    /// x += y, both [count].
    void (*add)(void* x, const void* y, std::int64_t count);

    /// Negative log likelihood (nats) of the target in each row of logits, and whether it is the
    /// argmax (the first of equals). logits: [rows, vocab]; targets, nll, correct: [rows].
    void (*cross_entropy)(const void* logits, const std::int64_t* targets, std::int64_t rows,
                          std::int64_t vocab, double* nll, std::uint8_t* correct);

    /// cross_entropy of `logits`, and in each row KL(original || logits), nats, of the softmax of
    /// both, and whether both have the same argmax. original, logits: [rows, vocab].
    void (*divergence)(const void* original, const void* logits, const std::int64_t* targets,
                       std::int64_t rows, std::int64_t vocab, const DivergenceRows& out);
};

/// Floats of scratch memory that causal_attention needs.
std::int64_t attention_scratch_floats(const AttentionShape& shape);

/// The kernels of one instruction set ("baseline", "avx2", "avx512"), null where this processor or
/// this build does not have it.
const CpuKernels* cpu_kernels_for(const char* instruction_set, bool bfloat16);

/// The fastest kernels for this processor.
const CpuKernels& cpu_kernels(bool bfloat16);

}  // namespace headscope
