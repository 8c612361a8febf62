#include "core/export/target_model.h"

#include <algorithm>

namespace headscope {
HeadCounts TargetModel::heads_of(int layer) const {
    const auto found = compactions.find(layer);
    return found == compactions.end() ? heads_before(layer) : found->second.after;
}

std::vector<HeadCounts> TargetModel::heads() const {
    std::vector<HeadCounts> layers;
    for (int layer = 0; layer < checkpoint.config().num_hidden_layers; ++layer)
        layers.push_back(heads_of(layer));
    return layers;
}

HeadCounts TargetModel::heads_before(int layer) const {
    return skipped.contains(layer) ? HeadCounts{} : checkpoint.config().heads_of(layer);
}

std::vector<HeadCounts> TargetModel::heads_before() const {
    std::vector<HeadCounts> layers;
    for (int layer = 0; layer < checkpoint.config().num_hidden_layers; ++layer)
        layers.push_back(heads_before(layer));
    return layers;
}

bool TargetModel::is_uniform() const {
    const std::vector<HeadCounts> layers = heads();
    return layers.front().heads > 0 && std::equal(layers.begin() + 1, layers.end(), layers.begin());
}

const HeadSelection* TargetModel::selection_of(int layer) const {
    const auto found = compactions.find(layer);
    return found == compactions.end() ? nullptr : &found->second.selection;
}

std::int64_t kv_cache_bytes_per_token(const std::vector<HeadCounts>& layers,
                                      std::int64_t head_dim) {
    constexpr std::int64_t kElement = 2;
    std::int64_t bytes = 0;
    for (const HeadCounts& layer : layers)
        bytes += 2 * kElement * head_dim * layer.kv_heads;
    return bytes;
}

}  // namespace headscope
