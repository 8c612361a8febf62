#include "tests/ui/support/session_fixture.h"

#include <QTemporaryDir>
#include <algorithm>
#include <random>

#include "core/base/locations.h"
#include "tests/checkpoint/tiny_llama.h"

namespace headscope::testing {
namespace {

nlohmann::json config_of(int layers, int heads, int kv_heads) {
    nlohmann::json config = tiny_config();
    config["num_hidden_layers"] = layers;
    config["num_attention_heads"] = heads;
    config["num_key_value_heads"] = kv_heads;
    return config;
}

/// Most heads are unlike each other; every eighth is nearly its neighbour.
SimilarityMatrix random_similarities(int layer, int heads, std::mt19937& random) {
    const auto n = static_cast<std::size_t>(heads);
    SimilarityMatrix matrix{layer, heads, std::vector<double>(n * n, 1.0)};
    std::normal_distribution<double> unlike(0.2, 0.2);
    std::uniform_real_distribution<double> alike(0.9, 1.0);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = i + 1; j < n; ++j) {
            const bool twins = i % 8 == 0 && j == i + 1;
            const double value = twins ? alike(random) : std::clamp(unlike(random), -0.9, 0.89);
            matrix.values[i * n + j] = matrix.values[j * n + i] = value;
        }
    }
    return matrix;
}

}  // namespace

std::shared_ptr<const ui::OpenedModel> demo_opened_model() {
    static const auto model = ui::open_model(demo_model_dir(), Measure::q, {}, {});
    return model;
}

std::shared_ptr<const ui::OpenedModel> synthetic_model(int layers, int heads, int kv_heads,
                                                       unsigned seed) {
    const QTemporaryDir folder;  // the mapping outlives the file
    const std::filesystem::path path = folder.path().toStdString() + "/synthetic";
    write_model(path, config_of(layers, heads, kv_heads));
    ui::OpenedModel model{Checkpoint::open(path), Measure::q, {}, {}};
    std::mt19937 random(seed);
    for (int layer = 0; layer < layers; ++layer) {
        model.matrices.push_back(random_similarities(layer, heads, random));
        model.ranked.emplace_back(model.matrices.back());
    }
    return std::make_shared<const ui::OpenedModel>(std::move(model));
}

}  // namespace headscope::testing
