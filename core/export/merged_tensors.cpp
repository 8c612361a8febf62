#include "core/export/merged_tensors.h"

#include <algorithm>
#include <utility>

#include "core/architecture/tensor_map.h"

namespace headscope {

MergedTensors::MergedTensors(const TargetModel& target) : target_(target) {
    const ModelConfig& config = target.checkpoint.config();
    for (const auto& [layer, merge] : target.variant) {
        for (const ExpectedTensor& tensor : expected_tensors(config, layer)) {
            const Part first = tensor.parts.front();
            const bool refitted = (first == Part::o_bias && merge.output) ||
                                  ((first == Part::down || first == Part::down_bias) && merge.mlp);
            if (refitted || belongs_to_heads(config, first)) layer_of_.emplace(tensor.name, layer);
        }
    }
}

std::optional<std::vector<std::byte>> MergedTensors::take(const std::string& name) {
    const auto found = layer_of_.find(name);
    if (found == layer_of_.end()) return std::nullopt;
    auto entry = find(name);
    if (entry == made_.end()) {
        make(found->second);
        entry = find(name);
    }
    if (entry == made_.end()) return std::nullopt;  // a bias that the model does not use
    std::vector<std::byte> bytes = std::move(entry->second);
    made_.erase(entry);
    return bytes;
}

ProjectionBytes::iterator MergedTensors::find(const std::string& name) {
    return std::find_if(made_.begin(), made_.end(),
                        [&](const auto& entry) { return entry.first == name; });
}

void MergedTensors::make(int layer) {
    made_.clear();
    made_ = merged_projections(target_.checkpoint, layer, target_.variant.at(layer),
                               target_.selection_of(layer));
}

}  // namespace headscope
