// The passages that activate heads most: what needs the forward pass.

#include "core/heads/passages_torch.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/model/compat_torch.h"
#include "core/model/forward_torch.h"
#include "core/model/layer_source_torch.h"

namespace headscope {
namespace {

using Sequences = std::vector<std::vector<std::int64_t>>;

/// What is kept of one layer while the text passes.
class LayerPassages {
  public:
    LayerPassages(std::int64_t heads, const PassageOptions& options)
        : options_(options),
          sums_(static_cast<std::size_t>(heads), 0.0),
          best_(static_cast<std::size_t>(heads), TopPassages(options.keep)) {}

    /// `activations`: [heads, tokens], float32, of one sequence.
    void add(const at::Tensor& activations, std::int64_t sequence) {
        const std::int64_t tokens = activations.size(1);
        const at::Tensor counted = activations.narrow(1, 1, tokens - 1);
        tokens_ += tokens - 1;
        const at::Tensor sums =
            counted.sum(at::IntArrayRef{1}, false, at::kDouble).to(at::kCPU).contiguous();
        for (std::size_t head = 0; head < sums_.size(); ++head)
            sums_[head] += sums.data_ptr<double>()[head];
        for (std::int64_t first = 0; first < tokens; first += options_.length) {
            const std::int64_t count = std::min(options_.length, tokens - first);
            const std::int64_t from = std::max<std::int64_t>(1, first);
            if (from < first + count)
                offer(activations.narrow(1, from, first + count - from), {sequence, first, count});
        }
    }

    [[nodiscard]] std::vector<HeadActivity> found() const {
        std::vector<HeadActivity> heads;
        for (std::size_t head = 0; head < sums_.size(); ++head)
            heads.push_back({sums_[head] / static_cast<double>(tokens_), best_[head].passages()});
        return heads;
    }

    [[nodiscard]] bool finite() const {
        return std::ranges::all_of(sums_, [](double sum) { return std::isfinite(sum); });
    }

  private:
    /// `activations`: [heads, tokens of the passage that count]
    void offer(const at::Tensor& activations, HeadPassage passage) {
        const auto [highest, places] = activations.max(1);
        const at::Tensor values = highest.to(at::kCPU).contiguous();
        const at::Tensor at_token = places.to(at::kCPU).contiguous();
        const std::int64_t from = passage.first + passage.count - activations.size(1);
        for (std::size_t head = 0; head < best_.size(); ++head) {
            passage.activation = values.data_ptr<float>()[head];
            passage.peak = from + at_token.data_ptr<std::int64_t>()[head];
            best_[head].offer(passage);
        }
    }

    PassageOptions options_;
    std::vector<double> sums_;       ///< [heads]
    std::vector<TopPassages> best_;  ///< [heads]
    std::int64_t tokens_ = 0;
};

/// O_h^T O_h of each head, [heads, head_dim, head_dim]; `o`: [hidden, heads head_dim].
at::Tensor gram_of(const at::Tensor& o, const ops::AttentionLayout& layout) {
    const at::Tensor columns = o.to(at::kFloat)
                                   .view({o.size(0), layout.heads, layout.head_dim})
                                   .permute({1, 2, 0});  // [heads, head_dim, hidden]
    return columns.matmul(columns.transpose(1, 2));
}

/// ||O_h z_h|| / ||x||, [heads, tokens]; `residual`: [tokens], the norms of x.
at::Tensor activations_of(const AttentionActivity& activity, const at::Tensor& gram,
                          const at::Tensor& residual) {
    constexpr float kLeast = 1e-20F;
    const at::Tensor z = activity.attended.to(at::kFloat)
                             .view({-1, activity.layout.heads, activity.layout.head_dim})
                             .transpose(0, 1);
    return z.matmul(gram).mul(z).sum(-1).clamp_min(0.0).sqrt().div(
        residual.clamp_min(kLeast).unsqueeze(0));
}

/// How many sequences pass together: as many as have hidden states of at most so many bytes.
std::size_t batch_of(const Sequences& sequences, const ForwardPass& forward) {
    constexpr std::int64_t kMostBytes = std::int64_t{256} << 20;
    const std::int64_t most = std::max<std::int64_t>(1, kMostBytes / forward.state_bytes());
    return std::min(sequences.size(), static_cast<std::size_t>(most));
}

/// Passes sequences through the model and keeps what activates its heads.
class PassageSearch {
  public:
    PassageSearch(const Model& model, const Sequences& sequences, const PassageOptions& options,
                  const ProgressFn& progress, const std::stop_token& stop)
        : model_(model),
          sequences_(sequences),
          forward_(model.loaded(), static_cast<std::int64_t>(sequences.front().size())),
          throttle_(progress),
          stop_(stop) {
        for (int layer = 0; layer < model.config().num_hidden_layers; ++layer)
            layers_.emplace_back(model.config().heads_of(layer).heads, options);
    }

    std::vector<std::vector<HeadActivity>> run() {
        report();
        const std::size_t batch = batch_of(sequences_, forward_);
        for (std::size_t first = 0; first < sequences_.size(); first += batch)
            pass(first, std::min(batch, sequences_.size() - first));
        std::vector<std::vector<HeadActivity>> found;
        for (const LayerPassages& layer : layers_)
            found.push_back(layer.found());
        return found;
    }

  private:
    void pass(std::size_t first, std::size_t count) {
        std::vector<at::Tensor> hidden;
        for (std::size_t i = first; i < first + count; ++i)
            hidden.push_back(forward_.embed(at::tensor(sequences_[i], at::kLong)));
        LayerSource source(model_.loaded());
        source.begin(0, stop_);
        for (int layer = 0; layer < model_.config().num_hidden_layers; ++layer) {
            const LayerWeights& weights = source.layer(layer);
            LayerPassages& kept = layers_[static_cast<std::size_t>(layer)];
            at::Tensor gram;
            for (std::size_t i = 0; i < count; ++i) {
                throw_if_stopped(stop_);
                const at::Tensor residual = hidden[i].to(at::kFloat).norm(2, -1);
                const auto look = [&](const AttentionActivity& activity) {
                    if (!gram.defined()) gram = gram_of(weights.attention.o, activity.layout);
                    kept.add(activations_of(activity, gram, residual),
                             static_cast<std::int64_t>(first + i));
                };
                hidden[i] = forward_.layer(layer, weights, weights.attention, std::move(hidden[i]),
                                           /*spend=*/true, look);
                ++done_;
                report();
            }
            require_finite(layer);
        }
    }

    void require_finite(int layer) const {
        if (layers_[static_cast<std::size_t>(layer)].finite()) return;
        fail(
            ErrorCode::unsupported,
            "the attention of layer {} is not a number in {}: values overflow; use --dtype float32",
            layer, name_of(model_.dtype()));
    }

    void report() {
        const auto total =
            static_cast<std::int64_t>(sequences_.size()) * model_.config().num_hidden_layers;
        throttle_.report({"calibrating", done_, total, "layer passes"});
    }

    const Model& model_;
    const Sequences& sequences_;
    ForwardPass forward_;
    ProgressThrottle throttle_;
    const std::stop_token& stop_;
    std::vector<LayerPassages> layers_;
    std::int64_t done_ = 0;
};

}  // namespace

std::vector<std::vector<HeadActivity>> find_passages(const Model& model, const Sequences& sequences,
                                                     const PassageOptions& options,
                                                     const ProgressFn& progress,
                                                     const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    compat::keep_freed_memory();
    const compat::ThreadSetting setting(model.threads());
    try {
        return PassageSearch(model, sequences, options, progress, stop).run();
    } catch (...) {
        compat::rethrow_as_error();
    }
}

}  // namespace headscope
