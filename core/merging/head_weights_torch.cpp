#include "core/merging/head_weights_torch.h"

#include <algorithm>
#include <cmath>

#include <ATen/ATen.h>

#include "core/base/error.h"

namespace headscope {
namespace {

/// ||O_h V_h||_F of every head, through head_dim x head_dim Grams:
/// ||O V||_F^2 = sum((O^T O) * (V V^T)).
std::vector<double> output_norms(std::int64_t head_dim, const AttentionProjections& projections) {
    const std::int64_t hidden = projections.o.size(0);
    const std::int64_t heads = projections.o.size(1) / head_dim;
    const std::int64_t kv_heads = projections.v.size(0) / head_dim;
    const at::Tensor o = projections.o.reshape({hidden, heads, head_dim});
    const at::Tensor v = projections.v.reshape({kv_heads, head_dim, hidden});
    const at::Tensor o_gram = at::bmm(o.permute({1, 2, 0}), o.permute({1, 0, 2}));
    const at::Tensor v_gram = at::bmm(v, v.transpose(1, 2));
    const at::Tensor squares =
        (o_gram.view({kv_heads, -1, head_dim, head_dim}) * v_gram.unsqueeze(1))
            .sum(at::IntArrayRef{2, 3}, /*keepdim=*/false, at::kDouble);
    const at::Tensor norms = squares.clamp_min(0.0).sqrt().flatten().cpu().contiguous();
    const auto* first = norms.data_ptr<double>();
    return {first, first + norms.numel()};
}

std::vector<double> root_of_usage(const std::vector<double>& usage, std::size_t heads) {
    if (usage.size() != heads) {
        fail(ErrorCode::bad_input,
             "--weights usage: the calibration tells of {} heads, and the layer has {}",
             usage.size(), heads);
    }
    std::vector<double> roots;
    for (const double value : usage)
        roots.push_back(std::sqrt(value));
    return roots;
}

}  // namespace

HeadWeights head_weights(const LayerMerge& merge, std::int64_t head_dim,
                         const AttentionProjections& projections) {
    const auto heads = static_cast<std::size_t>(projections.q.size(0) / head_dim);
    const auto kv_heads = static_cast<std::size_t>(projections.k.size(0) / head_dim);
    HeadWeights weights{std::vector<double>(heads, 1.0), std::vector<double>(kv_heads, 0.0)};
    if (merge.weights == MeanWeights::norm) weights.of_heads = output_norms(head_dim, projections);
    if (merge.weights == MeanWeights::usage) weights.of_heads = root_of_usage(merge.usage, heads);
    for (std::size_t head = 0; head < heads; ++head)
        weights.of_kv_heads[head / (heads / kv_heads)] += weights.of_heads[head];
    return weights;
}

std::vector<double> weights_within(const HeadGroup& group, const std::vector<double>& weights) {
    std::vector<double> within;
    for (const int member : group)
        within.push_back(weights.at(static_cast<std::size_t>(member)));
    const double largest = *std::max_element(within.begin(), within.end());
    for (double& weight : within)
        weight = largest > 0.0 ? weight / largest : 1.0;
    return within;
}

}  // namespace headscope
