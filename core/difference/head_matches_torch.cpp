#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/difference/difference_torch.h"
#include "core/model/compat_torch.h"
#include "core/model/weight_reader_torch.h"
#include "core/similarity/head_vectors.h"
#include "core/similarity/weights.h"

namespace headscope {
namespace {

/// What a measure compares of the heads of one layer, in float64.
class LayerHeads {
  public:
    LayerHeads(const Checkpoint& checkpoint, int layer, Measure measure)
        : circuit_(kind_of(measure) == MeasureKind::circuit),
          heads_(checkpoint.config().heads_of(layer).heads) {
        const ModelConfig& config = checkpoint.config();
        for (const Projection projection : projections_of(measure)) {
            const HeadVectors vectors = head_vectors(checkpoint, layer, projection);
            const at::Tensor matrix = mapped(vectors.tensor).to(at::kDouble);
            if (!matrix.isfinite().all().item<bool>()) require_finite(vectors.tensor);
            blocks_.push_back(
                projection == Projection::o
                    ? matrix.view({config.hidden_size, -1, config.head_dim}).permute({1, 2, 0})
                    : matrix.view({-1, config.head_dim, config.hidden_size}));
            blocks_.back() = blocks_.back().contiguous();
            checkpoint.release(vectors.tensor);
        }
    }

    [[nodiscard]] std::int64_t heads() const { return heads_; }

    /// Dot products with the heads of another model, [heads, its heads].
    [[nodiscard]] at::Tensor products(const LayerHeads& other) const {
        at::Tensor sum = at::zeros({heads_, other.heads_}, at::kDouble);
        if (circuit_) {
            for (std::int64_t i = 0; i < heads_; ++i)
                sum[i].copy_(circuit_products(i, other));
            return sum;
        }
        for (std::size_t p = 0; p < blocks_.size(); ++p) {
            const at::Tensor own = blocks_[p].flatten(1);
            const at::Tensor its = other.blocks_[p].flatten(1);
            sum += at::mm(own, its.t())
                       .repeat_interleave(heads_ / own.size(0), 0)
                       .repeat_interleave(other.heads_ / its.size(0), 1);
        }
        return sum;
    }

    /// The norm of each head, [heads].
    [[nodiscard]] at::Tensor norms() const {
        at::Tensor sum = at::zeros({heads_}, at::kDouble);
        for (std::int64_t i = 0; i < heads_; ++i) {
            if (circuit_) {
                const at::Tensor left = block(0, i);
                const at::Tensor right = block(1, i);
                sum[i].copy_((at::mm(left, left.t()) * at::mm(right, right.t())).sum());
                continue;
            }
            for (std::size_t p = 0; p < blocks_.size(); ++p)
                sum[i] += block(p, i).square().sum();
        }
        return sum.clamp_min(0.0).sqrt();
    }

    /// Whether all blocks of a head have the values of another's.
    [[nodiscard]] bool equal(std::int64_t head, const LayerHeads& other, std::int64_t its) const {
        for (std::size_t p = 0; p < blocks_.size(); ++p)
            if (!block(p, head).equal(other.block(p, its))) return false;
        return true;
    }

  private:
    [[nodiscard]] at::Tensor block(std::size_t projection, std::int64_t head) const {
        const at::Tensor& blocks = blocks_[projection];
        return blocks[head / (heads_ / blocks.size(0))];
    }

    /// <L_i^T R_i, L_j^T R_j> = sum((L_i L_j^T) * (R_i R_j^T)) for all heads j of the other model.
    [[nodiscard]] at::Tensor circuit_products(std::int64_t head, const LayerHeads& other) const {
        const auto grams = [&](std::size_t p) {
            const at::Tensor& its = other.blocks_[p];
            const at::Tensor rows = its.reshape({-1, its.size(2)});
            return at::mm(block(p, head), rows.t())
                .view({-1, its.size(0), its.size(1)})
                .repeat_interleave(other.heads_ / its.size(0), 1);  // [head_dim, heads, head_dim]
        };
        return (grams(0) * grams(1)).sum(at::IntArrayRef{0, 2});
    }

    bool circuit_;
    std::int64_t heads_;
    std::vector<at::Tensor> blocks_;  ///< of each projection: [heads or KV heads, head_dim, hidden]
};

class Matching {
  public:
    Matching(const LayerHeads& first, const LayerHeads& second)
        : first_(first),
          second_(second),
          products_(first.products(second)),
          own_(first.norms()),
          its_(second.norms()) {}

    [[nodiscard]] HeadMatch match(std::int64_t head) const {
        std::int64_t best = head < second_.heads() ? head : 0;
        for (std::int64_t other = 0; other < second_.heads(); ++other) {
            // Rounding must not prefer another head to an equal one of the same index.
            constexpr double kRounding = 1e-12;
            if (cosine(head, other) > cosine(head, best) + kRounding) best = other;
        }
        HeadMatch found;
        found.best = likeness(head, best);
        if (head < second_.heads()) found.same_index = likeness(head, head);
        return found;
    }

  private:
    [[nodiscard]] double product(std::int64_t head, std::int64_t other) const {
        return products_.data_ptr<double>()[head * second_.heads() + other];
    }
    [[nodiscard]] double own(std::int64_t head) const { return own_.data_ptr<double>()[head]; }
    [[nodiscard]] double its(std::int64_t other) const { return its_.data_ptr<double>()[other]; }

    [[nodiscard]] double cosine(std::int64_t head, std::int64_t other) const {
        const double norms = own(head) * its(other);
        return norms > 0.0 ? std::clamp(product(head, other) / norms, -1.0, 1.0) : 0.0;
    }

    [[nodiscard]] HeadLikeness likeness(std::int64_t head, std::int64_t other) const {
        HeadLikeness found{static_cast<int>(other), cosine(head, other), 0.0};
        if (first_.equal(head, second_, other)) {
            if (own(head) > 0.0) found.similarity = 1.0;
            return found;
        }
        const double a = own(head);
        const double b = its(other);
        const double apart = std::sqrt(std::max(0.0, a * a - 2.0 * product(head, other) + b * b));
        found.distance = a > 0.0 ? apart / a : std::numeric_limits<double>::infinity();
        return found;
    }

    const LayerHeads& first_;
    const LayerHeads& second_;
    at::Tensor products_;
    at::Tensor own_;
    at::Tensor its_;
};

LayerMatches match_layer(const Checkpoint& first, const Checkpoint& second, Measure measure,
                         int layer) {
    const LayerHeads own(first, layer, measure);
    const LayerHeads its(second, layer, measure);
    const Matching matching(own, its);
    LayerMatches found;
    found.layer = layer;
    found.first = first.config().heads_of(layer);
    found.second = second.config().heads_of(layer);
    std::vector<bool> taken(static_cast<std::size_t>(its.heads()), false);
    for (std::int64_t head = 0; head < own.heads(); ++head) {
        found.heads.push_back(matching.match(head));
        taken[static_cast<std::size_t>(found.heads.back().best.head)] = true;
    }
    for (std::size_t head = 0; head < taken.size(); ++head)
        if (!taken[head]) found.without_match.push_back(static_cast<int>(head));
    return found;
}

}  // namespace

std::vector<LayerMatches> match_heads(const Checkpoint& first, const Checkpoint& second,
                                      Measure measure, const std::vector<int>& layers, int threads,
                                      const ProgressFn& progress, const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    const compat::ThreadSetting setting(threads);
    ProgressThrottle throttle(progress);
    std::vector<LayerMatches> all;
    try {
        for (const int layer : layers) {
            throw_if_stopped(stop);
            throttle.report({"matching heads", static_cast<std::int64_t>(all.size()),
                             static_cast<std::int64_t>(layers.size()), "layers"});
            all.push_back(match_layer(first, second, measure, layer));
        }
    } catch (...) {
        compat::rethrow_as_error();
    }
    const auto done = static_cast<std::int64_t>(all.size());
    throttle.report({"matching heads", done, done, "layers"});
    return all;
}

}  // namespace headscope
