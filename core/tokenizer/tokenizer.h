#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// Turns text into token ids. All functions are safe to call from many threads.
class Tokenizer {
  public:
    virtual ~Tokenizer() = default;

    /// For people: "SentencePiece", "byte-level BPE", "BPE", "tiktoken".
    [[nodiscard]] virtual std::string_view kind() const = 0;

    /// SHA-256 of what decides the ids; known without loading the tokenizer itself.
    [[nodiscard]] virtual const std::string& fingerprint() const = 0;

    [[nodiscard]] virtual std::int32_t vocabulary_size() const = 0;

    /// The id that begins a text, if the tokenizer has one.
    [[nodiscard]] virtual std::optional<std::int32_t> bos_id() const = 0;

    /// What decided whether a text begins with BOS, for people and manifests, such as
    /// "post_processor of tokenizer.json".
    [[nodiscard]] virtual const std::string& bos_decided_by() const = 0;

    /// Ids of `text` (UTF-8), without BOS. Special-token text inside is plain text.
    /// Throws Error(bad_input) where the tokenizer refuses the text.
    [[nodiscard]] virtual std::vector<std::int32_t> encode(std::string_view text) const = 0;

    /// What each id stands for in a text, for people: [id]. Bytes that need not be UTF-8 by
    /// themselves; empty for ids without a token. Made anew by each call, for the whole vocabulary.
    [[nodiscard]] virtual std::vector<std::string> token_texts() const { return {}; }
};

/// Opens the tokenizer of a model folder: tokenizer.json, tokenizer.model, or vocab.json with
/// merges.txt, the first of these that is there and of a kind that Headscope reads. Cheap: the file
/// is read and checked; tables of its vocabulary and the module of SentencePiece follow with the
/// first use, which can find that a file is damaged after all. Throws Error(bad_input) where there
/// is none, and Error(unsupported) where it is of a kind that Headscope does not read; both name
/// the file.
std::unique_ptr<const Tokenizer> open_tokenizer(const std::filesystem::path& model_dir);

}  // namespace headscope
