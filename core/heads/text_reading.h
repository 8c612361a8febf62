#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/evaluation/windows.h"

namespace headscope {

/// A text as a model reads it.
struct TokenizedWords {
    std::vector<std::int64_t> ids;   ///< BOS in front where the tokenizer has one
    std::vector<std::string> texts;  ///< of each id; bytes that need not be UTF-8 by themselves
};

/// Tokenizes a text with the tokenizer of the checkpoint, and keeps the first `most` tokens. Throws
/// what open_tokenizer and Tokenizer::encode throw.
[[nodiscard]] TokenizedWords tokenize_words(const Checkpoint& checkpoint, std::string_view text,
                                            std::int64_t most);

/// Sequences of ids with the text of each, by the tokenizer of the checkpoint. Throws what
/// open_tokenizer throws.
[[nodiscard]] std::vector<TokenizedWords> words_of(
    const Checkpoint& checkpoint, const std::vector<std::vector<std::int64_t>>& sequences);

/// The first `count` sequences of `length` tokens from the front of `windows`, or as many as there
/// are; shorter ones where a window is. None where not even one can be filled.
[[nodiscard]] std::vector<std::vector<std::int64_t>> sequences_of(const Windows& windows,
                                                                  std::int64_t length, int count);

}  // namespace headscope
