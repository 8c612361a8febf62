#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

#include "core/checkpoint/checkpoint.h"
#include "core/evaluation/protocol.h"
#include "core/evaluation/windows.h"

namespace headscope {

class Tokenizer;

/// What text is evaluated, and how it is cut.
struct TextOptions {
    std::filesystem::path corpus;  ///< empty: the test split of WikiText-2
    Protocol protocol = Protocol::gptq;
    std::int64_t window = 0;  ///< tokens; 0: default_window(); kLongestWindow: the model's maximum
    std::int64_t max_windows = 0;          ///< 0: all
    std::string sentence_separator = " ";  ///< see protocol_text()

    bool operator==(const TextOptions&) const = default;
};

/// A corpus as the model of one checkpoint reads it.
struct PreparedText {
    std::string corpus_name;
    std::string corpus_sha256;
    std::string tokenizer_fingerprint;
    std::int64_t token_count = 0;  ///< of the whole text, BOS included
    std::string token_ids_sha256;
    std::string bos_rule;        ///< where BOS stands, in words
    std::string bos_decided_by;  ///< what of the tokenizer's files decided whether there is one
    std::shared_ptr<const Windows> windows;
};

/// The tokenizer of a checkpoint: that of its GGUF file, or of its folder (open_tokenizer).
std::unique_ptr<const Tokenizer> tokenizer_of(const Checkpoint& checkpoint);

/// Loads the corpus, tokenizes it with the checkpoint's tokenizer (or takes the ids from
/// `cache_dir`) and cuts it into windows. Throws Error(bad_input) naming the file or option.
///
/// A stop request ends it at once with Error(cancelled). Tokenizers cannot be interrupted, so what
/// was begun goes on behind, on a thread of its own, and fills the cache; the same request joins
/// it.
PreparedText prepare_text(const Checkpoint& checkpoint, const TextOptions& options,
                          const std::filesystem::path& cache_dir, const std::stop_token& stop = {});

/// Whether a preparation that was cancelled is still going on behind. A program that ends meanwhile
/// skips static destructors (std::quick_exit): they would take away what it uses, or wait for it.
[[nodiscard]] bool text_preparation_goes_on();

}  // namespace headscope
