#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/added_tokens.h"
#include "core/tokenizer/bpe_model.h"
#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/pre_tokenizer.h"
#include "core/tokenizer/tokenizer.h"

namespace headscope {

/// All that a BPE tokenizer does to a text, in order, and its vocabulary, which is large and made
/// when it is needed.
struct BpeParts {
    std::string_view kind;  ///< for people; a literal
    /// The bytes that decide the ids, BOS apart.
    std::shared_ptr<const std::string> file;
    std::string source;  ///< the file's name, for error texts
    std::optional<std::int32_t> bos;
    std::vector<AddedToken> added_tokens;
    Normalizer normalizer;
    PreTokenizer pre_tokenizer;
    /// Makes the vocabulary; called once, or again where it threw.
    std::function<std::unique_ptr<const BpeModel>()> make_model;
};

/// Byte-pair encoding of Llama 3, Qwen, GPT-2, SmolLM and others, and of Llama 2's family where its
/// tokenizer.json is all there is. Its ids are those of the tokenizers library with
/// `add_special_tokens=False` and special tokens taken as plain text; other added tokens are found
/// in the text as the library finds them.
class BpeTokenizer final : public Tokenizer {
  public:
    explicit BpeTokenizer(BpeParts parts);

    [[nodiscard]] std::string_view kind() const override { return parts_.kind; }
    [[nodiscard]] const std::string& fingerprint() const override;
    [[nodiscard]] std::int32_t vocabulary_size() const override;
    [[nodiscard]] std::optional<std::int32_t> bos_id() const override { return parts_.bos; }
    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const override;

  private:
    class Encoding;

    const BpeModel& model() const;

    mutable BpeParts parts_;         ///< `file` and `make_model` go once they were used
    AddedTokens raw_tokens_;         ///< found in the given text
    AddedTokens normalized_tokens_;  ///< found in the normalized text
    mutable std::mutex mutex_;       ///< guards the making of what follows
    mutable std::unique_ptr<const BpeModel> model_;
    mutable std::string fingerprint_;
};

}  // namespace headscope
