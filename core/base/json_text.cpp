#include "core/base/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/utf8.h"

namespace headscope {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/// The four hexadecimal digits of an escape "\uXXXX" at the front of `rest`.
std::optional<unsigned> escaped_unit(std::string_view rest) {
    constexpr std::size_t size = std::string_view("\\uXXXX").size();
    if (rest.size() < size || !rest.starts_with("\\u")) return std::nullopt;
    unsigned unit = 0;
    const auto [end, error] = std::from_chars(rest.data() + 2, rest.data() + size, unit, 16);
    if (error != std::errc() || end != rest.data() + size) return std::nullopt;
    return unit;
}

/// Writes JSON of Python as JSON of RFC 8259, token by token.
class Rewriter {
  public:
    explicit Rewriter(std::string_view text) : rest_(text) { out_.reserve(text.size() + 64); }

    std::string run() {
        if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
        while (!rest_.empty()) {
            const char first = rest_.front();
            if (first == '"') {
                take_string();
            } else if (is_letter(first) || first == '-' || (first >= '0' && first <= '9')) {
                take_word();
            } else {
                copy(1);
            }
        }
        return std::move(out_);
    }

  private:
    void copy(std::size_t size) {
        out_ += rest_.substr(0, size);
        rest_.remove_prefix(std::min(size, rest_.size()));
    }

    void take_string() {
        copy(1);
        while (!rest_.empty()) {
            const std::size_t plain = std::min(rest_.find_first_of("\"\\"), rest_.size());
            copy(plain);
            if (rest_.starts_with('"')) return copy(1);
            take_escape();
        }
    }

    void take_escape() {
        constexpr std::size_t size = std::string_view("\\uXXXX").size();
        const std::optional<unsigned> unit = escaped_unit(rest_);
        const auto within = [](std::optional<unsigned> value, unsigned first) {
            return value && *value >= first && *value < first + 0x400;
        };
        if (within(unit, 0xD800) && within(escaped_unit(rest_.substr(size)), 0xDC00)) {
            copy(2 * size);
        } else if (within(unit, 0xD800) || within(unit, 0xDC00)) {
            out_ += "\\uFFFD";
            rest_.remove_prefix(size);
        } else {
            copy(2);
        }
    }

    void take_word() {
        const auto ends = [](char byte) {
            return !is_letter(byte) && !(byte >= '0' && byte <= '9') && byte != '-' &&
                   byte != '+' && byte != '.';
        };
        const auto end = std::find_if(rest_.begin(), rest_.end(), ends);
        const std::string_view word =
            rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(word.size());
        if (word == "NaN") return write(json_nan);
        if (word == "Infinity") return write(json_infinity);
        if (word == "-Infinity") return write(json_minus_infinity);
        if (is_letter(word.back()) || is_letter(word.front())) {
            out_ += word;
            return;
        }
        take_number(word);
    }

    void take_number(std::string_view word) {
        const double value = std::strtod(std::string(word).c_str(), nullptr);
        if (std::isinf(value)) return write(value > 0 ? json_infinity : json_minus_infinity);
        out_ += word;
        std::int64_t integer = 0;
        std::uint64_t natural = 0;
        const char* const end = word.data() + word.size();
        const bool digits_alone =
            word.find_first_not_of("0123456789", word.starts_with('-') ? 1 : 0) ==
            std::string_view::npos;
        const bool fits = std::from_chars(word.data(), end, integer).ec == std::errc() ||
                          std::from_chars(word.data(), end, natural).ec == std::errc();
        if (digits_alone && !fits) out_ += ".0";
    }

    void write(std::string_view text) { out_.append("\"").append(text).append("\""); }

    std::string_view rest_;
    std::string out_;
};

/// Parses to nothing but the place of the first mistake.
class MistakeFinder final : public nlohmann::json::json_sax_t {
  public:
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(std::int64_t) override { return true; }
    bool number_unsigned(std::uint64_t) override { return true; }
    bool number_float(double, const std::string&) override { return true; }
    bool string(std::string&) override { return true; }
    bool binary(nlohmann::json::binary_t&) override { return true; }
    bool start_object(std::size_t) override { return true; }
    bool key(std::string&) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::json::exception&) override {
        position_ = position;
        return false;
    }

    /// How many bytes were read, the wrong one included.
    [[nodiscard]] std::optional<std::size_t> position() const { return position_; }

  private:
    std::optional<std::size_t> position_;
};

/// What files are that are put in the place of others, and what to do about it.
struct FileKind {
    std::string_view first_bytes;
    const char* name;
    const char* advice;
};

constexpr const char* fetch_again = "download it again";

constexpr std::array file_kinds = {
    FileKind{"version https://git-lfs", "it is only the pointer of Git LFS to the file",
             "run `git lfs pull` in its folder"},
    FileKind{"<!doctype html", "it is an HTML page, such as a server sends in place of a file",
             "sign in if that is needed, then download it again"},
    FileKind{"<html", "it is an HTML page, such as a server sends in place of a file",
             "sign in if that is needed, then download it again"},
    FileKind{"<", "it is an XML or HTML text", fetch_again},
    FileKind{"GGUF", "it is a GGUF file",
             "open it as the model, under a name that ends with .gguf"},
    FileKind{"PK\x03\x04", "it is a zip archive or a PyTorch file",
             "unpack it, or name it as what it is"},
    FileKind{"\x1F\x8B", "it is compressed with gzip", "unpack it"},
    FileKind{"\x80\x02", "it is a pickle of Python or PyTorch", "name it as what it is"},
    FileKind{"\xFF\xFE", "it is text in UTF-16", "save it as UTF-8"},
    FileKind{"\xFE\xFF", "it is text in UTF-16", "save it as UTF-8"},
};

bool begins_with(std::string_view text, std::string_view beginning) {
    const auto lower = [](char byte) {
        return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    };
    return text.size() >= beginning.size() &&
           std::equal(beginning.begin(), beginning.end(), text.begin(),
                      [&](char a, char b) { return lower(a) == lower(b); });
}

void refuse_other_kind(std::string_view text, std::string_view source) {
    const auto refuse = [&](const char* name, const char* advice) {
        fail(ErrorCode::bad_input, "{}: not valid JSON ({}); {}", source, name, advice);
    };
    const std::size_t blank = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    const std::string_view content = text.substr(blank);
    if (content.empty()) refuse("it is empty", fetch_again);
    if (content.find_first_not_of('\0') == std::string_view::npos)
        refuse("it holds zero bytes only", fetch_again);
    for (const FileKind& kind : file_kinds) {
        if (begins_with(content, kind.first_bytes)) refuse(kind.name, kind.advice);
    }
    constexpr std::size_t length_bytes =
        8;  // of the header, little-endian: the upper ones are zero
    if (text.size() > length_bytes && text.substr(4, 4) == std::string_view("\0\0\0\0", 4) &&
        text[length_bytes] == '{') {
        refuse("it is a safetensors file", "name it as what it is");
    }
}

}  // namespace

std::string to_standard_json(std::string_view text) {
    return Rewriter(text).run();
}

void refuse_json(std::string_view text, std::string_view source, std::string_view reason) {
    refuse_other_kind(text, source);
    if (const std::size_t good = valid_utf8_prefix(text); good != text.size()) {
        fail(ErrorCode::bad_input, "{}: not valid JSON (not UTF-8 at byte {}); the file is damaged",
             source, good);
    }
    const std::string standard = to_standard_json(text);
    MistakeFinder finder;
    nlohmann::json::sax_parse(standard, &finder);
    if (!finder.position()) {
        fail(ErrorCode::bad_input, "{}: not valid JSON ({}); the file is damaged", source, reason);
    }
    const std::string_view read = std::string_view(standard).substr(0, *finder.position() - 1);
    if (*finder.position() > standard.size()) {
        fail(ErrorCode::bad_input,
             "{}: not valid JSON (it ends in the middle); it is cut short, download it again",
             source);
    }
    const std::size_t line = std::count(read.begin(), read.end(), '\n') + std::size_t{1};
    const std::size_t column = read.size() - (read.rfind('\n') + 1) + 1;
    fail(
        ErrorCode::bad_input,
        "{}: not valid JSON (line {}, byte {} of it); it is damaged, or a mistake was made when it "
        "was edited",
        source, line, column);
}

}  // namespace headscope
