#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/model/forward_torch.h"
#include "core/model/layer_source_torch.h"

namespace headscope {

/// Goes on from a text token by token, with the keys and values of all tokens so far kept (a KV
/// cache), as programs that generate do.
class Decoder {
  public:
    /// `model` must outlive this; it reads at most `longest` tokens.
    Decoder(const LoadedModel& model, std::int64_t longest);

    /// Reads `ids`, int64 [tokens], the beginning of the text. Returns the logits of the token that
    /// follows, [1, vocabulary]. To be called once. Throws Error(cancelled).
    at::Tensor read(const at::Tensor& ids, const std::stop_token& stop);

    /// Reads one more token, of shape [1], on the host or the device. The same result.
    at::Tensor read_next(const at::Tensor& id, const std::stop_token& stop);

    [[nodiscard]] std::int64_t tokens() const { return tokens_; }

  private:
    const LoadedModel& model_;
    std::int64_t longest_;
    ForwardPass forward_;  ///< of one token at a time
    LayerSource source_;
    std::vector<KeysAndValues> kept_;  ///< by layer
    std::int64_t tokens_ = 0;          ///< that were read
};

}  // namespace headscope
