#include "core/model/several_gpus_torch.h"

#include <cstddef>
#include <cstdint>

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>

#include "core/model/device_memory_torch.h"
#include "core/model/forward_torch.h"

namespace headscope {
namespace {

at::Tensor copied(const at::Tensor& tensor, const c10::Device& device) {
    return tensor.defined() ? tensor.to(device, tensor.scalar_type(), /*non_blocking=*/false,
                                        /*copy=*/true)
                            : tensor;
}

/// All of a layer, in one order for all layers.
std::vector<at::Tensor*> tensors_of(LayerWeights& layer) {
    AttentionWeights& attention = layer.attention;
    return {&layer.attention_norm,
            &attention.qkv,
            &attention.o,
            &attention.qkv_bias,
            &attention.o_bias,
            &attention.q_norm,
            &attention.k_norm,
            &attention.sinks,
            &attention.down,
            &attention.down_bias,
            &layer.attention_output_norm,
            &layer.mlp_norm,
            &layer.mlp_output_norm,
            &layer.router,
            &layer.router_bias,
            &layer.gate_up,
            &layer.gate_up_bias,
            &layer.down,
            &layer.down_bias};
}

std::int64_t bytes_of(LayerWeights layer) {
    std::int64_t bytes = 0;
    for (const at::Tensor* tensor : tensors_of(layer))
        bytes += tensor->defined() ? static_cast<std::int64_t>(tensor->nbytes()) : 0;
    return bytes;
}

/// What an evaluation of the usual windows needs beside the layers, of the device that computes.
std::int64_t bytes_of_work(const LoadedModel& model) {
    constexpr std::int64_t kWindow = 2048;
    constexpr std::int64_t kWindowsAtOnce = 4;
    constexpr std::int64_t kStates = 8;  // of the original and some variants
    const ForwardPass forward(model, kWindow);
    return forward.working_bytes(kWindowsAtOnce) + kStates * kWindowsAtOnce * forward.state_bytes();
}

}  // namespace

LayerWeights copy_layer(const LayerWeights& layer, const c10::Device& device) {
    LayerWeights copy = layer;
    for (at::Tensor* tensor : tensors_of(copy))
        *tensor = copied(*tensor, device);
    return copy;
}

void copy_layer_into(const LayerWeights& from, const LayerWeights& to) {
    LayerWeights source = from;
    LayerWeights target = to;
    const std::vector<at::Tensor*> sources = tensors_of(source);
    const std::vector<at::Tensor*> targets = tensors_of(target);
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (sources[i]->defined()) targets[i]->copy_(*sources[i], /*non_blocking=*/true);
    }
}

std::shared_ptr<const LoadedModel> copy_model(const LoadedModel& model, const c10::Device& device) {
    auto copy = std::make_shared<LoadedModel>(model);
    copy->format.device = device;
    copy->copies.clear();
    copy->boundaries = std::make_shared<BoundaryCache>();
    const bool shared = model.outer.embeddings.is_same(model.outer.output);
    copy->outer.final_norm = copied(model.outer.final_norm, device);
    copy->outer.output = copied(model.outer.output, device);
    copy->outer.embeddings = shared ? copy->outer.output : copied(model.outer.embeddings, device);
    for (LayerWeights& layer : copy->layers)
        layer = copy_layer(layer, device);
    return copy;
}

void spread_layers(LoadedModel& model, const std::vector<c10::Device>& others,
                   ProgressThrottle& progress, const std::stop_token& stop) {
    const ModelConfig& config = model.checkpoint.config();
    const auto layers = static_cast<int>(config.num_hidden_layers);
    const auto allocate = [&](int layer, const WeightFormat& format) {
        return allocate_layer(config, config.heads_of(layer), format);
    };
    const std::int64_t of_one = [&] {
        WeightFormat nowhere = model.format;
        nowhere.device = c10::kMeta;  // no memory
        return bytes_of(allocate(0, nowhere));
    }();
    // Two places for layers from elsewhere, beside the work itself.
    std::int64_t taken = bytes_of_work(model) + 2 * of_one;
    std::vector<c10::Device> devices{model.format.device};
    devices.insert(devices.end(), others.begin(), others.end());
    model.waiting.resize(static_cast<std::size_t>(layers));
    int layer = 0;
    for (const c10::Device& device : devices) {
        const c10::DeviceGuard guard(device);
        WeightFormat format = model.format;
        format.device = device;
        WeightReader reader(model.checkpoint, format, model.threads);
        while (layer < layers && memory_budget(device, model.memory_limit) - taken > of_one) {
            LayerWeights& place = model.waiting[static_cast<std::size_t>(layer)];
            place = allocate(layer, format);
            add_layer(reader, config, layer, place);
            reader.begin_after_current();
            reader.read(stop);
            progress.report({"loading", ++layer, layers, "layers"});
        }
        reader.wait_on_current();
        taken = 0;
    }
}

}  // namespace headscope
