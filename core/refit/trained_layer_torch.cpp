#include "core/refit/trained_layer_torch.h"

#include <memory>

#include <ATen/ATen.h>

namespace headscope {
namespace {

std::vector<float> values_of(const at::Tensor& tensor) {
    const at::Tensor on_host = tensor.detach().to(at::kCPU).contiguous();
    const auto* first = on_host.data_ptr<float>();
    return {first, first + on_host.numel()};
}

std::shared_ptr<const FittedWeights> weights_of(const at::Tensor& weight, const at::Tensor& bias) {
    FittedWeights weights{weight.size(0), weight.size(1), values_of(weight), {}};
    if (bias.defined()) weights.bias = values_of(bias);
    return std::make_shared<const FittedWeights>(std::move(weights));
}

}  // namespace

TrainedLayer::Projection TrainedLayer::projection(const FittedWeights* weights,
                                                  const c10::Device& device) {
    if (weights == nullptr) return {};
    const auto leaf = [&](const std::vector<float>& values, at::IntArrayRef shape) {
        return at::tensor(values, at::kFloat).view(shape).to(device).requires_grad_(true);
    };
    Projection made{leaf(weights->weight, {weights->rows, weights->columns}), {}};
    if (!weights->bias.empty()) made.bias = leaf(weights->bias, {weights->rows});
    return made;
}

TrainedLayer::Projection TrainedLayer::values() const {
    if (!merge_.kv_steps.empty()) return {};
    const auto leaf = [&](const at::Tensor& qkv) {
        return qkv.narrow(0, first_value_, qkv.size(0) - first_value_)
            .to(at::kFloat, /*non_blocking=*/false, /*copy=*/true)
            .requires_grad_(true);
    };
    Projection made{leaf(fixed_.qkv), {}};
    if (fixed_.qkv_bias.defined()) made.bias = leaf(fixed_.qkv_bias);
    return made;
}

TrainedLayer::TrainedLayer(const LoadedModel& model, int layer, const LayerMerge& merge)
    : format_(model.format),
      merge_(merge),
      output_(projection(merge.output.get(), model.format.device)),
      mlp_(projection(merge.mlp.get(), model.format.device)) {
    const ModelConfig& config = model.checkpoint.config();
    const HeadCounts counts = config.heads_of(layer);
    fixed_ = merge_attention(model.layers[static_cast<std::size_t>(layer)].attention, merge, config,
                             counts, format_);
    first_value_ = (counts.heads + counts.kv_heads) * config.head_dim;
    values_ = values();
    std::vector<float> writing(static_cast<std::size_t>(counts.heads * config.head_dim), 0.0F);
    for (const HeadGroup& heads : distinct_heads(merge, static_cast<int>(counts.heads),
                                                 static_cast<int>(counts.heads_per_kv_head()))) {
        const std::int64_t first = heads.front() * config.head_dim;
        for (std::int64_t i = 0; i < config.head_dim; ++i)
            writing[static_cast<std::size_t>(first + i)] = 1.0F;
    }
    writing_ = at::tensor(writing, at::kFloat).to(format_.device);
}

AttentionWeights TrainedLayer::attention() const {
    AttentionWeights weights = fixed_;
    const auto rounded = [&](const at::Tensor& t) {
        return t.to(format_.compute).to(format_.storage);
    };
    const auto use = [&](const Projection& trained, at::Tensor& weight, at::Tensor& bias) {
        if (trained.weight.defined()) weight = rounded(trained.weight);
        if (trained.bias.defined()) bias = rounded(trained.bias);
    };
    use(output_, weights.o, weights.o_bias);
    use(mlp_, weights.down, weights.down_bias);
    const auto put_below = [&](const at::Tensor& values, at::Tensor& qkv) {
        if (values.defined()) qkv = at::cat({qkv.narrow(0, 0, first_value_), rounded(values)});
    };
    put_below(values_.weight, weights.qkv);
    put_below(values_.bias, weights.qkv_bias);
    return weights;
}

std::vector<at::Tensor> TrainedLayer::parameters() const {
    std::vector<at::Tensor> all;
    for (const at::Tensor& tensor :
         {output_.weight, output_.bias, mlp_.weight, mlp_.bias, values_.weight, values_.bias}) {
        if (tensor.defined()) all.push_back(tensor);
    }
    return all;
}

void TrainedLayer::mask_gradients() const {
    if (output_.weight.defined() && output_.weight.grad().defined())
        output_.weight.mutable_grad().mul_(writing_);
}

LayerMerge TrainedLayer::merge() const {
    LayerMerge merge = merge_;
    if (output_.weight.defined()) merge.output = weights_of(output_.weight, output_.bias);
    if (mlp_.weight.defined()) merge.mlp = weights_of(mlp_.weight, mlp_.bias);
    if (values_.weight.defined()) merge.values = weights_of(values_.weight, values_.bias);
    return merge;
}

}  // namespace headscope
