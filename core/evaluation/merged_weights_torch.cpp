#include "core/evaluation/merged_weights_torch.h"

namespace headscope {

MergedWeights::MergedWeights(const LoadedModel& model, const SharingSchedule& schedule,
                             std::int64_t budget)
    : model_(model), schedule_(schedule) {
    if (!model.resident()) return;
    const auto layers = static_cast<int>(model.layers.size());
    std::int64_t merges = 0;
    for (int layer = 0; layer < layers; ++layer)
        merges += static_cast<std::int64_t>(schedule.merges(layer).size());
    if (merges * bytes_of_one() + working_bytes() > budget) return;
    for (int layer = 0; layer < layers; ++layer) {
        kept_.push_back(make(layer, model.layers[static_cast<std::size_t>(layer)].attention));
    }
}

std::vector<AttentionWeights> MergedWeights::of_layer(int layer,
                                                      const AttentionWeights& original) const {
    return kept_.empty() ? make(layer, original) : kept_[static_cast<std::size_t>(layer)];
}

std::vector<AttentionWeights> MergedWeights::make(int layer,
                                                  const AttentionWeights& original) const {
    std::vector<AttentionWeights> merged;
    for (const LayerMerge& merge : schedule_.merges(layer)) {
        const ModelConfig& config = model_.checkpoint.config();
        merged.push_back(
            merge_attention(original, merge, config, config.heads_of(layer), model_.format));
    }
    return merged;
}

/// One kind of block at a time: the blocks of the largest set, their sums, and the products of all
/// pairs of rows.
std::int64_t MergedWeights::working_bytes() const {
    const ModelConfig& config = model_.checkpoint.config();
    const std::int64_t rows = config.most_heads().heads * config.head_dim;
    for (int layer = 0; layer < config.num_hidden_layers; ++layer) {
        for (const LayerMerge& merge : schedule_.merges(layer)) {
            if (merge.align != Alignment::none) {
                return static_cast<std::int64_t>(sizeof(float)) * rows *
                       (2 * config.hidden_size + rows);
            }
        }
    }
    return 0;
}

std::int64_t MergedWeights::bytes_of_one() const {
    const ModelConfig& config = model_.checkpoint.config();
    const HeadCounts most = config.most_heads();
    bool refits_mlps = false;
    for (int layer = 0; layer < config.num_hidden_layers; ++layer) {
        for (const LayerMerge& merge : schedule_.merges(layer))
            refits_mlps = refits_mlps || merge.mlp != nullptr;
    }
    const std::int64_t rows = (2 * most.heads + 2 * most.kv_heads) * config.head_dim +
                              (refits_mlps ? config.intermediate_size : 0);
    const auto size = static_cast<std::int64_t>(at::elementSize(model_.format.storage) +
                                                at::elementSize(at::kFloat));
    return rows * config.hidden_size * size;
}

}  // namespace headscope
