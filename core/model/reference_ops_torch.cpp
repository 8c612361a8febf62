#include <ATen/ATen.h>

#include "core/model/compat_torch.h"
#include "core/model/ops_torch.h"

namespace headscope::ops::reference {

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
    const at::Tensor wide = x.to(at::kFloat);
    const at::Tensor inverse = at::rsqrt(wide.square().mean(-1, /*keepdim=*/true) + eps);
    return (wide * inverse).to(x.scalar_type()) * weight.to(x.scalar_type());
}

void rotate_in_place(at::Tensor& qkv, const RopeTable& rope, const AttentionLayout& layout) {
    const std::int64_t heads = layout.heads + layout.kv_heads;
    const std::int64_t half = layout.head_dim / 2;
    // [windows, window, heads, 2, half]: the pairs (i, i + half) along the fourth dimension.
    at::Tensor pairs = qkv.narrow(1, 0, heads * layout.head_dim)
                           .view({layout.windows, layout.window, heads, 2, half});
    const auto wide_copy = [&](std::int64_t half_index) {
        return pairs.select(3, half_index).to(at::kFloat, /*non_blocking=*/false, /*copy=*/true);
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
    const at::Tensor out =
        compat::fused_causal_attention(part(0, layout.heads), part(layout.heads, layout.kv_heads),
                                       part(layout.heads + layout.kv_heads, layout.kv_heads));
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

}  // namespace headscope::ops::reference
