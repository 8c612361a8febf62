#include "core/evaluation/sharing.h"

#include <algorithm>
#include <utility>

namespace headscope {

Variant variant_of(const MergePlan& plan) {
    Variant variant;
    for (const LayerPlan& layer : plan.layers) {
        if (!layer.merge.empty()) variant.emplace(layer.layer, layer.merge);
    }
    return variant;
}

SharingSchedule::SharingSchedule(int layers, const std::vector<Variant>& variants)
    : passes_(static_cast<std::size_t>(layers)),
      merges_(static_cast<std::size_t>(layers)),
      original_states_{0},
      first_change_(layers),
      final_states_(variants.size(), 0) {
    for (int layer = 0; layer < layers; ++layer) {
        auto& merges = merges_[static_cast<std::size_t>(layer)];
        auto& passes = passes_[static_cast<std::size_t>(layer)];
        std::map<std::pair<int, int>, int> outputs;  // (input state, weights) -> output state
        for (std::size_t v = 0; v < variants.size(); ++v) {
            int weights = -1;
            if (const auto merge = variants[v].find(layer);
                merge != variants[v].end() && !merge->second.empty()) {
                const auto known = std::find(merges.begin(), merges.end(), merge->second);
                weights = static_cast<int>(known - merges.begin());
                if (known == merges.end()) merges.push_back(merge->second);
            }
            const std::pair way{final_states_[v], weights};
            const auto [output, added] = outputs.try_emplace(way, static_cast<int>(outputs.size()));
            if (added) passes.push_back({way.first, output->second, weights});
            final_states_[v] = output->second;
        }
        final_state_count_ = static_cast<int>(outputs.size());
        const auto original = outputs.find({original_states_.back(), -1});
        original_states_.push_back(original == outputs.end() ? -1 : original->second);
        if (!merges.empty()) first_change_ = std::min(first_change_, layer);
    }
}

std::int64_t SharingSchedule::most_states() const {
    std::size_t most = 1;
    std::size_t before = 1;
    for (const auto& passes : passes_) {
        most = std::max(most, before + passes.size());
        before = passes.size();
    }
    return static_cast<std::int64_t>(most);
}

std::int64_t SharingSchedule::pass_count() const {
    std::int64_t count = 0;
    for (const auto& passes : passes_)
        count += static_cast<std::int64_t>(passes.size());
    return count;
}

std::int64_t SharingSchedule::separate_pass_count() const {
    return static_cast<std::int64_t>(passes_.size() * final_states_.size());
}

}  // namespace headscope
