#include "core/tokenizer/bpe_tokenizer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/utf8.h"
#include "core/tokenizer/string_map.h"

namespace headscope {
namespace {

// Goes up where the same file and text give other ids than before, so that no old ids are taken
// from the token cache.
constexpr int algorithm_version = 1;

// Positions in a word are 32 bits wide, and normalization makes a text up to 18 times as long.
constexpr std::size_t max_text_bytes = std::numeric_limits<std::uint32_t>::max() / 18;

/// Added tokens that are looked for in a text.
AddedTokens wanted(const std::vector<AddedToken>& all, bool normalized) {
    std::vector<AddedToken> tokens;
    std::copy_if(all.begin(), all.end(), std::back_inserter(tokens), [&](const AddedToken& token) {
        return !token.special && token.normalized == normalized;
    });
    return AddedTokens(std::move(tokens));
}

}  // namespace

/// One call of encode.
class BpeTokenizer::Encoding {
  public:
    explicit Encoding(const BpeTokenizer& tokenizer)
        : tokenizer_(tokenizer), model_(tokenizer.model()), cut_(tokenizer.parts_.pre_tokenizer) {}

    std::vector<std::int32_t> run(std::string_view text) {
        tokenizer_.raw_tokens_.split(text, [&](std::string_view part, const AddedToken* token) {
            const bool is_first = part.data() == text.data();
            token != nullptr ? add_token(*token) : add_text(part, is_first);
        });
        return std::move(ids_);
    }

  private:
    /// Where the ids of a word are in ids_.
    struct Place {
        std::uint32_t begin = 0;
        std::uint32_t count = 0;
    };

    // Most words of a text are short, and most were there before.
    static constexpr std::size_t max_kept_bytes = 64;
    static constexpr std::size_t max_kept_words = std::size_t{1} << 18;

    void add_token(const AddedToken& token) {
        if (token.conditional || (token.normalized && !only_unicode_forms())) {
            fail(ErrorCode::unsupported,
                 "{}: the text holds the added token \"{}\", which is found under conditions that "
                 "this version of Headscope does not read; use a text without it",
                 tokenizer_.parts_.source, token.content);
        }
        ids_.push_back(token.id);
    }

    [[nodiscard]] bool only_unicode_forms() const {
        return tokenizer_.parts_.normalizer.only_unicode_forms();
    }

    void add_text(std::string_view text, bool is_first) {
        const Normalizer& normalizer = tokenizer_.parts_.normalizer;
        const std::string normalized = normalizer.empty() ? "" : normalizer.normalize(text);
        if (!normalizer.empty()) text = normalized;
        const auto add_part = [&](std::string_view part, const AddedToken* token) {
            if (token != nullptr) {
                add_token(*token);
            } else {
                cut_.cut(part, is_first && part.data() == text.data(), add_word_);
            }
        };
        tokenizer_.normalized_tokens_.split(text, add_part);
    }

    void add_word(std::string_view word) {
        if (word.size() <= max_kept_bytes) {
            add_short_word(word);
            return;
        }
        // Where nothing cuts a text into words, all of it comes as one.
        std::size_t begin = 0;
        for (std::size_t at = 1; at < word.size(); ++at) {
            const bool inside = (static_cast<unsigned char>(word[at]) & 0xC0) == 0x80;
            if (inside || !model_.is_border(word, at)) continue;
            add_short_word(word.substr(begin, at - begin));
            begin = at;
        }
        add_short_word(word.substr(begin));
    }

    void add_short_word(std::string_view word) {
        if (const Place* const known = places_.find(word)) {
            const std::size_t old = ids_.size();
            ids_.resize(old + known->count);
            std::copy_n(ids_.begin() + known->begin, known->count,
                        ids_.begin() + static_cast<std::ptrdiff_t>(old));
            return;
        }
        const std::size_t old = ids_.size();
        model_.encode(word, scratch_, ids_);
        if (word.size() <= max_kept_bytes && places_.size() < max_kept_words &&
            ids_.size() <= std::numeric_limits<std::uint32_t>::max()) {
            places_.insert(word, {static_cast<std::uint32_t>(old),
                                  static_cast<std::uint32_t>(ids_.size() - old)});
        }
    }

    const BpeTokenizer& tokenizer_;
    const BpeModel& model_;
    PreTokenizer::Run cut_;
    const PreTokenizer::Sink add_word_ = [this](std::string_view word) { add_word(word); };
    BpeModel::Scratch scratch_;
    StringMap<Place> places_;
    std::vector<std::int32_t> ids_;
};

BpeTokenizer::BpeTokenizer(BpeParts parts)
    : parts_(std::move(parts)),
      raw_tokens_(wanted(parts_.added_tokens, false)),
      normalized_tokens_(wanted(parts_.added_tokens, true)) {}

const std::string& BpeTokenizer::fingerprint() const {
    const std::lock_guard lock(mutex_);
    if (fingerprint_.empty()) {
        fingerprint_ =
            sha256_hex(fmt::format("{}\n{}\n{}\n{}", parts_.kind, algorithm_version,
                                   sha256_hex(*parts_.file), parts_.bos ? *parts_.bos : -1));
        parts_.file.reset();
    }
    return fingerprint_;
}

std::int32_t BpeTokenizer::vocabulary_size() const {
    std::int32_t size = model().vocabulary_size();
    for (const AddedToken& token : parts_.added_tokens)
        size = std::max(size, token.id + 1);
    return size;
}

std::vector<std::int32_t> BpeTokenizer::encode(std::string_view text) const {
    if (text.size() > max_text_bytes) {
        fail(ErrorCode::bad_input,
             "a text of {} bytes is more than the {} that a tokenizer can take; use a shorter one",
             text.size(), max_text_bytes);
    }
    if (const std::size_t good = valid_utf8_prefix(text); good != text.size()) {
        fail(ErrorCode::bad_input,
             "a text that is not UTF-8 at byte {} cannot be tokenized; convert it", good);
    }
    return Encoding(*this).run(text);
}

const BpeModel& BpeTokenizer::model() const {
    const std::lock_guard lock(mutex_);
    if (!model_) {
        model_ = parts_.make_model();
        parts_.make_model = nullptr;
    }
    return *model_;
}

}  // namespace headscope
