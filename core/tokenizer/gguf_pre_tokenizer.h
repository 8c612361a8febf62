#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// What the name in `tokenizer.ggml.pre` stands for.
struct GgufPreTokenizer {
    std::vector<const char*>
        expressions;             ///< each cuts the pieces of the one before at its matches
    bool ignore_merges = false;  ///< a word that is a token is that token
    bool add_bos = false;        ///< where the file does not say add_bos_token
};

/// The name that llama.cpp has for words that are cut by these expressions; empty where it has
/// none.
std::string_view gguf_pre_tokenizer_name(const std::vector<std::string>& expressions,
                                         bool ignore_merges);

/// Throws Error(unsupported) where Headscope does not know the name. No name at all is "default",
/// as in llama.cpp. `source` is the file's name, for error texts.
GgufPreTokenizer gguf_pre_tokenizer(std::string_view name, std::string_view source);

}  // namespace headscope
