#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/added_tokens.h"
#include "core/tokenizer/bos_rule.h"
#include "core/tokenizer/sentencepiece_library.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/tokenizer_config.h"

namespace headscope {

/// The tokenizer of Llama 1 and 2, TinyLlama, Mistral 7B and others: a SentencePiece model. The
/// module that runs it is loaded by the first call of encode, vocabulary_size or, where the model
/// says it, bos_id.
class SentencePieceTokenizer final : public Tokenizer {
  public:
    /// Takes the bytes of the file `path`. Where there is a configuration, it decides about BOS and
    /// names added tokens; else the model's own BOS begins a text, as in Meta's programs. Throws
    /// Error(bad_input) where the bytes are not a whole model.
    SentencePieceTokenizer(const std::filesystem::path& path, std::string bytes,
                           const TokenizerConfig& config = {});

    [[nodiscard]] std::string_view kind() const override { return "SentencePiece"; }
    [[nodiscard]] const std::string& fingerprint() const override { return fingerprint_; }
    [[nodiscard]] std::int32_t vocabulary_size() const override;
    [[nodiscard]] std::optional<std::int32_t> bos_id() const override;
    [[nodiscard]] const std::string& bos_decided_by() const override { return bos_.decided_by; }
    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const override;
    [[nodiscard]] std::vector<std::string> token_texts() const override;

  private:
    using ModelPtr = std::unique_ptr<const SentencePieceModel>;

    void decide_bos(const TokenizerConfig& config, const std::vector<AddedToken>& tokens);
    /// Without the space that SentencePiece puts in front of a text: for what follows an added
    /// token.
    const SentencePieceModel& model(bool with_prefix = true) const;

    std::string file_;
    std::string bytes_;
    std::string fingerprint_;
    BosRule bos_;
    bool has_bos_of_model_ = false;  ///< in place of the id of bos_
    bool prefix_everywhere_ = false;
    bool has_added_tokens_ = false;
    AddedTokenSets added_tokens_;
    std::int32_t end_of_added_tokens_ = 0;
    /// Guards the making of the models; std::call_once hangs where it throws.
    mutable std::mutex mutex_;
    mutable ModelPtr model_;
    mutable ModelPtr model_without_prefix_;
};

}  // namespace headscope
