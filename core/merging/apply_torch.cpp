#include "core/merging/apply_torch.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/merging/align_torch.h"
#include "core/merging/head_weights_torch.h"

namespace headscope {
namespace {

constexpr double kCancelled = 1e-3;

/// Scales `mean` to the weighted mean of the blocks' norms.
void restore_norm(at::Tensor& mean, const std::vector<at::Tensor>& blocks,
                  const std::vector<double>& weights) {
    const auto norm = [](const at::Tensor& block) {
        return block.to(at::kDouble).norm().item<double>();
    };
    double wanted = 0.0;
    double total = 0.0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        wanted += weights[i] * norm(blocks[i]);
        total += weights[i];
    }
    wanted /= total;
    const double now = norm(mean);
    if (now > kCancelled * wanted) mean.mul_(wanted / now);
}

/// How the blocks of a step become one.
class Averager {
  public:
    Averager(std::int64_t block_size, const std::vector<double>& weights, bool rescale)
        : size_(block_size), weights_(weights), rescale_(rescale) {}

    /// Replaces the blocks of `step`, slices along `dimension`, by their mean. An undefined tensor
    /// (a bias that the model lacks) stays so.
    void average(const at::Tensor& matrix, std::int64_t dimension, const HeadGroup& step) const {
        if (!matrix.defined()) return;
        std::vector<at::Tensor> blocks;
        for (const int member : step)
            blocks.push_back(matrix.narrow(dimension, member * size_, size_));
        const std::vector<double> weights = weights_within(step, weights_);
        at::Tensor mean = blocks.front() * weights.front();
        for (std::size_t i = 1; i < blocks.size(); ++i)
            mean.add_(blocks[i], weights[i]);
        mean.div_(std::accumulate(weights.begin(), weights.end(), 0.0));
        if (rescale_) restore_norm(mean, blocks, weights);
        for (const at::Tensor& block : blocks)
            block.copy_(mean);
    }

    /// Replaces the blocks of `step`, rows, by those of one of its members.
    void copy(const at::Tensor& matrix, int from, const HeadGroup& step) const {
        if (!matrix.defined()) return;
        const at::Tensor block = matrix.narrow(0, from * size_, size_);
        for (const int member : step) {
            if (member != from) matrix.narrow(0, member * size_, size_).copy_(block);
        }
    }

    /// Replaces the logits of `step` by the logarithm of their exponentials' mean.
    void average_sinks(const at::Tensor& sinks, const HeadGroup& step) const {
        if (!sinks.defined()) return;
        const std::vector<double> weights = weights_within(step, weights_);
        const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
        std::vector<at::Tensor> logits;
        for (std::size_t i = 0; i < step.size(); ++i)
            logits.push_back(sinks[step[i]].to(at::kDouble) + std::log(weights[i] / total));
        const at::Tensor mean = at::stack(logits).logsumexp(0);
        for (const int member : step)
            sinks[member].copy_(mean);
    }

  private:
    std::int64_t size_;
    const std::vector<double>& weights_;
    bool rescale_;
};

int strongest(const HeadGroup& step, const std::vector<double>& usage) {
    return *std::max_element(step.begin(), step.end(), [&](int a, int b) {
        return usage.at(static_cast<std::size_t>(a)) < usage.at(static_cast<std::size_t>(b));
    });
}

at::Tensor like(const std::vector<float>& values, const at::Tensor& shape) {
    return at::from_blob(const_cast<float*>(values.data()), shape.sizes(), at::kFloat);
}

void write(const FittedWeights& fitted, const at::Tensor& matrix, const at::Tensor& bias) {
    if (fitted.rows != matrix.size(0) || fitted.columns != matrix.size(1))
        fail(ErrorCode::bad_input, "fitted weights of {} x {} do not fit a layer of {} x {}",
             fitted.rows, fitted.columns, matrix.size(0), matrix.size(1));
    matrix.copy_(like(fitted.weight, matrix));
    if (bias.defined() && !fitted.bias.empty()) bias.copy_(like(fitted.bias, bias));
}

void write_output(const LayerMerge& merge, std::int64_t head_dim,
                  AttentionProjections& projections) {
    for (const int head : merge.removed)
        projections.o.narrow(1, head * head_dim, head_dim).zero_();
    if (!merge.output) return;
    write(*merge.output, projections.o, projections.o_bias);
}

}  // namespace

void apply_merge(const LayerMerge& merge, std::int64_t head_dim,
                 AttentionProjections& projections) {
    const HeadWeights weights = head_weights(merge, head_dim, projections);
    if (merge.align != Alignment::none) align_bases(merge, head_dim, weights, projections);
    const Averager heads(head_dim, weights.of_heads, merge.rescale);
    for (const HeadGroup& step : merge.head_steps) {
        if (merge.representative == Representative::stronger) {
            const int from = strongest(step, merge.usage);
            heads.copy(projections.q, from, step);
            heads.copy(projections.q_bias, from, step);
            heads.copy(projections.q_norm, from, step);
        } else {
            heads.average(projections.q, 0, step);
            heads.average(projections.q_bias, 0, step);
            heads.average(projections.q_norm, 0, step);
        }
        heads.average(projections.o, 1, step);
        heads.average_sinks(projections.sinks, step);
    }
    const Averager kv_heads(head_dim, weights.of_kv_heads, merge.rescale);
    for (const HeadGroup& step : merge.kv_steps) {
        kv_heads.average(projections.k, 0, step);
        kv_heads.average(projections.v, 0, step);
        kv_heads.average(projections.k_bias, 0, step);
        kv_heads.average(projections.v_bias, 0, step);
        kv_heads.average(projections.k_norm, 0, step);
    }
    write_output(merge, head_dim, projections);
    if (merge.values) write(*merge.values, projections.v, projections.v_bias);
}

}  // namespace headscope
