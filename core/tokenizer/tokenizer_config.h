#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/added_tokens.h"
#include "core/tokenizer/json_document.h"

namespace headscope {

/// A tokenizer_config.json, and the added_tokens.json and special_tokens_map.json beside it. What
/// is not asked for is not read, so that it can stop nothing. Functions throw Error(bad_input)
/// where what they read is damaged.
class TokenizerConfig {
  public:
    /// There is none.
    TokenizerConfig() = default;

    /// From the text of the file `source`, with no other file.
    TokenizerConfig(std::string_view text, std::string source);

    /// Of a model folder, which may have none of the files.
    static TokenizerConfig open(const std::filesystem::path& model_dir);

    [[nodiscard]] bool exists() const { return document_ != nullptr; }

    /// Without "Fast" at its end; may be empty.
    [[nodiscard]] std::string tokenizer_class() const;

    /// Whether a text begins with BOS, where the file says it.
    [[nodiscard]] std::optional<bool> add_bos_token() const;

    /// The text of BOS: `otherwise` where the file does not name it, nothing where it says null.
    [[nodiscard]] std::optional<std::string> bos_token(
        std::optional<std::string> otherwise = std::nullopt) const;

    /// Whether text behind an added token begins with a space, as SentencePiece's first versions in
    /// transformers have it.
    [[nodiscard]] bool legacy() const;

    /// added_tokens_decoder in the order of its ids, or else added_tokens.json.
    [[nodiscard]] std::vector<AddedToken> added_tokens() const;

  private:
    [[nodiscard]] std::vector<AddedToken> tokens_of_added_tokens_json() const;

    std::shared_ptr<const JsonDocument> document_;
    std::filesystem::path model_dir_;  ///< empty: no other file
};

/// An added token as tokenizer.json and tokenizer_config.json describe it, without its id.
AddedToken read_added_token(const JsonValue& value);

}  // namespace headscope
