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
constexpr int algorithm_version = 2;

// Positions in a word are 32 bits wide, and normalization makes a text up to 18 times as long.
constexpr std::size_t max_text_bytes = std::numeric_limits<std::uint32_t>::max() / 18;

}  // namespace

/// One call of encode.
class BpeTokenizer::Encoding {
  public:
    Encoding(const BpeParts& parts, const Loaded& loaded)
        : normalizer_(parts.normalizer),
          added_tokens_(loaded.added_tokens),
          model_(*loaded.model),
          cut_(parts.pre_tokenizer) {}

    std::vector<std::int32_t> run(std::string_view text) {
        added_tokens_.raw.split(text, [&](std::string_view part, const AddedToken* token) {
            if (token != nullptr) {
                ids_.push_back(token->id);
            } else {
                add_text(part, part.data() == text.data());
            }
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

    void add_text(std::string_view text, bool is_first) {
        const std::string normalized = normalizer_.empty() ? "" : normalizer_.normalize(text);
        if (!normalizer_.empty()) text = normalized;
        added_tokens_.normalized.split(text, [&](std::string_view part, const AddedToken* token) {
            if (token != nullptr) {
                ids_.push_back(token->id);
            } else {
                cut_.cut(part, is_first && part.data() == text.data(), add_word_);
            }
        });
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

    const Normalizer& normalizer_;
    const AddedTokenSets& added_tokens_;
    const BpeModel& model_;
    PreTokenizer::Run cut_;
    const PreTokenizer::Sink add_word_ = [this](std::string_view word) { add_word(word); };
    BpeModel::Scratch scratch_;
    StringMap<Place> places_;
    std::vector<std::int32_t> ids_;
};

BpeTokenizer::BpeTokenizer(BpeParts parts) : parts_(std::move(parts)) {}

const std::string& BpeTokenizer::fingerprint() const {
    const std::lock_guard lock(mutex_);
    if (fingerprint_.empty()) {
        fingerprint_ =
            sha256_hex(fmt::format("{}\n{}\n{}\n{}", parts_.kind, algorithm_version,
                                   sha256_hex(*parts_.file), parts_.bos.id.value_or(-1)));
        parts_.file.reset();
    }
    return fingerprint_;
}

std::int32_t BpeTokenizer::vocabulary_size() const {
    return loaded().vocabulary_size;
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
    return Encoding(parts_, loaded()).run(text);
}

const BpeTokenizer::Loaded& BpeTokenizer::loaded() const {
    const std::lock_guard lock(mutex_);
    if (!loaded_) {
        loaded_ = load();
        parts_.make_model = nullptr;
    }
    return *loaded_;
}

BpeTokenizer::Loaded BpeTokenizer::load() const {
    Loaded loaded;
    loaded.model = parts_.make_model();
    const BpeModel& model = *loaded.model;
    const std::vector<AddedToken> tokens =
        number_added_tokens(parts_.added_tokens, model.token_count(),
                            [&](std::string_view token) { return model.find_token(token); });
    loaded.vocabulary_size = model.vocabulary_size() + parts_.control_tokens;
    for (const AddedToken& token : tokens)
        loaded.vocabulary_size = std::max(loaded.vocabulary_size, token.id + 1);
    loaded.added_tokens = AddedTokenSets(tokens, parts_.normalizer, parts_.token_order);
    return loaded;
}

std::vector<std::string> BpeTokenizer::token_texts() const {
    const BpeModel& model = *loaded().model;
    std::vector<std::string> texts = model.token_texts();
    const std::vector<AddedToken> tokens =
        number_added_tokens(parts_.added_tokens, model.token_count(),
                            [&](std::string_view token) { return model.find_token(token); });
    for (const AddedToken& token : tokens) {
        const auto id = static_cast<std::size_t>(token.id);
        if (id >= texts.size()) texts.resize(id + 1);
        texts[id] = token.content;
    }
    return texts;
}

}  // namespace headscope
