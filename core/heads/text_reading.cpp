#include "core/heads/text_reading.h"

#include <algorithm>

#include "core/evaluation/prepare.h"
#include "core/tokenizer/tokenizer.h"

namespace headscope {
namespace {

/// `vocabulary`: the texts of all ids.
std::vector<std::string> texts_of(const std::vector<std::int64_t>& ids,
                                  const std::vector<std::string>& vocabulary) {
    std::vector<std::string> texts;
    texts.reserve(ids.size());
    for (const std::int64_t id : ids) {
        const auto at = static_cast<std::size_t>(id);
        texts.push_back(at < vocabulary.size() && !vocabulary[at].empty()
                            ? vocabulary[at]
                            : "#" + std::to_string(id));
    }
    return texts;
}

}  // namespace

TokenizedWords tokenize_words(const Checkpoint& checkpoint, std::string_view text,
                              std::int64_t most) {
    const auto tokenizer = tokenizer_of(checkpoint);
    TokenizedWords words;
    if (const auto bos = tokenizer->bos_id()) words.ids.push_back(*bos);
    for (const std::int32_t id : tokenizer->encode(text)) {
        if (static_cast<std::int64_t>(words.ids.size()) == most) break;
        words.ids.push_back(id);
    }
    words.texts = texts_of(words.ids, tokenizer->token_texts());
    return words;
}

std::vector<TokenizedWords> words_of(const Checkpoint& checkpoint,
                                     const std::vector<std::vector<std::int64_t>>& sequences) {
    const std::vector<std::string> vocabulary = tokenizer_of(checkpoint)->token_texts();
    std::vector<TokenizedWords> words;
    words.reserve(sequences.size());
    for (const auto& ids : sequences)
        words.push_back({ids, texts_of(ids, vocabulary)});
    return words;
}

std::vector<std::vector<std::int64_t>> sequences_of(const Windows& windows, std::int64_t length,
                                                    int count) {
    std::vector<std::vector<std::int64_t>> sequences;
    const std::int64_t taken = std::min(length, windows.window());
    for (std::int64_t window = 0; window < windows.count(); ++window) {
        const std::vector<std::int64_t> ids = windows.tokens(window);
        for (std::int64_t at = 0; at + taken <= windows.window(); at += taken) {
            if (static_cast<int>(sequences.size()) == count) return sequences;
            sequences.emplace_back(ids.begin() + at, ids.begin() + at + taken);
        }
    }
    return sequences;
}

}  // namespace headscope
