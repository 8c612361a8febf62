#include <algorithm>
#include <exception>
#include <thread>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/architecture/tensor_map.h"
#include "core/base/error.h"
#include "core/model/choose_compute_torch.h"
#include "core/model/compat_torch.h"
#include "core/model/device_memory_torch.h"
#include "core/model/forward_torch.h"
#include "core/model/loaded_model_torch.h"
#include "core/model/merged_projections_torch.h"
#include "core/model/model_engine.h"
#include "core/model/several_gpus_torch.h"

namespace headscope {
namespace {

/// Bytes of all weights as they would be held.
std::int64_t weight_bytes(const ModelConfig& config, const WeightFormat& format) {
    std::int64_t elements = 0;
    for (const ExpectedTensor& tensor : expected_tensors(config)) {
        std::int64_t product = 1;
        for (const std::int64_t extent : tensor.shape)
            product *= extent;
        elements += product;
    }
    // Tied embeddings are there twice where they are looked up in another dtype than they multiply
    // in.
    const bool twice = config.tie_word_embeddings && format.storage != format.compute;
    const std::int64_t embeddings = twice ? config.vocab_size * config.hidden_size : 0;
    return elements * static_cast<std::int64_t>(at::elementSize(format.storage)) +
           embeddings * static_cast<std::int64_t>(at::elementSize(format.compute));
}

/// Whether all weights fit beside what an evaluation of the usual windows needs at least.
bool fits(const LoadedModel& model) {
    const ModelConfig& config = model.checkpoint.config();
    constexpr std::int64_t kUsualWindow = 2048;
    const std::int64_t window = std::min(kUsualWindow, config.max_position_embeddings);
    const ForwardPass forward(model, window);
    constexpr std::int64_t kStates = 4;
    return weight_bytes(config, model.format) + forward.working_bytes(1) +
               kStates * forward.state_bytes() <=
           memory_budget(model.format.device, model.memory_limit);
}

/// Libraries choose kernels, load them and take memory at the first product of a shape, which costs
/// an evaluation on a GPU a quarter of a second. Has them do so while the rest of the weights is
/// read: sends windows of zeros through the first layer and the loss.
std::jthread warm_up(const LoadedModel& model) {
    constexpr std::int64_t kTokens = 8192;  // a micro-batch where memory does not make it smaller
    constexpr std::int64_t kUsualWindow = 2048;
    const std::int64_t window =
        std::min(kUsualWindow, model.checkpoint.config().max_position_embeddings);
    return std::jthread([&model, window, layer = model.layers.front()] {
        const c10::InferenceMode no_gradients;
        try {
            const ForwardPass forward(model, window);
            const at::Tensor ids = at::zeros({kTokens / window * window}, at::kLong);
            const at::Tensor hidden =
                forward.layer(0, layer, layer.attention, forward.embed(ids), /*spend=*/true);
            static_cast<void>(forward.loss(hidden, ids.to(model.format.device), 0));
        } catch (const std::exception&) {
            // Whatever it is, the evaluation will meet it again and say so.
        }
    });
}

void read_weights(LoadedModel& model, ProgressThrottle& progress, const std::stop_token& stop) {
    const ModelConfig& config = model.checkpoint.config();
    const bool resident = fits(model);
    const auto layers = resident ? static_cast<int>(config.num_hidden_layers) : 0;
    progress.report({"loading", 0, layers, "layers"});
    throw_if_stopped(stop);
    WeightReader reader(model.checkpoint, model.format, model.threads);
    model.outer = add_outer(reader, model.checkpoint, resident);
    reader.begin_after_current();
    reader.read(stop);
    std::jthread warming;
    for (int layer = 0; layer < layers; ++layer) {
        model.layers.push_back(allocate_layer(config, config.heads_of(layer), model.format));
        add_layer(reader, config, layer, model.layers.back());
        reader.begin_after_current();
        reader.read(stop);
        progress.report({"loading", layer + 1, layers, "layers"});
        if (layer == 0 && model.format.device.is_cuda()) {
            reader.wait_on_current();
            warming = warm_up(model);
        }
    }
    reader.wait_on_current();
}

/// Copies of a resident model on `others`; of one that is not, its layers.
void use_others(LoadedModel& model, const std::vector<c10::Device>& others,
                ProgressThrottle& progress, const std::stop_token& stop) {
    if (others.empty()) return;
    if (!model.resident()) {
        spread_layers(model, others, progress, stop);
        return;
    }
    for (const c10::Device& device : others) {
        throw_if_stopped(stop);
        model.copies.push_back(copy_model(model, device));
    }
}

std::shared_ptr<const LoadedModel> load_model(const Checkpoint& checkpoint,
                                              const ResolvedCompute& compute,
                                              const ComputeOptions& options, int threads,
                                              const ProgressFn& progress,
                                              const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    ProgressThrottle throttle(progress);
    try {
        auto model = std::make_shared<LoadedModel>(LoadedModel{checkpoint,
                                                               choose_format(compute),
                                                               compute.dtype,
                                                               threads,
                                                               options.memory_limit,
                                                               {},
                                                               {},
                                                               std::make_shared<BoundaryCache>()});
        compat::start_device(model->format.device);
        limit_device_memory(model->format.device, options.memory_limit);
        std::vector<c10::Device> others;
        for (const std::string& name : compute.others) {
            others.emplace_back(name);
            limit_device_memory(others.back(), options.memory_limit);
        }
        read_weights(*model, throttle, stop);
        use_others(*model, others, throttle, stop);
        return model;
    } catch (...) {
        compat::rethrow_as_error();
    }
}

}  // namespace

const ModelEngine kModelEngine{resolve_compute, load_model, find_merged_contents,
                               make_merged_projections};

}  // namespace headscope
