#include "core/refit/distiller_torch.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/optim/adamw.h>

#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/model/compat_torch.h"
#include "core/model/device_memory_torch.h"
#include "core/model/forward_torch.h"
#include "core/refit/trained_layer_torch.h"

namespace headscope {
namespace {

/// Weights are loaded in inference mode; autograd wants copies of such tensors.
at::Tensor for_autograd(const at::Tensor& tensor) {
    return tensor.defined() && tensor.is_inference() ? tensor.clone() : tensor;
}

AttentionWeights for_autograd(const AttentionWeights& from) {
    return {for_autograd(from.qkv),    for_autograd(from.o),      for_autograd(from.qkv_bias),
            for_autograd(from.o_bias), for_autograd(from.q_norm), for_autograd(from.k_norm),
            for_autograd(from.sinks),  for_autograd(from.down),   for_autograd(from.down_bias)};
}

/// Those of the layer but for its attention.
LayerWeights for_autograd(const LayerWeights& from) {
    LayerWeights to;
    to.attention_norm = for_autograd(from.attention_norm);
    to.attention_output_norm = for_autograd(from.attention_output_norm);
    to.mlp_norm = for_autograd(from.mlp_norm);
    to.mlp_output_norm = for_autograd(from.mlp_output_norm);
    to.router = for_autograd(from.router);
    to.router_bias = for_autograd(from.router_bias);
    to.gate_up = for_autograd(from.gate_up);
    to.gate_up_bias = for_autograd(from.gate_up_bias);
    to.down = for_autograd(from.down);
    to.down_bias = for_autograd(from.down_bias);
    return to;
}

/// Both models go through a micro-batch without gradients; on the way the variant's hidden state
/// before each layer is kept. Then, from the last layer to the first changed one, each is computed
/// again with gradients (checkpointing: Chen et al., arXiv 1604.06174), so that the activations of
/// one layer exist at a time, and copies of one layer's weights.
class LayerwiseDistiller final : public Distiller {
  public:
    LayerwiseDistiller(const Model& model, Variant variant, std::shared_ptr<const Windows> windows)
        : model_(model),
          loaded_(model.loaded()),
          config_(loaded_.checkpoint.config()),
          variant_(std::move(variant)),
          windows_(std::move(windows)),
          forward_(loaded_, windows_->window()),
          final_norm_(for_autograd(loaded_.outer.final_norm)) {
        if (!loaded_.resident()) {
            fail(ErrorCode::unsupported,
                 "--distill: the model's weights do not all fit in memory; use a device with more, "
                 "--dtype bfloat16, or a refit alone");
        }
        std::vector<torch::optim::OptimizerParamGroup> groups;
        for (const auto& [layer, merge] : variant_) {
            if (!merge.output && !merge.mlp) continue;
            const auto made = trained_.try_emplace(layer, loaded_, layer, merge).first;
            for (const at::Tensor& parameter : made->second.parameters()) {
                scales_.push_back(parameter.detach().square().mean().sqrt().item<double>());
                groups.emplace_back(std::vector<at::Tensor>{parameter});
            }
        }
        if (trained_.empty()) {
            fail(ErrorCode::bad_input,
                 "--distill: no layer of the plan has refitted weights; use --refit output");
        }
        // Nothing is pulled to zero: the weights are already those of a trained model.
        optimizer_ = std::make_unique<torch::optim::AdamW>(
            std::move(groups), torch::optim::AdamWOptions().betas({0.9, 0.95}).weight_decay(0.0));
        const std::int64_t tokens = loaded_.format.device.is_cpu() ? 2048 : 8192;
        micro_batch_ = std::max<std::int64_t>(1, tokens / windows_->window());
    }

    double step(std::span<const std::int64_t> sequences, double rate,
                const std::stop_token& stop) override {
        const at::NoGradGuard no_gradients;
        const compat::ThreadSetting setting(model_.threads());
        while (true) {
            try {
                const double loss = add_gradients(sequences, stop);
                set_rate(rate);
                for (const auto& [layer, trained] : trained_)
                    trained.mask_gradients();
                optimizer_->step();
                return loss;
            } catch (...) {
                if (!shrink()) compat::rethrow_as_error();
            }
        }
    }

    [[nodiscard]] Variant variant() const override {
        const at::NoGradGuard no_gradients;
        try {
            Variant now = variant_;
            for (const auto& [layer, trained] : trained_)
                now[layer] = trained.merge();
            return now;
        } catch (...) {
            compat::rethrow_as_error();
        }
    }

  private:
    /// Makes a step take less memory; false where it cannot, or where that was not the trouble. To
    /// be called in a catch block.
    bool shrink() {
        try {
            compat::rethrow_as_error();
        } catch (const Error& error) {
            if (error.code() != ErrorCode::out_of_memory || micro_batch_ == 1) return false;
        }
        release_cached_memory(loaded_.format.device);
        micro_batch_ = std::max<std::int64_t>(1, micro_batch_ / 2);
        return true;
    }

    void set_rate(double rate) {
        for (std::size_t i = 0; i < scales_.size(); ++i)
            optimizer_->param_groups()[i].options().set_lr(rate * scales_[i]);
    }

    double add_gradients(std::span<const std::int64_t> sequences, const std::stop_token& stop) {
        optimizer_->zero_grad();
        const auto tokens = static_cast<double>(std::ssize(sequences) * windows_->window());
        double loss = 0.0;
        while (!sequences.empty()) {
            throw_if_stopped(stop);
            const auto count = std::min(static_cast<std::size_t>(micro_batch_), sequences.size());
            loss += add_gradients_of(sequences.first(count), 1.0 / tokens, stop);
            sequences = sequences.subspan(count);
        }
        return loss;
    }

    /// Adds the gradients of the sum over the tokens of KL times `share`, which is returned.
    double add_gradients_of(std::span<const std::int64_t> sequences, double share,
                            const std::stop_token& stop) {
        std::vector<std::int64_t> ids;
        for (const std::int64_t sequence : sequences) {
            const auto tokens = windows_->tokens(sequence);
            ids.insert(ids.end(), tokens.begin(), tokens.end());
        }
        const auto layers = static_cast<int>(config_.num_hidden_layers);
        const int first = variant_.begin()->first;
        const int lowest = trained_.begin()->first;  // that is trained
        at::Tensor original = forward_.embed(at::tensor(ids, at::kLong));
        const auto pass = [&](int layer, const AttentionWeights& attention, at::Tensor hidden,
                              bool spend) {
            throw_if_stopped(stop);
            return forward_.layer(layer, weights(layer), attention, std::move(hidden), spend);
        };
        for (int layer = 0; layer < first; ++layer)
            original = pass(layer, weights(layer).attention, std::move(original), true);
        std::vector<at::Tensor> before;  // the variant's state before each layer from `first` on
        at::Tensor changed = original;
        for (int layer = first; layer < layers; ++layer) {
            before.push_back(changed);
            changed = pass(layer, attention(layer), changed, false);
            original = pass(layer, weights(layer).attention, std::move(original), layer > first);
        }
        double loss = 0.0;
        at::Tensor gradient = gradient_of_states(original, changed, share, loss);
        for (int layer = layers - 1; layer >= lowest; --layer) {
            throw_if_stopped(stop);
            const at::Tensor state = std::move(before.back());
            before.pop_back();
            gradient = backward(layer, state, gradient, layer > lowest);
        }
        return loss;
    }

    [[nodiscard]] const LayerWeights& weights(int layer) const {
        return loaded_.layers[static_cast<std::size_t>(layer)];
    }

    /// Of the variant.
    [[nodiscard]] AttentionWeights attention(int layer) const {
        const auto found = trained_.find(layer);
        if (found != trained_.end()) return found->second.attention();
        const auto merged = variant_.find(layer);
        if (merged == variant_.end()) return weights(layer).attention;
        return merge_attention(weights(layer).attention, merged->second, config_,
                               config_.heads_of(layer), loaded_.format);
    }

    /// The gradient for what goes into a layer, [tokens, hidden], from that for what comes out;
    /// undefined where `wanted` is false. Adds those of the layer's parameters to them.
    [[nodiscard]] at::Tensor backward(int layer, const at::Tensor& before,
                                      const at::Tensor& gradient, bool wanted) const {
        const at::AutoGradMode gradients(true);
        const at::Tensor hidden = before.detach().requires_grad_(wanted);
        const at::Tensor out = forward_.layer(layer, for_autograd(weights(layer)),
                                              for_autograd(attention(layer)), hidden,
                                              /*spend=*/false);
        out.backward(gradient);
        return hidden.grad();
    }

    /// The gradient of the loss for the variant's last states, [tokens, hidden]; adds the loss, the
    /// sum over the tokens of KL(original || variant) times `share`, to `loss`.
    [[nodiscard]] at::Tensor gradient_of_states(const at::Tensor& original,
                                                const at::Tensor& changed, double share,
                                                double& loss) const {
        at::Tensor gradient = at::empty_like(changed);
        for (std::int64_t start = 0; start < changed.size(0); start += forward_.chunk_rows()) {
            const std::int64_t count = std::min(forward_.chunk_rows(), changed.size(0) - start);
            const at::Tensor wanted =
                forward_.logits(original.narrow(0, start, count)).to(at::kFloat).log_softmax(1);
            const at::Tensor rows = changed.narrow(0, start, count).detach().requires_grad_(true);
            const at::AutoGradMode gradients(true);
            const at::Tensor last = final_norm_.defined()
                                        ? ops::rms_norm(rows, final_norm_, config_.rms_norm_eps)
                                        : rows;
            // The output projection, the largest matrix, is neither trained nor copied: its part of
            // the derivative is a product by hand.
            const at::Tensor& output = loaded_.outer.output;
            const at::Tensor raw = ops::linear(last.detach(), output).requires_grad_(true);
            const at::Tensor logits =
                ops::capped(raw * config_.scales.logits, config_.scales.logits_cap);
            const at::Tensor log_q = logits.to(at::kFloat).log_softmax(1);
            const at::Tensor kl = (wanted.exp() * (wanted - log_q)).sum() * share;
            kl.backward();
            last.backward(
                raw.grad().to(output.scalar_type()).matmul(output).to(last.scalar_type()));
            gradient.narrow(0, start, count).copy_(rows.grad());
            loss += kl.item<double>();
        }
        return gradient;
    }

    Model model_;  ///< keeps the weights
    const LoadedModel& loaded_;
    const ModelConfig& config_;
    Variant variant_;
    std::shared_ptr<const Windows> windows_;
    ForwardPass forward_;
    at::Tensor final_norm_;
    std::map<int, TrainedLayer> trained_;
    std::vector<double> scales_;  ///< root mean square of each parameter before the first step
    std::unique_ptr<torch::optim::AdamW> optimizer_;
    std::int64_t micro_batch_ = 1;  ///< sequences that are computed together
};

}  // namespace

std::unique_ptr<Distiller> make_distiller(const Model& model, Variant variant,
                                          std::shared_ptr<const Windows> windows) {
    compat::keep_freed_memory();
    const at::NoGradGuard no_gradients;
    try {
        return std::make_unique<LayerwiseDistiller>(model, std::move(variant), std::move(windows));
    } catch (...) {
        compat::rethrow_as_error();
    }
}

}  // namespace headscope
