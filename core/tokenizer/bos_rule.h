#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/tokenizer/json_document.h"
#include "core/tokenizer/tokenizer_config.h"

namespace headscope {

/// Whether a text begins with BOS, and what decided it.
struct BosRule {
    std::optional<std::int32_t> id;
    std::string decided_by;  ///< for people and manifests: "post_processor of tokenizer.json"
};

/// The id of a token's text, or -1.
using FindToken = std::function<std::int32_t(std::string_view token)>;

/// As transformers 5 decides beside a tokenizer.json: its post_processor, for nearly every class.
/// CodeLlamaTokenizer always adds BOS and GPTNeoXTokenizer never does. Throws Error(unsupported)
/// where the post_processor is of a type that Headscope does not read or puts more than one token
/// in front of a text.
BosRule bos_beside_tokenizer_json(const JsonValue& root, const TokenizerConfig& config,
                                  const FindToken& find);

/// As transformers 5 decides beside other files (tokenizer.model, or vocab.json and merges.txt):
/// add_bos_token of the configuration, which is false where it is not given, but true for
/// CodeLlamaTokenizer. `default_bos` is the text of BOS where the configuration does not name it.
/// `source` is the vocabulary's file, for error texts. Throws Error(bad_input) where BOS is not
/// among the tokens.
BosRule bos_by_config(const TokenizerConfig& config, std::optional<std::string> default_bos,
                      const FindToken& find, std::string_view source);

}  // namespace headscope
