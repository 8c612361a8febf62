#pragma once

#include <QTemporaryDir>
#include <QTest>
#include <functional>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/evaluation/sharing.h"
#include "core/model/forward_torch.h"
#include "tests/model/tiny_architectures.h"
#include "tests/support/test_files.h"

/// The tiny checkpoints of golden/architectures.json, one of each family, run layer by layer.
namespace headscope::testing {

using nlohmann::json;

inline const json& golden_architectures() {
    static const json file = golden("architectures.json");
    return file;
}

inline const json& case_of(int index) {
    return golden_architectures().at("cases").at(static_cast<std::size_t>(index));
}

inline void add_case_rows() {
    QTest::addColumn<int>("index");
    int index = 0;
    for (const json& entry : golden_architectures().at("cases")) {
        QTest::newRow(entry.at("name").get<std::string>().c_str()) << index++;
    }
}

/// The merges of a case, as the evaluator takes them.
inline Variant merges_of(const json& entry) {
    Variant variant;
    for (const json& merge : entry.at("merges")) {
        variant[merge.at("layer").get<int>()] = {
            merge.at("heads").get<std::vector<HeadGroup>>(),
            merge.at("kv_heads").get<std::vector<HeadGroup>>()};
    }
    return variant;
}

/// A case's checkpoint in a folder that lives as long as this.
class TinyModel {
  public:
    explicit TinyModel(const json& entry)
        : checkpoint_((write_tiny_model(path(), entry.at("config")), Checkpoint::open(path()))),
          window_(entry.at("window").get<std::int64_t>()) {}

    [[nodiscard]] const Checkpoint& checkpoint() const { return checkpoint_; }
    [[nodiscard]] std::int64_t window() const { return window_; }

    [[nodiscard]] std::vector<std::int32_t> ids() const {
        return tiny_token_ids(static_cast<std::uint64_t>(window_), checkpoint_.config().vocab_size);
    }

    [[nodiscard]] int layers() const {
        return static_cast<int>(checkpoint_.config().num_hidden_layers);
    }

    /// Its weights in `dtype`.
    [[nodiscard]] LoadedModel loaded(at::ScalarType dtype) const {
        LoadedModel model{checkpoint_, {dtype, dtype, c10::kCPU}, DType::f32, 1, 0, {}, {}, {}};
        WeightReader reader(checkpoint_, model.format, 1);
        model.outer = add_outer(reader, checkpoint_, /*with_embeddings=*/true);
        for (int i = 0; i < layers(); ++i) {
            model.layers.push_back(allocate_layer(checkpoint_.config(),
                                                  checkpoint_.config().heads_of(i), model.format));
            add_layer(reader, checkpoint_.config(), i, model.layers.back());
        }
        reader.read({});
        return model;
    }

    /// Changes the attention weights of a layer, or does not.
    using Change = std::function<AttentionWeights(int layer, const AttentionWeights& original,
                                                  const WeightFormat& format)>;

    /// Negative log likelihood of each prediction under `variant`, computed in `dtype`. In float64
    /// every step is a plain library operation, as on a device without kernels of our own.
    [[nodiscard]] at::Tensor losses(at::ScalarType dtype, const Variant& variant) const {
        return losses_after(
            dtype, [&](int layer, const AttentionWeights& original, const WeightFormat& format) {
                const auto merge = variant.find(layer);
                return merge == variant.end()
                           ? original
                           : merge_attention(original, merge->second, checkpoint_.config(),
                                             checkpoint_.config().heads_of(layer), format);
            });
    }

    [[nodiscard]] at::Tensor losses_after(at::ScalarType dtype, const Change& change) const {
        const c10::InferenceMode no_gradients;
        const LoadedModel model = loaded(dtype);
        const ForwardPass forward(model, window_);
        const at::Tensor tokens = at::tensor(ids(), at::kInt).to(at::kLong);
        at::Tensor hidden = forward.embed(tokens);
        for (int i = 0; i < layers(); ++i) {
            const LayerWeights& weights = model.layers[static_cast<std::size_t>(i)];
            hidden = forward.layer(i, weights, change(i, weights.attention, model.format), hidden,
                                   /*spend=*/false);
        }
        return forward.loss(hidden, tokens, 0).nll.squeeze(0);
    }

  private:
    [[nodiscard]] std::filesystem::path path() const { return folder_.path().toStdString(); }

    QTemporaryDir folder_;
    Checkpoint checkpoint_;
    std::int64_t window_;
};

}  // namespace headscope::testing
