#include "core/search/layer_levels.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace headscope {
namespace {

/// Candidates of a layer that are measured at a time: the second of them is wasted where the first
/// already costs too much, but shares the states before the layer where not.
constexpr std::size_t kAtOnce = 2;

std::string name_of(const MeasuredLayer& layer, std::size_t index) {
    return layer_thresholds_text({{layer.of.layer, layer.of.candidates[index].threshold}});
}

class LayerLevels {
  public:
    LayerLevels(std::vector<LayerCandidates> layers, double budget,
                const std::vector<std::int64_t>& probes, VariantScorer& scorer,
                const ScoreBook& book, const ProgressFn& progress)
        : budget_(budget), probes_(probes), scorer_(scorer), book_(book), progress_(progress) {
        for (LayerCandidates& layer : layers)
            layers_.push_back({std::move(layer), {}});
    }

    std::vector<MeasuredLayer> run() {
        for (std::vector<NamedVariant> next = next_round(); !next.empty(); next = next_round()) {
            std::int64_t total = 0;
            scorer_.score(std::move(next), probes_, "layers alone", [&](Progress at) {
                total = at.total;
                at.done += done_;
                at.total += done_ + passes_after_this_round();
                if (progress_) progress_(at);
            });
            done_ += total;
            take_changes();
        }
        return std::move(layers_);
    }

  private:
    /// Of each layer that goes on; the original is measured with the first.
    [[nodiscard]] std::vector<NamedVariant> next_round() const {
        std::vector<NamedVariant> variants;
        for (const MeasuredLayer& layer : layers_) {
            const std::size_t end =
                std::min(layer.changes.size() + kAtOnce, layer.of.candidates.size());
            for (std::size_t i = layer.changes.size(); i < end; ++i)
                variants.push_back(
                    {name_of(layer, i), {{layer.of.layer, layer.of.candidates[i].plan.merge}}});
        }
        if (!book_.knows(kOriginalName, probes_)) variants.push_back({kOriginalName, {}});
        return variants;
    }

    void take_changes() {
        for (MeasuredLayer& layer : layers_) {
            const std::size_t end =
                std::min(layer.changes.size() + kAtOnce, layer.of.candidates.size());
            bool too_much = false;
            for (std::size_t i = layer.changes.size(); i < end; ++i) {
                layer.changes.push_back(book_.change(kOriginalName, name_of(layer, i), probes_));
                too_much = too_much || damage_of(layer.changes.back()) > budget_;
            }
            if (too_much) layer.of.candidates.resize(layer.changes.size());
        }
    }

    /// A variant takes the passes from its layer on.
    [[nodiscard]] std::int64_t passes_after_this_round() const {
        std::int64_t passes = 0;
        for (const MeasuredLayer& layer : layers_) {
            const std::size_t done = layer.changes.size() + kAtOnce;
            if (done >= layer.of.candidates.size()) continue;
            passes += static_cast<std::int64_t>(layer.of.candidates.size() - done) *
                      (scorer_.layers() - layer.of.layer);
        }
        return passes * static_cast<std::int64_t>(probes_.size());
    }

    double budget_;
    const std::vector<std::int64_t>& probes_;
    VariantScorer& scorer_;
    const ScoreBook& book_;
    const ProgressFn& progress_;
    std::vector<MeasuredLayer> layers_;
    std::int64_t done_ = 0;  ///< passes of earlier rounds
};

}  // namespace

double damage_of(const Change& change) {
    return std::log(change.perplexity_ratio.value);
}

double damage_at_worst(const Change& change) {
    const double high = change.perplexity_ratio.high;
    return std::isfinite(high) ? std::log(high) : damage_of(change);
}

std::vector<MeasuredLayer> measure_layers(std::vector<LayerCandidates> layers, double budget,
                                          const std::vector<std::int64_t>& probes,
                                          VariantScorer& scorer, const ScoreBook& book,
                                          const ProgressFn& progress) {
    return LayerLevels(std::move(layers), budget, probes, scorer, book, progress).run();
}

}  // namespace headscope
