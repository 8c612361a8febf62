#include "core/evaluation/speed_torch.h"

#include <chrono>
#include <cmath>
#include <utility>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/base/progress.h"
#include "core/evaluation/weight_check_torch.h"
#include "core/model/compat_torch.h"
#include "core/model/decoder_torch.h"
#include "core/model/forward_torch.h"
#include "core/model/layer_source_torch.h"

namespace headscope {

double prefill_seconds(const Model& model, std::int64_t prompt, const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    const LoadedModel& loaded = model.loaded();
    const ModelConfig& config = loaded.checkpoint.config();
    const compat::ThreadSetting setting(loaded.threads);
    try {
        compat::keep_freed_memory();
        const at::Tensor ids = at::randint(config.vocab_size, {prompt}, at::kLong);
        const ForwardPass forward(loaded, prompt);
        LayerSource source(loaded);
        const auto start = std::chrono::steady_clock::now();
        at::Tensor state = forward.embed(ids);
        source.begin(0, stop);
        for (int layer = 0; layer < config.num_hidden_layers; ++layer) {
            throw_if_stopped(stop);
            const LayerWeights& weights = source.layer(layer);
            state = forward.layer(layer, weights, weights.attention, std::move(state), true);
        }
        // Reading one of them waits for a GPU.
        const auto last = forward.logits(state.narrow(0, prompt - 1, 1)).max().item<double>();
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (!std::isfinite(last)) report_non_finite_loss(loaded, 0);
        return taken.count();
    } catch (...) {
        compat::rethrow_as_error();
    }
}

double generation_seconds(const Model& model, std::int64_t tokens, const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    const LoadedModel& loaded = model.loaded();
    const compat::ThreadSetting setting(loaded.threads);
    try {
        compat::keep_freed_memory();
        const at::Tensor first = at::randint(loaded.checkpoint.config().vocab_size, {1}, at::kLong);
        Decoder decoder(loaded, tokens);
        const auto start = std::chrono::steady_clock::now();
        at::Tensor logits = decoder.read(first, stop);
        while (decoder.tokens() < tokens) {
            throw_if_stopped(stop);
            logits = decoder.read_next(logits.argmax(-1), stop);
        }
        // Reading one of them waits for a GPU.
        const auto last = logits.max().item<double>();
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (!std::isfinite(last)) report_non_finite_loss(loaded, 0);
        return taken.count();
    } catch (...) {
        compat::rethrow_as_error();
    }
}

}  // namespace headscope
