#include "core/heads/text_reading.h"

#include <algorithm>

#include "core/evaluation/prepare.h"
#include "core/tokenizer/tokenizer.h"

namespace headscope {

TokenizedWords tokenize_words(const Checkpoint& checkpoint, std::string_view text,
                              std::int64_t most) {
    const auto tokenizer = tokenizer_of(checkpoint);
    TokenizedWords words;
    if (const auto bos = tokenizer->bos_id()) words.ids.push_back(*bos);
    for (const std::int32_t id : tokenizer->encode(text)) {
        if (static_cast<std::int64_t>(words.ids.size()) == most) break;
        words.ids.push_back(id);
    }
    const std::vector<std::string> texts = tokenizer->token_texts();
    for (const std::int64_t id : words.ids) {
        const auto at = static_cast<std::size_t>(id);
        words.texts.push_back(at < texts.size() && !texts[at].empty() ? texts[at]
                                                                      : "#" + std::to_string(id));
    }
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
