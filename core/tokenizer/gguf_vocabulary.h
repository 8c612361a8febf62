#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace headscope {

/// A tokenizer in the words of GGUF (`tokenizer.ggml.*`); see EmbeddedTokenizer.
struct GgufVocabulary {
    std::string model;                    ///< "gpt2": byte-level BPE; "llama": SentencePiece's
    std::string pre;                      ///< how words are cut; "default" for "llama"
    std::vector<std::string> tokens;      ///< by id
    std::vector<float> scores;            ///< of each token; empty for "gpt2"
    std::vector<std::int32_t> types;      ///< of each token
    std::vector<std::string> merges;      ///< "a b"; empty for "llama"
    std::optional<std::uint32_t> bos_id;  ///< that begins texts
    std::optional<std::uint32_t> unknown_id;
    bool add_bos = false;
    bool add_space_prefix = false;  ///< for "llama"
    std::string chat_template;      ///< empty: none
};

/// Reads the tokenizer that open_tokenizer() takes of a model folder, for a model of `size` tokens;
/// ids without a token become unused ones. A byte-level tokenizer.json must cut words by a rule
/// that llama.cpp has a name for. Of a SentencePiece-style tokenizer.json without its
/// tokenizer.model the scores follow from the order of the merges.
///
/// Throws Error(bad_input) where a file is damaged and Error(unsupported) where GGUF has no words
/// for the tokenizer; both name the file.
GgufVocabulary read_gguf_vocabulary(const std::filesystem::path& model_dir, std::int64_t size);

}  // namespace headscope
