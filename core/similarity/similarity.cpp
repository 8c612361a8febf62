#include "core/similarity/similarity.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "core/base/error.h"
#include "core/base/parallel.h"

namespace headscope {

double SimilarityMatrix::at(int i, int j) const {
    return values[static_cast<std::size_t>(i) * static_cast<std::size_t>(heads) +
                  static_cast<std::size_t>(j)];
}

double SimilarityMatrix::highest_off_diagonal() const {
    double highest = -1.0;
    for (int i = 0; i < heads; ++i) {
        for (int j = i + 1; j < heads; ++j)
            highest = std::max(highest, at(i, j));
    }
    return highest;
}

std::vector<int> choose_layers(const ModelConfig& config, const std::vector<int>& requested) {
    const auto count = static_cast<int>(config.num_hidden_layers);
    std::vector<int> layers = requested;
    if (layers.empty()) {
        layers.resize(static_cast<std::size_t>(count));
        std::iota(layers.begin(), layers.end(), 0);
    }
    for (const int layer : layers) {
        if (layer < 0 || layer >= count) {
            fail(ErrorCode::bad_input, "layer {} does not exist: the model has the layers 0 to {}",
                 layer, count - 1);
        }
    }
    return layers;
}

std::vector<SimilarityMatrix> compute_similarity(const Checkpoint& checkpoint,
                                                 const SimilarityParams& params,
                                                 const ProgressFn& progress,
                                                 const std::stop_token& stop) {
    const std::vector<int> layers = choose_layers(checkpoint.config(), params.layers);
    const int workers = params.workers > 0 ? params.workers : available_cores();
    throw_if_stopped(stop);
    if (WeightSimilarity* compute = spec_of(params.measure).compute)
        return compute(checkpoint, params.measure, layers, workers, progress, stop);
    fail(ErrorCode::bad_input, "the measure {} needs the model to run; weights alone do not tell",
         name_of(params.measure));
}

}  // namespace headscope
