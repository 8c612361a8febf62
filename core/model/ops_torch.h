#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "core/architecture/architecture_spec.h"

/// The steps of the forward pass. Each takes the fastest way for the tensors' device: kernels of
/// our own on the CPU (cpu_kernels.h) and on CUDA (cuda_kernels.h), plain library operations
/// (`reference`) elsewhere.
/// Activations are [tokens, width], contiguous; the tokens of whole windows follow each other.
namespace headscope::ops {

/// Heads of one layer and the windows of a micro-batch.
struct AttentionLayout {
    std::int64_t windows = 0;
    std::int64_t window = 0;  ///< tokens of each
    std::int64_t heads = 0;
    std::int64_t kv_heads = 0;
    std::int64_t head_dim = 0;
    std::int64_t sliding_window = 0;  ///< keys a query sees, its own the last; 0: all up to it
    double scale = 0.0;               ///< of the scores; 0: 1 / sqrt(head_dim)
    double cap = 0.0;                 ///< c: scores become c tanh(score / c); 0: they stay
    at::Tensor sinks{};  ///< [heads], float32: logits beside the scores; undefined: none

    /// What the scores are multiplied by.
    [[nodiscard]] double score_scale() const;

    /// Whether the sliding window hides keys that causal attention would see.
    [[nodiscard]] bool slides() const { return sliding_window > 0 && sliding_window < window; }
};

/// Angles of the rotary embedding: cosine and sine, each [positions, rotated/2], float32, both
/// times the attention factor where the scaling has one. `rotated` leading elements of each head
/// turn, all of them in most models.
struct RopeTable {
    at::Tensor cosine;
    at::Tensor sine;
};

/// What the loss of some predictions is.
struct Loss {
    at::Tensor nll;      ///< [rows], float64: negative log likelihood of the target, nats
    at::Tensor correct;  ///< [rows], bool: the target is the argmax
};

/// What the predictions of a variant are, compared with those of the original.
struct Divergence {
    Loss loss;            ///< of the variant
    at::Tensor kl;        ///< [rows], float64: KL(original || variant), nats
    at::Tensor same_top;  ///< [rows], bool: both have the same argmax
};

/// Whether autograd follows what is made of this tensor. The steps below then take plain library
/// operations, which know their derivatives, and change nothing that a derivative needs.
bool followed(const at::Tensor& x);

/// x W^T + bias, in x's dtype. Weight and bias may be held in float32 for bfloat16 activations, on
/// machines without a fast bfloat16 product; the result is then rounded once. An undefined bias is
/// none.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {});

/// residual + x W^T + bias. On CUDA the product is added where it is made, rounded once. Where
/// `spend` is set the result may take the residual's memory.
at::Tensor add_linear(at::Tensor residual, const at::Tensor& x, const at::Tensor& weight,
                      const at::Tensor& bias, bool spend);

/// Root mean square normalisation; weight: [width], float32.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);

/// Normalises queries and keys in place, as rms_norm does. qkv: [tokens, (heads + 2 kv_heads)
/// head_dim]; weights, float32: [head_dim], for each head by itself (Qwen3), or [heads head_dim]
/// and [kv_heads head_dim], for all heads together (OLMo 2).
void norm_heads_in_place(at::Tensor& qkv, const at::Tensor& query_weight,
                         const at::Tensor& key_weight, double eps, const AttentionLayout& layout);

/// Rotates queries and keys in place; qkv: [tokens, (heads + 2 kv_heads) head_dim].
void rotate_in_place(at::Tensor& qkv, const RopeTable& rope, const AttentionLayout& layout);

/// Causal attention, over the last keys only where the layout's window slides; returns
/// [tokens, heads head_dim].
at::Tensor causal_attention(const at::Tensor& qkv, const AttentionLayout& layout);

/// What the queries of one token, [1, heads head_dim], attend to among the keys and values that
/// they see, [kv_heads, tokens, head_dim] each; returns [1, heads head_dim]. Plain library
/// operations.
at::Tensor attention_of_one(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
                            const AttentionLayout& layout);

/// silu(gate) * up of [tokens, 2 width] rows [gate | up].
at::Tensor swiglu(const at::Tensor& gate_up);

/// The same with another activation of the gate.
at::Tensor activate(const at::Tensor& gate_up, Activation activation);

/// c tanh(x / c), in place unless x is followed; x where c is 0.
at::Tensor capped(at::Tensor x, double cap);

/// x += y.
void add_in_place(at::Tensor& x, const at::Tensor& y);

/// Loss of `logits` [rows, vocab] against `targets` [rows], int64.
Loss cross_entropy(const at::Tensor& logits, const at::Tensor& targets);

/// Loss of `logits` as cross_entropy has it, and per row sum of p log(p / q) over the vocabulary,
/// with p and q the softmax of `original` and of `logits`: of the same shape and type. Float32 with
/// sums in float64, without a copy of either.
Divergence divergence(const at::Tensor& original, const at::Tensor& logits,
                      const at::Tensor& targets);

/// The same steps from plain library operations, on any device: what the kernels are tested
/// against.
namespace reference {
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);
void norm_heads_in_place(at::Tensor& qkv, const at::Tensor& query_weight,
                         const at::Tensor& key_weight, double eps, const AttentionLayout& layout);
void rotate_in_place(at::Tensor& qkv, const RopeTable& rope, const AttentionLayout& layout);
at::Tensor causal_attention(const at::Tensor& qkv, const AttentionLayout& layout);
at::Tensor swiglu(const at::Tensor& gate_up);
Loss cross_entropy(const at::Tensor& logits, const at::Tensor& targets);
Divergence divergence(const at::Tensor& original, const at::Tensor& logits,
                      const at::Tensor& targets);
}  // namespace reference

}  // namespace headscope::ops
