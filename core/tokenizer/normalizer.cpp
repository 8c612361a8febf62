#include "core/tokenizer/normalizer.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <utf8proc.h>

#include "core/base/error.h"

namespace headscope {
namespace {

using CodePoints = std::vector<utf8proc_int32_t>;

/// Takes the first code point from the front of `text`.
utf8proc_int32_t take_code_point(std::string_view& text) {
    utf8proc_int32_t point = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &point);
    if (size <= 0) fail(ErrorCode::internal, "a text that is not UTF-8 reached the tokenizer");
    text.remove_prefix(static_cast<std::size_t>(size));
    return point;
}

void append_decomposed(utf8proc_int32_t point, utf8proc_option_t options, CodePoints& points) {
    // The longest decomposition in Unicode has 18 code points (U+FDFA).
    std::array<utf8proc_int32_t, 32> parts{};
    int boundary = 0;
    const utf8proc_ssize_t count =
        utf8proc_decompose_char(point, parts.data(), parts.size(), options, &boundary);
    if (count < 0 || count > std::ssize(parts)) {
        fail(ErrorCode::internal, "U+{:04X} cannot be decomposed", point);
    }
    points.insert(points.end(), parts.begin(), parts.begin() + count);
}

/// Canonical order: in each run of combining marks by class, marks of one class as they were.
/// (utf8proc_decompose sorts by exchanging neighbours, which takes minutes for a long run.)
void order_marks(CodePoints& points) {
    const auto mark_class = [](utf8proc_int32_t point) {
        return utf8proc_get_property(point)->combining_class;
    };
    const auto is_mark = [&](utf8proc_int32_t point) { return mark_class(point) != 0; };
    for (auto begin = points.begin(); begin != points.end();) {
        begin = std::find_if(begin, points.end(), is_mark);
        const auto end = std::find_if_not(begin, points.end(), is_mark);
        if (end - begin > 1) {
            std::stable_sort(begin, end,
                             [&](auto a, auto b) { return mark_class(a) < mark_class(b); });
        }
        begin = end;
    }
}

/// Appends `text` in the form. It must begin and end where no character combines across.
void append_normalized(std::string_view text, UnicodeForm form, std::string& out) {
    const bool compose = form == UnicodeForm::nfc || form == UnicodeForm::nfkc;
    const bool compatible = form == UnicodeForm::nfkc || form == UnicodeForm::nfkd;
    const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE |
                                                        (compatible ? UTF8PROC_COMPAT : 0));
    CodePoints points;
    while (!text.empty())
        append_decomposed(take_code_point(text), options, points);
    order_marks(points);
    if (compose) {
        const utf8proc_ssize_t count = utf8proc_normalize_utf32(
            points.data(), std::ssize(points),
            static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
        points.resize(static_cast<std::size_t>(std::max<utf8proc_ssize_t>(count, 0)));
    }
    std::array<utf8proc_uint8_t, 4> bytes{};
    for (const utf8proc_int32_t point : points) {
        const utf8proc_ssize_t size = utf8proc_encode_char(point, bytes.data());
        out.append(bytes.begin(), bytes.begin() + size);
    }
}

bool is_ascii(char byte) {
    return static_cast<unsigned char>(byte) < 0x80;
}

/// Ends early where the result has more than `most` bytes.
std::string replace_all(std::string_view text, const Normalizer::Replace& step, std::size_t most) {
    Regex::Search search(step.pattern);
    std::string out;
    out.reserve(text.size());
    std::size_t done = 0;
    for (std::size_t from = 0; from <= text.size() && out.size() <= most;) {
        const auto match = search.find(text, from);
        if (!match) break;
        out.append(text.substr(done, match->begin - done)).append(step.content);
        done = match->end;
        from = match->end;
        if (match->begin != match->end) continue;
        do {  // after an empty match go on at the next character
            ++from;
        } while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80);
    }
    return out.append(text.substr(done));
}

}  // namespace

std::string to_unicode_form(std::string_view text, UnicodeForm form) {
    // ASCII stays as it is in every form, and no ASCII character combines with what is before it;
    // what is after it may combine with it.
    std::string out;
    out.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        const auto foreign = std::find_if_not(text.begin() + at, text.end(), is_ascii);
        const auto end = std::find_if(foreign, text.end(), is_ascii);
        auto begin = static_cast<std::size_t>(foreign - text.begin());
        if (foreign != text.end() && begin > at) --begin;
        out.append(text.substr(at, begin - at));
        at = static_cast<std::size_t>(end - text.begin());
        append_normalized(text.substr(begin, at - begin), form, out);
    }
    return out;
}

bool Normalizer::only_unicode_forms() const {
    return std::all_of(steps_.begin(), steps_.end(),
                       [](const Step& step) { return std::holds_alternative<UnicodeForm>(step); });
}

std::size_t Normalizer::most_bytes(std::size_t size) {
    constexpr std::size_t times = 18;
    constexpr std::size_t least = 1024;
    return std::max(times * size, least);
}

std::string Normalizer::normalize(std::string_view text) const {
    const std::size_t most = most_bytes(text.size());
    std::string out(text);
    for (const Step& step : steps_) {
        if (const auto* form = std::get_if<UnicodeForm>(&step)) {
            out = to_unicode_form(out, *form);
        } else if (const auto* prepend = std::get_if<Prepend>(&step)) {
            if (!out.empty()) out.insert(0, prepend->text);
        } else if (const auto* replace = std::get_if<Replace>(&step)) {
            out = replace_all(out, *replace, most);
        }
        if (out.size() > most) {
            fail(ErrorCode::unsupported,
                 "{}: the normalizer makes more than {} bytes of a text of {}; use another "
                 "tokenizer",
                 source_, most, text.size());
        }
    }
    return out;
}

}  // namespace headscope
