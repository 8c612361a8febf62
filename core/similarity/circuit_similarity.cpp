#include "core/similarity/circuit_similarity.h"

#include <algorithm>
#include <array>
#include <optional>
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
    const std::span<const Projection> projections = projections_of(measure);
    std::optional<CircuitGram> circuits;  // for layers of so many heads
    HeadCounts made_for;
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
        const HeadCounts counts = config.heads_of(layer);
        const auto heads = static_cast<int>(counts.heads);
        if (counts != made_for) {
            made_for = counts;
            circuits.emplace(*usable_circuit_kernels().front(), heads,
                             static_cast<int>(counts.kv_heads), config.head_dim, config.hidden_size,
                             workers);
        }
        std::vector<double> gram = circuits->of_layer(blocks[0], blocks[1], stop);
        make_equal_heads_equal(first_equal_heads(blocks, heads), gram);
        matrices.push_back({layer, heads, cosines(gram, heads)});
        report(matrices.size());
    }
    return matrices;
}

}  // namespace headscope
