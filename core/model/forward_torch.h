#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "core/model/loaded_model_torch.h"
#include "core/model/ops_torch.h"

namespace headscope {

/// The forward pass of a Llama model (arXiv:2302.13971) and of its relatives, which differ in
/// biases, norms of the heads, sliding attention and rotary scaling, over windows of one length,
/// layer by layer, so that variants can share a hidden state. Stateless but for the rotary table;
/// safe for many threads.
class ForwardPass {
  public:
    /// `model` must outlive this. `window` in tokens.
    ForwardPass(const LoadedModel& model, std::int64_t window);

    /// ids: [windows * window], int64, on the device. Returns [windows * window, hidden].
    [[nodiscard]] at::Tensor embed(const at::Tensor& ids) const;

    /// One layer, with `attention` in place of its own projections. `hidden` is not changed.
    [[nodiscard]] at::Tensor layer(int index, const AttentionWeights& attention,
                                   const at::Tensor& hidden) const;

    /// Loss of the predictions made at positions [first, window - 1) of each window, whose targets
    /// are the tokens that follow. nll and correct: [windows, window - 1 - first]. The output
    /// projection runs in chunks of rows: logits of all predictions never exist at once.
    [[nodiscard]] ops::Loss loss(const at::Tensor& hidden, const at::Tensor& ids,
                                 std::int64_t first) const;

  private:
    const LoadedModel& model_;
    std::int64_t window_;
    std::int64_t chunk_rows_;
    ops::RopeTable rope_;
};

}  // namespace headscope
