#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/added_tokens.h"
#include "core/tokenizer/bos_rule.h"
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
    BosRule bos;
    std::vector<AddedToken> added_tokens;  ///< not yet numbered
    TokenOrder token_order = TokenOrder::leftmost;
    /// Ids behind the vocabulary that stand for control tokens without a text.
    std::int32_t control_tokens = 0;
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
    [[nodiscard]] std::optional<std::int32_t> bos_id() const override { return parts_.bos.id; }
    [[nodiscard]] const std::string& bos_decided_by() const override {
        return parts_.bos.decided_by;
    }
    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const override;
    [[nodiscard]] std::vector<std::string> token_texts() const override;

  private:
    class Encoding;

    /// What is made with the first use.
    struct Loaded {
        std::unique_ptr<const BpeModel> model;
        std::int32_t vocabulary_size = 0;
        AddedTokenSets added_tokens;
    };
    const Loaded& loaded() const;
    Loaded load() const;

    mutable BpeParts parts_;    ///< `file` and `make_model` go once they were used
    mutable std::mutex mutex_;  ///< guards the making of what follows
    mutable std::optional<Loaded> loaded_;
    mutable std::string fingerprint_;
};

}  // namespace headscope
