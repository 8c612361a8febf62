#include "core/tokenizer/bpe_model.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/tokenizer/byte_alphabet.h"

namespace headscope {
namespace {

constexpr std::int32_t no_token = -1;

std::int32_t id_or_none(const Vocabulary& vocabulary, std::string_view token) {
    const std::int32_t* const id = vocabulary.find(token);
    return id != nullptr ? *id : no_token;
}

/// How many bytes the UTF-8 character has that begins with `lead`.
std::size_t character_size(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

std::string_view first_character(std::string_view text) {
    return text.empty() ? text : text.substr(0, character_size(text.front()));
}

/// The character that ends at `at`.
std::string_view character_before(std::string_view text, std::size_t at) {
    std::size_t begin = at;
    while (begin > 0 && (static_cast<unsigned char>(text[--begin]) & 0xC0) == 0x80) {
    }
    return text.substr(begin, at - begin);
}

/// The id of a token that a merge names; throws where there is none.
std::int32_t merged_id(const Vocabulary& vocabulary, std::string_view token, std::size_t merge,
                       std::string_view source) {
    const std::int32_t id = id_or_none(vocabulary, token);
    if (id == no_token) {
        fail(ErrorCode::bad_input,
             "{}: merge {} needs the token \"{}\", which the vocabulary does not have; the file is "
             "damaged",
             source, merge, token);
    }
    return id;
}

void append_ids(const std::vector<Symbol>& symbols, std::vector<std::int32_t>& ids) {
    for (const Symbol& symbol : symbols)
        ids.push_back(symbol.id);
}

}  // namespace

MergeListModel::MergeListModel(Vocabulary vocabulary, std::int32_t vocabulary_size,
                               const Merges& merges, Options options, std::string_view source)
    : vocabulary_(std::move(vocabulary)),
      vocabulary_size_(vocabulary_size),
      options_(options),
      merges_(merges.size()) {
    find_byte_tokens();
    add_merges(merges, source);
    // Words of byte-level tokenizers are short, one that must be looked up whole cannot be cut, and
    // where characters are dropped, their neighbours meet.
    const bool drops = !options_.unknown && !(options_.byte_fallback && all_bytes_have_tokens());
    if (!options_.byte_level && !options_.ignore_merges && !drops) add_borders(merges);
}

std::int32_t MergeListModel::find_token(std::string_view token) const {
    return id_or_none(vocabulary_, token);
}

void MergeListModel::find_byte_tokens() {
    std::string token;
    for (std::size_t byte = 0; byte < byte_ids_.size(); ++byte) {
        token.clear();
        if (options_.byte_level) {
            const char value = static_cast<char>(byte);
            append_in_byte_alphabet({&value, 1}, token);
        } else {
            token = fmt::format("<0x{:02X}>", byte);
        }
        byte_ids_[byte] = id_or_none(vocabulary_, token);
    }
}

bool MergeListModel::all_bytes_have_tokens() const {
    return std::find(byte_ids_.begin(), byte_ids_.end(), no_token) == byte_ids_.end();
}

void MergeListModel::add_merges(const Merges& merges, std::string_view source) {
    std::string both;
    for (std::size_t i = 0; i < merges.size(); ++i) {
        const auto& [left, right] = merges[i];
        both.assign(left).append(right);
        const std::int32_t left_id = merged_id(vocabulary_, left, i, source);
        const std::int32_t right_id = merged_id(vocabulary_, right, i, source);
        const std::int32_t both_id = merged_id(vocabulary_, both, i, source);
        merges_.insert(left_id, right_id, {static_cast<std::uint32_t>(i), both_id});
    }
}

/// A merge of two tokens crosses the place between the last character of the left one and the first
/// of the right one.
void MergeListModel::add_borders(const Merges& merges) {
    std::string both;
    for (const auto& [left, right] : merges) {
        // A token that stands for something else than its own text.
        const auto replaced = [&](std::string_view token) {
            const std::int32_t id = id_or_none(vocabulary_, token);
            return id == options_.unknown ||
                   std::find(byte_ids_.begin(), byte_ids_.end(), id) != byte_ids_.end();
        };
        if (replaced(left) || replaced(right)) return;
        both.assign(character_before(left, left.size())).append(first_character(right));
        joined_.insert(both, true);
    }
    has_borders_ = true;
}

bool MergeListModel::is_border(std::string_view word, std::size_t at) const {
    if (!has_borders_) return false;
    const std::string_view left = character_before(word, at);
    const std::string_view right = first_character(word.substr(at));
    const std::string_view both = word.substr(at - left.size(), left.size() + right.size());
    if (joined_.find(both) != nullptr) return false;
    // Neighbours without tokens may become one unknown token.
    return vocabulary_.find(left) != nullptr || vocabulary_.find(right) != nullptr;
}

bool MergeListModel::append_byte_tokens(std::string_view character,
                                        std::vector<Symbol>& symbols) const {
    const auto id_of = [&](char byte) { return byte_ids_[static_cast<unsigned char>(byte)]; };
    const bool all = std::all_of(character.begin(), character.end(),
                                 [&](char byte) { return id_of(byte) != no_token; });
    if (!options_.byte_fallback || !all) return false;
    for (const char byte : character)
        symbols.push_back({.id = id_of(byte)});
    return true;
}

// In the order in which the tokenizers library does it (`merge_word` in models/bpe/model.rs), also
// where that puts an unknown token behind the byte tokens that follow it.
void MergeListModel::append_symbols(std::string_view word, std::vector<Symbol>& symbols) const {
    bool pending_unknown = false;
    const auto flush = [&] {
        if (pending_unknown) symbols.push_back({.id = *options_.unknown});
        pending_unknown = false;
    };
    while (!word.empty()) {
        const std::size_t size = options_.byte_level ? 1 : character_size(word.front());
        const std::string_view character = word.substr(0, size);
        word.remove_prefix(character.size());
        const std::int32_t id = options_.byte_level
                                    ? byte_ids_[static_cast<unsigned char>(character.front())]
                                    : id_or_none(vocabulary_, character);
        if (id != no_token) {
            flush();
            symbols.push_back({.id = id});
        } else if (!append_byte_tokens(character, symbols) && options_.unknown) {
            if (!options_.fuse_unknown) flush();
            pending_unknown = true;
        }
    }
    flush();
}

void MergeListModel::encode(std::string_view word, Scratch& scratch,
                            std::vector<std::int32_t>& ids) const {
    if (options_.ignore_merges) {
        scratch.text.clear();
        if (options_.byte_level) append_in_byte_alphabet(word, scratch.text);
        const std::string_view token = options_.byte_level ? scratch.text : word;
        if (const std::int32_t* const id = vocabulary_.find(token)) {
            ids.push_back(*id);
            return;
        }
    }
    scratch.symbols.clear();
    append_symbols(word, scratch.symbols);
    merge_word(scratch.symbols, scratch.merge, [&](const Symbol& left, const Symbol& right) {
        return merges_.find(left.id, right.id);
    });
    append_ids(scratch.symbols, ids);
}

std::int32_t RankModel::find_token(std::string_view token) const {
    return id_or_none(ranks_, token);
}

void RankModel::encode(std::string_view word, Scratch& scratch,
                       std::vector<std::int32_t>& ids) const {
    if (const std::int32_t* const id = ranks_.find(word)) {
        ids.push_back(*id);
        return;
    }
    scratch.symbols.clear();
    for (std::uint32_t i = 0; i < word.size(); ++i)
        scratch.symbols.push_back({*ranks_.find(word.substr(i, 1)), i, i + 1});
    merge_word(scratch.symbols, scratch.merge, [&](const Symbol& left, const Symbol& right) {
        const std::int32_t* const id = ranks_.find(word.substr(left.begin, right.end - left.begin));
        return id != nullptr ? Merge{static_cast<std::uint32_t>(*id), *id} : Merge{};
    });
    append_ids(scratch.symbols, ids);
}

ScoreModel::ScoreModel(Vocabulary vocabulary, const std::vector<float>& scores,
                       std::optional<std::int32_t> unknown)
    : vocabulary_(std::move(vocabulary)), ranks_(scores.size()), unknown_(unknown) {
    std::vector<float> falling = scores;
    const auto comparable = [](float score) {  // what is no number comes last
        return std::isnan(score) ? -std::numeric_limits<float>::infinity() : score;
    };
    std::transform(falling.begin(), falling.end(), falling.begin(), comparable);
    std::sort(falling.begin(), falling.end(), std::greater<>());
    falling.erase(std::unique(falling.begin(), falling.end()), falling.end());
    for (std::size_t id = 0; id < scores.size(); ++id) {
        const auto place = std::lower_bound(falling.begin(), falling.end(), comparable(scores[id]),
                                            std::greater<>());
        ranks_[id] = static_cast<std::uint32_t>(place - falling.begin());
    }
}

void ScoreModel::add_borders(std::string_view token) {
    std::string_view left = first_character(token);
    while (left.size() < token.size()) {
        const std::string_view right = first_character(token.substr(left.size()));
        joined_.insert(token.substr(0, left.size() + right.size()), true);
        token.remove_prefix(left.size());
        left = right;
    }
}

std::int32_t ScoreModel::find_token(std::string_view token) const {
    return id_or_none(vocabulary_, token);
}

bool ScoreModel::is_border(std::string_view word, std::size_t at) const {
    const std::size_t left = character_before(word, at).size();
    const std::size_t right = first_character(word.substr(at)).size();
    return joined_.find(word.substr(at - left, left + right)) == nullptr;
}

void ScoreModel::encode(std::string_view word, Scratch& scratch,
                        std::vector<std::int32_t>& ids) const {
    scratch.symbols.clear();
    for (std::size_t at = 0; at < word.size();) {
        const std::string_view character = first_character(word.substr(at));
        const auto begin = static_cast<std::uint32_t>(at);
        at += character.size();
        scratch.symbols.push_back(
            {id_or_none(vocabulary_, character), begin, static_cast<std::uint32_t>(at)});
    }
    merge_word(scratch.symbols, scratch.merge, [&](const Symbol& left, const Symbol& right) {
        const std::int32_t id =
            id_or_none(vocabulary_, word.substr(left.begin, right.end - left.begin));
        return id != no_token ? Merge{ranks_[static_cast<std::size_t>(id)], id} : Merge{};
    });
    for (const Symbol& symbol : scratch.symbols) {
        if (symbol.id != no_token) {
            ids.push_back(symbol.id);
            continue;
        }
        for (const char byte : word.substr(symbol.begin, symbol.end - symbol.begin)) {
            const std::int32_t id = id_or_none(
                vocabulary_, fmt::format("<0x{:02X}>", static_cast<unsigned char>(byte)));
            if (id != no_token) {
                ids.push_back(id);
            } else if (unknown_) {
                ids.push_back(*unknown_);
            }
        }
    }
}

std::vector<std::string> MergeListModel::token_texts() const {
    std::vector<std::string> texts(static_cast<std::size_t>(vocabulary_size_));
    vocabulary_.for_each([&](std::string_view token, std::int32_t id) {
        texts.at(static_cast<std::size_t>(id)) =
            options_.byte_level ? from_byte_alphabet(token) : piece_text(token);
    });
    return texts;
}

std::vector<std::string> RankModel::token_texts() const {
    std::vector<std::string> texts(ranks_.size());
    ranks_.for_each([&](std::string_view token, std::int32_t id) {
        texts.at(static_cast<std::size_t>(id)) = token;
    });
    return texts;
}

std::vector<std::string> ScoreModel::token_texts() const {
    std::vector<std::string> texts(ranks_.size());
    vocabulary_.for_each([&](std::string_view token, std::int32_t id) {
        texts.at(static_cast<std::size_t>(id)) = piece_text(token);
    });
    return texts;
}

}  // namespace headscope
