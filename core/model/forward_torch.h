#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/model/loaded_model_torch.h"
#include "core/model/ops_torch.h"

namespace headscope {

/// What the attention of one layer did with some windows, as an observer sees it.
struct AttentionActivity {
    const at::Tensor& qkv;       ///< [tokens, (heads + 2 kv_heads) head_dim], q and k rotated
    const at::Tensor& attended;  ///< [tokens, heads head_dim]: each head's weighted values
    const ops::AttentionLayout& layout;
};
using AttentionObserver = std::function<void(const AttentionActivity&)>;

/// Keys, rotated, and values of the tokens that one layer has read: [kv_heads, most tokens,
/// head_dim] each.
struct KeysAndValues {
    at::Tensor keys;
    at::Tensor values;
};

/// Keeps those of `qkv`, [tokens, (heads + 2 kv_heads) head_dim] with q and k rotated, as the
/// tokens from `first` on.
void keep_keys_and_values(const at::Tensor& qkv, const ops::AttentionLayout& layout,
                          std::int64_t first, const KeysAndValues& to);

/// The forward pass of a decoder in the kind of Llama (arXiv:2302.13971), as its ModelConfig says:
/// biases, norms, rotary embedding, sliding attention, activation, experts and scales; over windows
/// of one length, layer by layer, so that variants can share a hidden state. Stateless but for the
/// rotary table; safe for many threads.
class ForwardPass {
  public:
    /// `model` must outlive this. `window` in tokens; `length`, where it is more, of the text that
    /// begins with the window: some rotary embeddings depend on it.
    ForwardPass(const LoadedModel& model, std::int64_t window, std::int64_t length = 0);

    /// ids: [windows * window], int64, on the host. Returns [windows * window, hidden].
    [[nodiscard]] at::Tensor embed(const at::Tensor& ids) const;

    /// What the heads of a layer attend to: its attention up to the output projection, with
    /// `attention` in place of the projections in `weights`. [tokens, heads head_dim]
    [[nodiscard]] at::Tensor attend(int index, const LayerWeights& weights,
                                    const AttentionWeights& attention, const at::Tensor& hidden,
                                    const AttentionObserver& observe = {}) const;

    /// One layer, with `attention` in place of the projections in `weights`. `hidden` is not
    /// changed unless `spend` allows to: then the result may take its memory. `observe`, where it
    /// is given, looks at the attention on the way.
    [[nodiscard]] at::Tensor layer(int index, const LayerWeights& weights,
                                   const AttentionWeights& attention, at::Tensor hidden, bool spend,
                                   const AttentionObserver& observe = {}) const;

    /// One layer for the token at `position`, [1, hidden], behind those whose keys and values are
    /// kept; its own are added to them. The token may take the memory of `hidden`.
    [[nodiscard]] at::Tensor layer_of_next(int index, const LayerWeights& weights,
                                           at::Tensor hidden, std::int64_t position,
                                           const KeysAndValues& kept) const;

    /// The parts of layer(), for those who look on: the residual stream behind the attention; what
    /// the output projection of the MLP then reads, [tokens, intermediate], where the layer has no
    /// experts; and the layer's result from both.
    [[nodiscard]] at::Tensor after_attention(int index, const LayerWeights& weights,
                                             const AttentionWeights& attention, at::Tensor hidden,
                                             bool spend,
                                             const AttentionObserver& observe = {}) const;
    [[nodiscard]] at::Tensor activate(const LayerWeights& weights,
                                      const at::Tensor& residual) const;
    [[nodiscard]] at::Tensor after_mlp(const LayerWeights& weights,
                                       const AttentionWeights& attention, at::Tensor residual,
                                       const at::Tensor& activated, bool spend) const;

    /// Loss of the predictions made at positions [first, window - 1) of each window, whose targets
    /// are the tokens that follow; `ids` as for embed, on the device. nll and correct:
    /// [windows, window - 1 - first]. The output projection runs in chunks of rows: logits of all
    /// predictions never exist at once.
    [[nodiscard]] ops::Loss loss(const at::Tensor& hidden, const at::Tensor& ids,
                                 std::int64_t first) const;

    /// Loss of the predictions made by rows of hidden states, [rows, hidden], against `targets`
    /// [rows], int64, on the device.
    [[nodiscard]] ops::Loss loss_of_rows(const at::Tensor& rows, const at::Tensor& targets) const;

    /// The same of several states, each compared with the state `original` among them: the logits
    /// of two exist at once. The original's entry has its loss alone.
    [[nodiscard]] std::vector<ops::Divergence> divergences_of_rows(
        std::span<const at::Tensor> states, std::size_t original, const at::Tensor& targets) const;

    /// Logits of rows of hidden states, [rows, vocabulary]. They take much memory: see
    /// chunk_rows().
    [[nodiscard]] at::Tensor logits(const at::Tensor& rows) const;

    /// Rows whose logits are worth computing together.
    [[nodiscard]] std::int64_t chunk_rows() const { return chunk_rows_; }

    /// Bytes of the activations that one layer or the loss holds at a time, over `windows` windows,
    /// besides the hidden states that go in and out.
    [[nodiscard]] std::int64_t working_bytes(std::int64_t windows) const;

    /// Bytes of one hidden state of one window.
    [[nodiscard]] std::int64_t state_bytes() const;

  private:
    [[nodiscard]] ops::AttentionLayout layout(int index, const at::Tensor& hidden) const;
    /// Queries, keys and values of tokens from `position` on in each of the layout's windows,
    /// normalised and rotated.
    [[nodiscard]] at::Tensor project(int index, const LayerWeights& weights,
                                     const AttentionWeights& attention, const at::Tensor& hidden,
                                     const ops::AttentionLayout& layout,
                                     std::int64_t position) const;
    /// What the layer's MLP or experts make of the residual stream behind its attention.
    [[nodiscard]] at::Tensor feed_forward(const LayerWeights& weights,
                                          const AttentionWeights& attention,
                                          at::Tensor residual) const;
    /// What a part of a layer adds to the residual stream: x W^T + bias, normalised where there is
    /// a norm.
    struct Branch {
        const at::Tensor& x;
        const at::Tensor& weight;
        const at::Tensor& bias;
        const at::Tensor& output_norm;
    };
    [[nodiscard]] const ops::RopeTable* rope_of(int layer) const;  ///< null: it does not rotate
    /// `x` itself where there is no norm.
    [[nodiscard]] at::Tensor normed(const at::Tensor& x, const at::Tensor& weight) const;
    [[nodiscard]] at::Tensor added(at::Tensor residual, const Branch& branch, bool spend) const;
    [[nodiscard]] at::Tensor experts(const LayerWeights& weights, const at::Tensor& input) const;

    const LoadedModel& model_;
    std::int64_t window_;
    std::int64_t chunk_rows_;
    ops::RopeTable rope_;
    ops::RopeTable sliding_rope_;
    at::Tensor query_factors_;  ///< [window], float32; undefined where all are 1
};

}  // namespace headscope
