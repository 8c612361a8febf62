#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <ATen/ATen.h>

#include "core/model/compat_torch.h"
#include "core/model/ops_torch.h"

namespace headscope::ops::reference {
namespace {

/// The type in which a tensor's elements are computed: float32, or float64 where they are.
at::ScalarType wide_type(const at::Tensor& x) {
    return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

/// Attention whose scores are made. q, k, v: [windows, heads, tokens, dim]; result like q. In
/// blocks of queries, so that keys that none of them sees cost nothing.
at::Tensor explicit_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const AttentionLayout& layout) {
    constexpr std::int64_t kBlock = 256;
    const std::int64_t tokens = q.size(2);
    const std::int64_t sliding_window = layout.slides() ? layout.sliding_window : tokens;
    const auto wide = wide_type(q);
    const at::Tensor positions = at::arange(tokens, q.options().dtype(at::kLong));
    std::vector<at::Tensor> blocks;
    for (std::int64_t first = 0; first < tokens; first += kBlock) {
        const std::int64_t count = std::min(kBlock, tokens - first);
        const std::int64_t begin = std::max<std::int64_t>(0, first - sliding_window + 1);
        const std::int64_t keys = first + count - begin;
        const at::Tensor distance = positions.narrow(0, first, count).unsqueeze(1) -
                                    positions.narrow(0, begin, keys).unsqueeze(0);
        const at::Tensor hidden = distance.lt(0).logical_or(distance.ge(sliding_window));
        const at::Tensor scores =
            q.narrow(2, first, count).matmul(k.narrow(2, begin, keys).transpose(2, 3)) *
            layout.score_scale();
        at::Tensor logits = capped(scores, layout.cap)
                                .to(wide)
                                .masked_fill(hidden, -std::numeric_limits<float>::infinity());
        if (layout.sinks.defined()) {
            const at::Tensor sinks = layout.sinks.to(wide).view({1, -1, 1, 1});
            logits = at::cat({logits, sinks.expand({q.size(0), q.size(1), count, 1})}, -1);
        }
        const at::Tensor shares = logits.softmax(-1).narrow(-1, 0, keys).to(q.scalar_type());
        blocks.push_back(shares.matmul(v.narrow(2, begin, keys)));
    }
    return at::cat(blocks, 2);
}

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
    const at::Tensor wide = x.to(wide_type(x));
    const at::Tensor inverse = at::rsqrt(wide.square().mean(-1, /*keepdim=*/true) + eps);
    return (wide * inverse).to(x.scalar_type()) * weight.to(x.scalar_type());
}

void norm_heads_in_place(at::Tensor& qkv, const at::Tensor& query_weight,
                         const at::Tensor& key_weight, double eps, const AttentionLayout& layout) {
    const auto norm = [&](std::int64_t first, std::int64_t count, const at::Tensor& weight) {
        at::Tensor heads = qkv.narrow(1, first * layout.head_dim, count * layout.head_dim)
                               .view({qkv.size(0), -1, weight.numel()});
        // Of a copy: what is normalised is needed for its derivative.
        heads.copy_(rms_norm(heads.clone(), weight, eps));
    };
    norm(0, layout.heads, query_weight);
    norm(layout.heads, layout.kv_heads, key_weight);
}

void rotate_in_place(at::Tensor& qkv, const RopeTable& rope, const AttentionLayout& layout) {
    const std::int64_t heads = layout.heads + layout.kv_heads;
    const std::int64_t half = rope.cosine.size(1);
    // [windows, window, heads, 2, half]: the pairs (i, i + half) along the fourth dimension.
    at::Tensor pairs = qkv.narrow(1, 0, heads * layout.head_dim)
                           .view({layout.windows, layout.window, heads, layout.head_dim})
                           .narrow(3, 0, 2 * half)
                           .view({layout.windows, layout.window, heads, 2, half});
    const auto wide_copy = [&](std::int64_t half_index) {
        return pairs.select(3, half_index)
            .to(wide_type(pairs), /*non_blocking=*/false, /*copy=*/true);
    };
    const at::Tensor low = wide_copy(0);
    const at::Tensor high = wide_copy(1);
    const at::Tensor cosine = rope.cosine.narrow(0, 0, layout.window).unsqueeze(1);
    const at::Tensor sine = rope.sine.narrow(0, 0, layout.window).unsqueeze(1);
    pairs.select(3, 0).copy_(low * cosine - high * sine);
    pairs.select(3, 1).copy_(high * cosine + low * sine);
}

at::Tensor causal_attention(const at::Tensor& qkv, const AttentionLayout& layout) {
    const auto part = [&](std::int64_t first, std::int64_t count) {
        return qkv.narrow(1, first * layout.head_dim, count * layout.head_dim)
            .view({layout.windows, layout.window, count, layout.head_dim})
            .transpose(1, 2);
    };
    const at::Tensor q = part(0, layout.heads);
    const at::Tensor k = part(layout.heads, layout.kv_heads);
    const at::Tensor v = part(layout.heads + layout.kv_heads, layout.kv_heads);
    const std::int64_t shared_by = layout.heads / layout.kv_heads;
    const bool plain =
        !layout.slides() && layout.scale == 0.0 && layout.cap == 0.0 && !layout.sinks.defined();
    const at::Tensor out = plain ? compat::fused_causal_attention(q, k, v)
                                 : explicit_attention(q, k.repeat_interleave(shared_by, 1),
                                                      v.repeat_interleave(shared_by, 1), layout);
    return out.transpose(1, 2).reshape({qkv.size(0), layout.heads * layout.head_dim});
}

at::Tensor swiglu(const at::Tensor& gate_up) {
    const std::int64_t width = gate_up.size(1) / 2;
    return at::silu(gate_up.narrow(1, 0, width)) * gate_up.narrow(1, width, width);
}

Loss cross_entropy(const at::Tensor& logits, const at::Tensor& targets) {
    const at::Tensor wide = logits.to(at::kFloat);
    const at::Tensor target = wide.gather(1, targets.unsqueeze(1)).squeeze(1);
    const at::Tensor nll = at::logsumexp(wide, 1) - target;
    return {nll.to(at::kDouble), wide.argmax(1) == targets};
}

Divergence divergence(const at::Tensor& original, const at::Tensor& logits,
                      const at::Tensor& targets) {
    const at::Tensor log_p = at::log_softmax(original.to(wide_type(original)), 1);
    const at::Tensor log_q = at::log_softmax(logits.to(wide_type(logits)), 1);
    const at::Tensor top = log_q.argmax(1);
    return {
        {log_q.gather(1, targets.unsqueeze(1)).squeeze(1).neg().to(at::kDouble), top == targets},
        (log_p.exp() * (log_p - log_q)).sum(1, /*keepdim=*/false, at::kDouble),
        log_p.argmax(1) == top};
}

}  // namespace headscope::ops::reference

namespace headscope::ops {

at::Tensor attention_of_one(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
                            const AttentionLayout& layout) {
    const at::Tensor queries =
        q.view({layout.kv_heads, layout.heads / layout.kv_heads, layout.head_dim});
    const auto wide = queries.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    at::Tensor logits =
        capped(queries.matmul(keys.transpose(1, 2)) * layout.score_scale(), layout.cap).to(wide);
    if (layout.sinks.defined()) {
        logits = at::cat(
            {logits, layout.sinks.to(wide).view({queries.size(0), queries.size(1), 1})}, -1);
    }
    const at::Tensor shares =
        logits.softmax(-1).narrow(-1, 0, keys.size(1)).to(values.scalar_type());
    return shares.matmul(values).view({1, layout.heads * layout.head_dim});
}

}  // namespace headscope::ops
