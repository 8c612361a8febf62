#include "core/refit/fit_schedule.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"

namespace headscope {
namespace {

/// What decides which values a layer's output projection reads.
LayerMerge attention_part(LayerMerge merge) {
    merge.removed.clear();
    return merge;
}

}  // namespace

FitSchedule::FitSchedule(const RefitParams& params, const ModelConfig& config)
    : params_(params), config_(config), variants_(params.variants) {
    if (variants_.empty()) variants_.resize(1);
    if (!params.alternatives.empty()) last_ = params.alternatives.rbegin()->first;
    for (Variant& variant : variants_) {
        if (variant.empty()) continue;
        if (params.rule.layers == RefitLayers::all) {
            // Layers of which no head changes are fitted like the others.
            for (int layer = variant.begin()->first; layer < config.num_hidden_layers; ++layer)
                variant.try_emplace(layer);
        }
        last_ = std::max(last_, variant.rbegin()->first);
    }
    if (last_ >= config.num_hidden_layers) {
        fail(ErrorCode::bad_input, "there is no layer {} to refit: the model has {}", last_,
             config.num_hidden_layers);
    }
}

int FitSchedule::source_of(std::size_t variant, int layer) const {
    const Variant& of = variants_[variant];
    return !of.empty() && of.begin()->first < layer ? static_cast<int>(variant) : -1;
}

std::vector<FitGroup> FitSchedule::groups(int layer) const {
    std::vector<FitGroup> groups;
    const auto add = [&](std::size_t variant, const LayerMerge& merge, int of, std::size_t index) {
        if (merge.empty() && params_.rule.layers == RefitLayers::changed) return;
        const int source = source_of(variant, layer);
        const LayerMerge plain = without_refit(merge);
        const LayerMerge attention = attention_part(plain);
        auto found = std::find_if(groups.begin(), groups.end(), [&](const FitGroup& group) {
            return group.source == source && group.attention == attention;
        });
        if (found == groups.end()) found = groups.insert(groups.end(), {source, attention, {}});
        found->fits.push_back({plain, of, index});
    };
    for (std::size_t v = 0; v < variants_.size(); ++v) {
        const auto merge = variants_[v].find(layer);
        if (merge != variants_[v].end()) add(v, merge->second, static_cast<int>(v), 0);
    }
    const auto alternatives = params_.alternatives.find(layer);
    if (alternatives != params_.alternatives.end()) {
        for (std::size_t i = 0; i < alternatives->second.size(); ++i)
            add(0, alternatives->second[i], -1, i);
    }
    return groups;
}

bool FitSchedule::fits_mlp(int layer) const {
    return params_.rule.refit == Refit::output_and_mlp && config_.experts.count == 0 &&
           std::any_of(variants_.begin(), variants_.end(),
                       [&](const Variant& variant) { return variant.contains(layer); });
}

std::int64_t FitSchedule::passes() const {
    std::int64_t passes = 0;
    for (int layer = 0; layer <= last_; ++layer) {
        passes += 1 + std::ssize(groups(layer));
        for (std::size_t v = 0; v < variants_.size(); ++v) {
            passes += fits_mlp(layer) && variants_[v].contains(layer) ? 1 : 0;
            passes += layer < last_ && source_of(v, layer + 1) >= 0 ? 1 : 0;
        }
    }
    return passes;
}

}  // namespace headscope
