#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/sentencepiece_module.h"

namespace headscope {

/// A SentencePiece model in the module. Its functions are safe to call from many threads.
class SentencePieceModel {
  public:
    /// Loads the module where this program has not done so yet, then the model from the `bytes` of
    /// its file; `file` is its name for error texts. Throws Error(bad_input) where the module is
    /// missing or cannot be loaded, or where SentencePiece refuses the model.
    SentencePieceModel(std::string_view bytes, std::string file);

    [[nodiscard]] std::int32_t piece_count() const;
    [[nodiscard]] std::int32_t bos_id() const;  ///< -1 where the model has none

    /// Throws Error(bad_input) where SentencePiece refuses the text.
    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const;

  private:
    std::string file_;
    const SentencePieceApi* api_;
    std::unique_ptr<SentencePieceHandle, void (*)(SentencePieceHandle*)> handle_;
};

}  // namespace headscope
