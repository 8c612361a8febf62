#include "core/measures/similar_behaviour.h"

#include <algorithm>
#include <vector>

#include "core/architecture/tensor_map.h"
#include "core/similarity/gram.h"
#include "core/similarity/head_vectors.h"

namespace headscope {
namespace {

/// Everything of a head that decides what the measure sees.
std::vector<int> first_alike(const Checkpoint& checkpoint, int layer, Measure measure) {
    const ModelConfig& config = checkpoint.config();
    const HeadCounts counts = config.heads_of(layer);
    std::vector<HeadVectors> blocks;
    const auto add = [&](Part part, std::int64_t heads, std::int64_t length) {
        if (has_part(config, part) && belongs_to_heads(config, part))
            blocks.push_back(
                {checkpoint.part(part, layer), static_cast<int>(heads), length, length});
    };
    for (const Projection projection : projections_of(measure)) {
        blocks.push_back(head_vectors(checkpoint, layer, projection));
        if (projection == Projection::v) add(Part::v_bias, counts.kv_heads, config.head_dim);
    }
    add(Part::q_bias, counts.heads, config.head_dim);
    add(Part::k_bias, counts.kv_heads, config.head_dim);
    add(Part::q_norm, counts.heads, config.head_dim);
    add(Part::k_norm, counts.kv_heads, config.head_dim);
    add(Part::sinks, counts.heads, 1);
    return first_equal_heads(blocks, static_cast<int>(counts.heads));
}

}  // namespace

SimilarityMatrix distance_similarity(const Checkpoint& checkpoint, Measure measure, int layer,
                                     std::span<const double> distances) {
    std::vector<double> packed(distances.begin(), distances.end());
    const auto heads = static_cast<int>(checkpoint.config().heads_of(layer).heads);
    make_equal_heads_equal(first_alike(checkpoint, layer, measure), packed);
    SimilarityMatrix matrix{layer, heads, {}};
    for (int i = 0; i < heads; ++i) {
        for (int j = 0; j < heads; ++j) {
            const double distance = packed[packed_index(heads, std::min(i, j), std::max(i, j))];
            matrix.values.push_back(i == j ? 1.0 : std::clamp(1.0 - distance, 0.0, 1.0));
        }
    }
    return matrix;
}

SimilarityMatrix product_similarity(const Checkpoint& checkpoint, Measure measure, int layer,
                                    std::span<const double> products) {
    std::vector<double> packed(products.begin(), products.end());
    make_equal_heads_equal(first_alike(checkpoint, layer, measure), packed);
    const auto heads = static_cast<int>(checkpoint.config().heads_of(layer).heads);
    return {layer, heads, cosines(packed, heads)};
}

}  // namespace headscope
