#include "core/merging/apply_torch.h"

#include <ATen/ATen.h>

namespace headscope {
namespace {

/// Replaces blocks `step` of `size` slices along `dimension` by their mean. An undefined tensor (a
/// bias that the model lacks) stays so.
void average_blocks(at::Tensor& weight, std::int64_t dimension, std::int64_t size,
                    const HeadGroup& step) {
    if (!weight.defined()) return;
    const auto block = [&](int member) { return weight.narrow(dimension, member * size, size); };
    at::Tensor mean = block(step.front()).clone();
    for (std::size_t i = 1; i < step.size(); ++i)
        mean.add_(block(step[i]));
    mean.div_(static_cast<double>(step.size()));
    for (const int member : step)
        block(member).copy_(mean);
}

}  // namespace

void apply_merge(const LayerMerge& merge, std::int64_t head_dim,
                 AttentionProjections& projections) {
    for (const HeadGroup& step : merge.head_steps) {
        average_blocks(projections.q, 0, head_dim, step);
        average_blocks(projections.o, 1, head_dim, step);
        average_blocks(projections.q_bias, 0, head_dim, step);
    }
    for (const HeadGroup& step : merge.kv_steps) {
        average_blocks(projections.k, 0, head_dim, step);
        average_blocks(projections.v, 0, head_dim, step);
        average_blocks(projections.k_bias, 0, head_dim, step);
        average_blocks(projections.v_bias, 0, head_dim, step);
    }
}

}  // namespace headscope
