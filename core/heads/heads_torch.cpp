// Head scores and the queries and keys of a text: what needs the forward pass.

#include <algorithm>
#include <cmath>
#include <limits>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/heads/heads_engine.h"
#include "core/heads/passages_torch.h"
#include "core/model/compat_torch.h"
#include "core/model/forward_torch.h"
#include "core/model/layer_source_torch.h"

namespace headscope {
namespace {

double score_scale(const ops::AttentionLayout& layout) {
    return 1.0 / std::sqrt(static_cast<double>(layout.head_dim));
}

/// [windows, heads, window, head_dim], float32: `count` heads from head `first` of the qkv rows.
at::Tensor heads_of(const AttentionActivity& activity, std::int64_t first, std::int64_t count) {
    const ops::AttentionLayout& layout = activity.layout;
    return activity.qkv.narrow(1, first * layout.head_dim, count * layout.head_dim)
        .view({layout.windows, layout.window, count, layout.head_dim})
        .transpose(1, 2)
        .to(at::kFloat);
}

/// Which earlier places of a sequence matter to each of its tokens.
struct TokenRelations {
    at::Tensor duplicate;  ///< [tokens, tokens], float: an earlier copy of the row's token
    at::Tensor induction;  ///< the same: what followed an earlier copy
    at::Tensor repeats;    ///< [tokens], bool: the token has an earlier copy

    TokenRelations(const at::Tensor& ids) {
        const at::Tensor equal = ids.unsqueeze(1).eq(ids.unsqueeze(0)).tril(-1);
        at::Tensor after = at::zeros_like(equal);
        const std::int64_t tokens = ids.size(0);
        after.narrow(1, 1, tokens - 1).copy_(equal.narrow(1, 0, tokens - 1));
        duplicate = equal.to(at::kFloat);
        induction = after.to(at::kFloat);
        repeats = equal.any(1);
    }
};

/// Sums over the tokens of one layer; [heads], float64.
class LayerSums {
  public:
    LayerSums(std::int64_t heads, const at::TensorOptions& options)
        : sums_(at::zeros({static_cast<std::int64_t>(kHeadScores), heads},
                          options.dtype(at::kDouble))) {}

    /// The rows of attention of one sequence, some at a time.
    void add(const AttentionActivity& activity, const TokenRelations& relations) {
        constexpr std::int64_t kElements = std::int64_t{1} << 22;
        const ops::AttentionLayout& layout = activity.layout;
        const at::Tensor queries = heads_of(activity, 0, layout.heads)[0];
        const at::Tensor keys =
            heads_of(activity, layout.heads, layout.kv_heads)[0].repeat_interleave(
                layout.heads / layout.kv_heads, 0);
        const std::int64_t most =
            std::max<std::int64_t>(1, kElements / (layout.heads * layout.window));
        for (std::int64_t first = 0; first < layout.window; first += most)
            add_rows(queries, keys, relations, first, std::min(most, layout.window - first),
                     layout);
        tokens_ += layout.window;
        later_ += layout.window - 1;
        repeats_ += relations.repeats.sum().item<std::int64_t>();
    }

    /// `o`: [hidden, heads head_dim].
    void add_outputs(const AttentionActivity& activity, const at::Tensor& o) {
        const ops::AttentionLayout& layout = activity.layout;
        if (!gram_.defined()) {
            const at::Tensor columns = o.to(at::kFloat)
                                           .view({o.size(0), layout.heads, layout.head_dim})
                                           .permute({1, 2, 0});  // [heads, head_dim, hidden]
            gram_ = columns.matmul(columns.transpose(1, 2));
        }
        const at::Tensor z = activity.attended.to(at::kFloat)
                                 .view({-1, layout.heads, layout.head_dim})
                                 .transpose(0, 1);
        row(HeadScore::output_norm) += z.matmul(gram_).mul(z).sum({1, 2}, false, at::kDouble);
    }

    [[nodiscard]] LayerHeadScores mean(int layer) const {
        const at::Tensor here = sums_.to(at::kCPU).contiguous();
        LayerHeadScores scores{layer, {}};
        const std::int64_t heads = here.size(1);
        for (const HeadScore score : all_head_scores()) {
            const double* const sum =
                here.data_ptr<double>() + static_cast<std::int64_t>(score) * heads;
            std::vector<double>& values = scores.values[static_cast<std::size_t>(score)];
            for (std::int64_t head = 0; head < heads; ++head) {
                const double value =
                    sum[head] / static_cast<double>(std::max<std::int64_t>(1, count(score)));
                values.push_back(score == HeadScore::output_norm ? std::sqrt(value) : value);
            }
        }
        return scores;
    }

  private:
    [[nodiscard]] at::Tensor row(HeadScore score) {
        return sums_[static_cast<std::int64_t>(score)];
    }

    [[nodiscard]] std::int64_t count(HeadScore score) const {
        switch (score) {
            case HeadScore::first_token:
            case HeadScore::previous_token:
                return later_;
            case HeadScore::duplicate:
            case HeadScore::induction:
                return repeats_;
            case HeadScore::entropy:
            case HeadScore::distance:
            case HeadScore::output_norm:
                break;
        }
        return tokens_;
    }

    void add_rows(const at::Tensor& queries, const at::Tensor& keys,
                  const TokenRelations& relations, std::int64_t first, std::int64_t count,
                  const ops::AttentionLayout& layout) {
        const at::Tensor positions = at::arange(layout.window, queries.options().dtype(at::kLong));
        const at::Tensor distance =
            positions.narrow(0, first, count).unsqueeze(1) - positions.unsqueeze(0);
        at::Tensor hidden = distance.lt(0);
        if (layout.slides()) hidden = hidden.logical_or(distance.ge(layout.sliding_window));
        const at::Tensor logs =
            (queries.narrow(1, first, count).matmul(keys.transpose(1, 2)) * score_scale(layout))
                .masked_fill_(hidden, -std::numeric_limits<float>::infinity())
                .log_softmax(-1);
        const at::Tensor shares = logs.exp();
        const auto sum = [](const at::Tensor& rows) {
            return rows.sum(at::IntArrayRef{1, 2}, false, at::kDouble);
        };
        row(HeadScore::entropy) -= sum(shares * logs.masked_fill(hidden, 0.0));
        row(HeadScore::distance) += sum(shares * distance.clamp_min(0).to(at::kFloat));
        row(HeadScore::duplicate) += sum(shares * relations.duplicate.narrow(0, first, count));
        row(HeadScore::induction) += sum(shares * relations.induction.narrow(0, first, count));
        row(HeadScore::previous_token) += sum(shares * distance.eq(1).to(at::kFloat));
        const std::int64_t skipped = first == 0 ? 1 : 0;
        row(HeadScore::first_token) += shares.narrow(1, skipped, count - skipped)
                                           .select(2, 0)
                                           .sum(at::IntArrayRef{1}, false, at::kDouble);
    }

    at::Tensor sums_;  ///< [scores, heads]
    at::Tensor gram_;  ///< [heads, head_dim, head_dim]: O^T O of each head
    std::int64_t tokens_ = 0;
    std::int64_t later_ = 0;    ///< tokens but the first of each sequence
    std::int64_t repeats_ = 0;  ///< tokens with an earlier copy
};

void require_finite(const LayerHeadScores& scores, const Model& model) {
    for (const auto& values : scores.values) {
        if (std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }))
            continue;
        fail(
            ErrorCode::unsupported,
            "the attention of layer {} is not a number in {}: values overflow; use --dtype float32",
            scores.layer, name_of(model.dtype()));
    }
}

std::vector<LayerHeadScores> score(const Model& model,
                                   const std::vector<std::vector<std::int64_t>>& sequences,
                                   const ProgressFn& progress, const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    compat::keep_freed_memory();
    const compat::ThreadSetting setting(model.threads());
    try {
        const LoadedModel& loaded = model.loaded();
        const ForwardPass forward(loaded, static_cast<std::int64_t>(sequences.front().size()));
        std::vector<at::Tensor> hidden;
        std::vector<TokenRelations> relations;
        for (const auto& ids : sequences) {
            const at::Tensor tensor = at::tensor(ids, at::kLong);
            hidden.push_back(forward.embed(tensor));
            relations.emplace_back(tensor.to(loaded.format.device));
        }
        ProgressThrottle throttle(progress);
        LayerSource source(loaded);
        source.begin(0, stop);
        const auto layers = static_cast<int>(model.config().num_hidden_layers);
        std::vector<LayerHeadScores> found;
        throttle.report({"attention", 0, layers, "layers"});
        for (int layer = 0; layer < layers; ++layer) {
            const LayerWeights& weights = source.layer(layer);
            LayerSums sums(model.config().heads_of(layer).heads, hidden.front().options());
            for (std::size_t i = 0; i < hidden.size(); ++i) {
                throw_if_stopped(stop);
                hidden[i] = forward.layer(layer, weights, weights.attention, std::move(hidden[i]),
                                          /*spend=*/true, [&](const AttentionActivity& activity) {
                                              sums.add(activity, relations[i]);
                                              sums.add_outputs(activity, weights.attention.o);
                                          });
            }
            found.push_back(sums.mean(layer));
            require_finite(found.back(), model);
            throttle.report({"attention", layer + 1, layers, "layers"});
        }
        return found;
    } catch (...) {
        compat::rethrow_as_error();
    }
}

std::vector<float> values_of(const at::Tensor& tensor) {
    const at::Tensor here = tensor.to(at::kFloat).to(at::kCPU).contiguous();
    return {here.data_ptr<float>(), here.data_ptr<float>() + here.numel()};
}

LayerAttention kept(int layer, const AttentionActivity& activity) {
    const ops::AttentionLayout& layout = activity.layout;
    const std::int64_t q = layout.heads * layout.head_dim;
    const std::int64_t k = layout.kv_heads * layout.head_dim;
    return {layer,
            layout.heads,
            layout.kv_heads,
            layout.head_dim,
            layout.slides() ? layout.sliding_window : 0,
            score_scale(layout),
            values_of(activity.qkv.narrow(1, 0, q)),
            values_of(activity.qkv.narrow(1, q, k))};
}

std::vector<LayerAttention> attention(const Model& model, const std::vector<std::int64_t>& ids,
                                      const std::vector<int>& layers, const ProgressFn& progress,
                                      const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    compat::keep_freed_memory();
    const compat::ThreadSetting setting(model.threads());
    try {
        const LoadedModel& loaded = model.loaded();
        const ForwardPass forward(loaded, static_cast<std::int64_t>(ids.size()));
        at::Tensor hidden = forward.embed(at::tensor(ids, at::kLong));
        ProgressThrottle throttle(progress);
        LayerSource source(loaded);
        source.begin(0, stop);
        const int last = *std::max_element(layers.begin(), layers.end());
        std::vector<LayerAttention> found;
        for (int layer = 0; layer <= last; ++layer) {
            throw_if_stopped(stop);
            throttle.report({"attention", layer, last + 1, "layers"});
            const LayerWeights& weights = source.layer(layer);
            AttentionObserver observer;
            if (std::find(layers.begin(), layers.end(), layer) != layers.end()) {
                observer = [&](const AttentionActivity& activity) {
                    found.push_back(kept(layer, activity));
                };
            }
            hidden = forward.layer(layer, weights, weights.attention, std::move(hidden),
                                   /*spend=*/true, observer);
        }
        throttle.report({"attention", last + 1, last + 1, "layers"});
        return found;
    } catch (...) {
        compat::rethrow_as_error();
    }
}

}  // namespace

const HeadsEngine kHeadsEngine{score, attention, find_passages};

}  // namespace headscope

extern "C" __attribute__((visibility("default"))) const headscope::HeadsEngine*
headscope_heads_engine() {
    return &headscope::kHeadsEngine;
}
