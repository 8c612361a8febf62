#pragma once

#include <ATen/ATen.h>

#include "core/merging/apply_torch.h"

/// Small attention layers for tests of merging: 8 heads of 4, two to a KV head, hidden size 32.
namespace headscope::testing {

constexpr std::int64_t kDim = 4;
constexpr int kHeads = 8;
constexpr int kKvHeads = 4;
constexpr int kHeadsPerKv = 2;
constexpr std::int64_t kHidden = 32;

inline AttentionProjections random_projections(bool biases = false) {
    at::manual_seed(7);
    AttentionProjections random{
        at::randn({kHeads * kDim, kHidden}), at::randn({kKvHeads * kDim, kHidden}),
        at::randn({kKvHeads * kDim, kHidden}), at::randn({kHidden, kHeads * kDim})};
    if (!biases) return random;
    random.q_bias = at::randn({kHeads * kDim});
    random.k_bias = at::randn({kKvHeads * kDim});
    random.v_bias = at::randn({kKvHeads * kDim});
    return random;
}

inline AttentionProjections copy(const AttentionProjections& from) {
    const auto clone = [](const at::Tensor& t) { return t.defined() ? t.clone() : t; };
    return {clone(from.q),      clone(from.k),      clone(from.v),     clone(from.o),
            clone(from.q_bias), clone(from.k_bias), clone(from.v_bias)};
}

inline at::Tensor rows(const at::Tensor& weight, int block) {
    return weight.narrow(0, block * kDim, kDim);
}
inline at::Tensor columns(const at::Tensor& weight, int block) {
    return weight.narrow(1, block * kDim, kDim);
}

/// A random orthogonal matrix.
inline at::Tensor random_rotation(std::int64_t size) {
    return std::get<0>(at::linalg_qr(at::randn({size, size})));
}

/// Random angles, one for each rotary pair.
inline at::Tensor random_angles() {
    return at::rand({kDim / 2}) * 6.28;
}

/// Turns the rotary pairs (rows m and m + kDim / 2) of one block.
inline at::Tensor turned(const at::Tensor& block, const at::Tensor& angles) {
    const at::Tensor flat = block.reshape({kDim, -1});
    const at::Tensor u = flat.narrow(0, 0, kDim / 2);
    const at::Tensor w = flat.narrow(0, kDim / 2, kDim / 2);
    const at::Tensor c = angles.cos().unsqueeze(1);
    const at::Tensor s = angles.sin().unsqueeze(1);
    return at::cat({u * c - w * s, u * s + w * c}).reshape(block.sizes());
}

/// Makes a KV head and the heads that it serves those of another in a basis of their own.
inline void hide_copy(AttentionProjections& in, int from, int to) {
    const at::Tensor rotation = random_rotation(kDim);
    const at::Tensor angles = random_angles();
    rows(in.v, to).copy_(rotation.matmul(rows(in.v, from)));
    rows(in.k, to).copy_(turned(rows(in.k, from), angles));
    if (in.v_bias.defined()) {
        rows(in.v_bias, to).copy_(rotation.matmul(rows(in.v_bias, from)));
        rows(in.k_bias, to).copy_(turned(rows(in.k_bias, from), angles));
    }
    for (int i = 0; i < kHeadsPerKv; ++i) {
        const int old_head = from * kHeadsPerKv + i;
        const int new_head = to * kHeadsPerKv + i;
        columns(in.o, new_head).copy_(columns(in.o, old_head).matmul(rotation.t()));
        rows(in.q, new_head).copy_(turned(rows(in.q, old_head), angles));
        if (in.q_bias.defined())
            rows(in.q_bias, new_head).copy_(turned(rows(in.q_bias, old_head), angles));
    }
}

/// What a head does, whatever its basis: how it maps an input (with the 1 that biases multiply) to
/// an output, and its attention logits at a few distances.
struct HeadFunction {
    at::Tensor output;  ///< [hidden, hidden + 1]
    at::Tensor logits;  ///< [distances, hidden + 1, hidden + 1]
};

inline HeadFunction function_of(const AttentionProjections& of, int head) {
    const auto full = [](const at::Tensor& matrix, const at::Tensor& bias, int block) {
        const at::Tensor column =
            bias.defined() ? rows(bias, block).unsqueeze(1) : at::zeros({kDim, 1});
        return at::cat({rows(matrix, block), column}, 1);
    };
    const int kv_head = head / kHeadsPerKv;
    const at::Tensor q = full(of.q, of.q_bias, head);
    const at::Tensor k = full(of.k, of.k_bias, kv_head);
    std::vector<at::Tensor> logits;
    for (const double distance : {0.0, 1.0, 7.0}) {
        const at::Tensor angles = at::tensor({1.0, 0.1}, at::kFloat) * distance;
        logits.push_back(turned(q, angles).t().matmul(k));
    }
    return {columns(of.o, head).matmul(full(of.v, of.v_bias, kv_head)), at::stack(logits)};
}

/// The largest difference of what two layers' heads do.
inline double difference(const AttentionProjections& a, const AttentionProjections& b,
                         const std::vector<int>& heads = {0, 1, 2, 3, 4, 5, 6, 7}) {
    double largest = 0.0;
    for (const int head : heads) {
        const HeadFunction of_a = function_of(a, head);
        const HeadFunction of_b = function_of(b, head);
        largest = std::max({largest, (of_a.output - of_b.output).abs().max().item<double>(),
                            (of_a.logits - of_b.logits).abs().max().item<double>()});
    }
    return largest;
}

}  // namespace headscope::testing
