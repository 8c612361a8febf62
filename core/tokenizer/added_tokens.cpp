#include "core/tokenizer/added_tokens.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <utf8proc.h>

#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/string_map.h"

namespace headscope {
namespace {

/// The code point at the front of `text`; -1 where there is none.
std::int32_t first_code_point(std::string_view text) {
    utf8proc_int32_t point = -1;
    if (utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                         static_cast<utf8proc_ssize_t>(text.size()), &point) <= 0)
        return -1;
    return point;
}

std::int32_t last_code_point(std::string_view text) {
    std::size_t begin = text.size();
    while (begin > 0 && (static_cast<unsigned char>(text[--begin]) & 0xC0) == 0x80) {
    }
    return first_code_point(text.substr(begin));
}

/// `\w` of Unicode Technical Standard 18: Alphabetic, marks, decimal digits, connectors and
/// joiners. The symbols in the list are those that are Alphabetic.
bool is_word_character(std::int32_t point) {
    if (point < 0) return false;
    switch (utf8proc_category(point)) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ME:
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_PC:
            return true;
        default:
            break;
    }
    const auto within = [point](std::int32_t first, std::int32_t last) {
        return point >= first && point <= last;
    };
    return within(0x200C, 0x200D) || within(0x24B6, 0x24E9) || within(0x1F130, 0x1F149) ||
           within(0x1F150, 0x1F169) || within(0x1F170, 0x1F189);
}

/// The property White_Space.
bool is_white_space(std::int32_t point) {
    return (point >= 0x9 && point <= 0xD) || point == 0x20 || point == 0x85 || point == 0xA0 ||
           point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 ||
           point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
}

/// Where the white space begins that `text` ends with.
std::size_t begin_of_last_white_space(std::string_view text) {
    while (is_white_space(last_code_point(text))) {
        while ((static_cast<unsigned char>(text.back()) & 0xC0) == 0x80)
            text.remove_suffix(1);
        text.remove_suffix(1);
    }
    return text.size();
}

/// How many bytes of white space `text` begins with.
std::size_t first_white_space(std::string_view text) {
    std::size_t size = 0;
    while (is_white_space(first_code_point(text.substr(size)))) {
        do {
            ++size;
        } while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80);
    }
    return size;
}

}  // namespace

std::vector<AddedToken> number_added_tokens(
    const std::vector<AddedToken>& tokens, std::int32_t vocabulary_count,
    const std::function<std::int32_t(std::string_view)>& find) {
    std::vector<AddedToken> result;
    StringMap<std::size_t> known;  // in result
    std::int32_t next = vocabulary_count;
    for (const AddedToken& token : tokens) {
        if (token.content.empty()) continue;
        if (const std::size_t* const index = known.find(token.content)) {
            AddedToken& earlier = result[*index];
            const bool special = earlier.special || token.special;
            const std::int32_t id = earlier.id;
            earlier = token;
            earlier.special = special;
            earlier.id = id;
            continue;
        }
        known.insert(token.content, result.size());
        AddedToken& numbered = result.emplace_back(token);
        numbered.id = find(token.content);
        if (numbered.id < 0) numbered.id = next;
        next = std::max(next, numbered.id + 1);
    }
    return result;
}

std::string describe(const AddedToken& token) {
    return fmt::format("\n{} {} {}{}{}{}{}", token.content.size(), token.content, token.special,
                       token.normalized, token.single_word, token.lstrip, token.rstrip);
}

AddedTokens::AddedTokens(std::vector<AddedToken> tokens, TokenOrder order)
    : order_(order), tokens_(std::move(tokens)) {
    std::erase_if(tokens_, [order](const AddedToken& token) {
        return token.content.empty() || (order == TokenOrder::longest && token.special);
    });
    const bool all_special = std::all_of(tokens_.begin(), tokens_.end(),
                                         [](const auto& token) { return token.special; });
    if (all_special) tokens_.clear();  // nothing is to be found
    std::stable_sort(tokens_.begin(), tokens_.end(), [](const auto& a, const auto& b) {
        return a.content.size() > b.content.size();
    });
    for (std::size_t i = 0; i < tokens_.size(); ++i)
        from_[static_cast<unsigned char>(tokens_[i].content.front())].push_back(i);
}

const AddedToken* AddedTokens::match(std::string_view text) const {
    for (const std::size_t i : from_[static_cast<unsigned char>(text.front())]) {
        if (text.starts_with(tokens_[i].content)) return &tokens_[i];
    }
    return nullptr;
}

void AddedTokens::split(std::string_view text, const Sink& sink) const {
    if (order_ == TokenOrder::longest) {
        split_longest(text, sink);
    } else {
        split_leftmost(text, sink);
    }
}

void AddedTokens::split_longest(std::string_view text, const Sink& sink) const {
    struct Fragment {
        std::string_view text;
        const AddedToken* token = nullptr;
    };
    std::vector<Fragment> fragments;
    if (!text.empty()) fragments.push_back({text});
    for (const AddedToken& token : tokens_) {
        if (text.find(token.content) == std::string_view::npos) continue;
        std::vector<Fragment> next;
        for (Fragment fragment : fragments) {
            std::size_t at = std::string_view::npos;
            while (fragment.token == nullptr &&
                   (at = fragment.text.find(token.content)) != std::string_view::npos) {
                if (at > 0) next.push_back({fragment.text.substr(0, at)});
                next.push_back({fragment.text.substr(at, token.content.size()), &token});
                fragment.text.remove_prefix(at + token.content.size());
            }
            if (!fragment.text.empty()) next.push_back(fragment);
        }
        fragments = std::move(next);
    }
    for (const Fragment& fragment : fragments)
        sink(fragment.text, fragment.token);
}

void AddedTokens::split_leftmost(std::string_view text, const Sink& sink) const {
    std::size_t done = 0;
    for (std::size_t at = 0; !tokens_.empty() && at < text.size();) {
        const AddedToken* const token = match(text.substr(at));
        if (token == nullptr) {
            ++at;
            continue;
        }
        std::size_t begin = at;
        std::size_t end = at + token->content.size();
        at = end;
        const bool inside_word = is_word_character(last_code_point(text.substr(0, begin))) ||
                                 is_word_character(first_code_point(text.substr(end)));
        if (token->special || (token->single_word && inside_word)) continue;
        if (token->lstrip) begin = std::max(begin_of_last_white_space(text.substr(0, begin)), done);
        if (token->rstrip) end += first_white_space(text.substr(end));
        if (done < begin) sink(text.substr(done, begin - done), nullptr);
        sink(text.substr(begin, end - begin), token);
        done = end;
    }
    if (done < text.size()) sink(text.substr(done), nullptr);
}

AddedTokenSets::AddedTokenSets(const std::vector<AddedToken>& tokens, const Normalizer& normalizer,
                               TokenOrder order) {
    std::vector<AddedToken> in_raw;
    std::vector<AddedToken> in_normalized;
    for (const AddedToken& token : tokens) {
        if (!token.normalized) {
            in_raw.push_back(token);
            continue;
        }
        in_normalized.push_back(token);
        in_normalized.back().content = normalizer.normalize(token.content);
    }
    raw = AddedTokens(std::move(in_raw), order);
    normalized = AddedTokens(std::move(in_normalized), order);
}

}  // namespace headscope
