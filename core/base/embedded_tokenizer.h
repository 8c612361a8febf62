#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// What a GGUF file says of its tokenizer (`tokenizer.ggml.*`), as it stands there. The texts lie
/// in the mapped file, which `owner` keeps.
struct EmbeddedTokenizer {
    std::filesystem::path file;            ///< for error texts
    std::string_view model;                ///< "gpt2", "llama"; empty: not given
    std::string_view pre;                  ///< the name of the pre-tokenizer, "smollm"
    std::vector<std::string_view> tokens;  ///< by id
    std::vector<float> scores;             ///< of each token, or empty
    std::vector<std::int64_t> types;       ///< of each token, or empty: 1 normal, 2 unknown,
                                           ///< 3 control, 4 user-defined, 5 unused, 6 byte
    std::vector<std::string_view> merges;  ///< "a b"
    std::optional<std::int64_t> bos_id;
    std::optional<std::int64_t> eos_id;
    std::optional<std::int64_t> unknown_id;
    std::optional<std::int64_t> padding_id;
    std::optional<bool> add_bos;
    std::optional<bool> add_eos;
    std::optional<bool> add_space_prefix;
    std::optional<bool> remove_extra_whitespaces;
    std::string_view chat_template;
    std::shared_ptr<const void> owner;
};

}  // namespace headscope
