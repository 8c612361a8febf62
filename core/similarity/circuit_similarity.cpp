#include "core/similarity/circuit_similarity.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/similarity/circuit_gram.h"
#include "core/similarity/gram.h"
#include "core/similarity/kernels.h"

namespace headscope {

std::vector<SimilarityMatrix> compute_circuit_similarity(const Checkpoint& checkpoint,
                                                         Measure measure,
                                                         const std::vector<int>& layers,
                                                         int workers, const ProgressFn& progress,
                                                         const std::stop_token& stop) {
    const ModelConfig& config = checkpoint.config();
    const auto heads = static_cast<int>(config.num_attention_heads);
    const std::span<const Projection> projections = projections_of(measure);
    CircuitGram circuits(*usable_circuit_kernels().front(), heads,
                         static_cast<int>(config.num_key_value_heads), config.head_dim,
                         config.hidden_size, workers);
    ProgressThrottle throttle(progress);
    const auto report = [&](std::size_t done) {
        throttle.report({"similarity", static_cast<std::int64_t>(done),
                         static_cast<std::int64_t>(layers.size()), "layers"});
    };
    report(0);
    std::vector<SimilarityMatrix> matrices;
    for (const int layer : layers) {
        const std::array blocks = {head_vectors(checkpoint, layer, projections[0]),
                                   head_vectors(checkpoint, layer, projections[1])};
        std::vector<double> gram = circuits.of_layer(blocks[0], blocks[1], stop);
        make_equal_heads_equal(first_equal_heads(blocks, heads), gram);
        matrices.push_back({layer, heads, cosines(gram, heads)});
        report(matrices.size());
    }
    return matrices;
}

}  // namespace headscope
