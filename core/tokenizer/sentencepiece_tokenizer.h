#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "core/tokenizer/sentencepiece_library.h"
#include "core/tokenizer/tokenizer.h"

namespace headscope {

/// The tokenizer of Llama 1 and 2, TinyLlama, Mistral 7B and others: a SentencePiece model. The
/// module that runs it is loaded by the first call of encode, vocabulary_size or bos_id.
class SentencePieceTokenizer final : public Tokenizer {
  public:
    /// Takes the bytes of the file `path`. Throws Error(bad_input) where they are not a whole
    /// model.
    SentencePieceTokenizer(const std::filesystem::path& path, std::string bytes);

    [[nodiscard]] std::string_view kind() const override { return "SentencePiece"; }
    [[nodiscard]] const std::string& fingerprint() const override { return fingerprint_; }
    [[nodiscard]] std::int32_t vocabulary_size() const override;
    [[nodiscard]] std::optional<std::int32_t> bos_id() const override;
    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const override;

  private:
    const SentencePieceModel& model() const;

    std::string file_;
    std::string bytes_;
    std::string fingerprint_;
    mutable std::mutex
        mutex_;  ///< guards the making of model_; std::call_once hangs where it throws
    mutable std::unique_ptr<const SentencePieceModel> model_;
};

}  // namespace headscope
