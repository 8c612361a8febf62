#include "core/model/decoder_torch.h"

#include <utility>

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/base/progress.h"

namespace headscope {

Decoder::Decoder(const LoadedModel& model, std::int64_t longest)
    : model_(model), longest_(longest), forward_(model, longest), source_(model) {
    const ModelConfig& config = model.checkpoint.config();
    for (int layer = 0; layer < config.num_hidden_layers; ++layer) {
        const auto made = [&] {
            return at::empty({config.heads_of(layer).kv_heads, longest, config.head_dim},
                             at::TensorOptions(model.format.compute).device(model.format.device));
        };
        kept_.push_back({made(), made()});
    }
}

at::Tensor Decoder::read(const at::Tensor& ids, const std::stop_token& stop) {
    const std::int64_t count = ids.size(0);
    if (tokens_ > 0 || count < 1 || count > longest_) {
        fail(ErrorCode::internal, "a decoder of {} tokens was given {} after {}", longest_, count,
             tokens_);
    }
    const ForwardPass whole(model_, count, longest_);
    at::Tensor state = whole.embed(ids);
    source_.begin(0, stop);
    for (std::size_t layer = 0; layer < kept_.size(); ++layer) {
        throw_if_stopped(stop);
        const auto index = static_cast<int>(layer);
        const LayerWeights& weights = source_.layer(index);
        state =
            whole.layer(index, weights, weights.attention, std::move(state), /*spend=*/true,
                        [&](const AttentionActivity& activity) {
                            keep_keys_and_values(activity.qkv, activity.layout, 0, kept_[layer]);
                        });
    }
    tokens_ = count;
    return forward_.logits(state.narrow(0, count - 1, 1));
}

at::Tensor Decoder::read_next(const at::Tensor& id, const std::stop_token& stop) {
    if (tokens_ >= longest_) {
        fail(ErrorCode::internal, "a decoder of {} tokens was given one more", longest_);
    }
    at::Tensor state = forward_.embed(id);
    source_.begin(0, stop);
    for (std::size_t layer = 0; layer < kept_.size(); ++layer) {
        throw_if_stopped(stop);
        const auto index = static_cast<int>(layer);
        const LayerWeights& weights = source_.layer(index);
        state = forward_.layer_of_next(index, weights, std::move(state), tokens_, kept_[layer]);
    }
    ++tokens_;
    return forward_.logits(state);
}

}  // namespace headscope
