#include "core/tokenizer/tiktoken_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/tokenizer/bpe_tokenizer.h"
#include "core/tokenizer/word_expressions.h"

namespace headscope {
namespace {

constexpr std::int32_t special_tokens = 256;
constexpr std::size_t byte_tokens = 256;  // whoever has fewer lines has not all of them
constexpr std::size_t shortest_line = std::string_view("AA== 0\n").size();
constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> make_digit_values() {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < digits.size(); ++i)
        values[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
    return values;
}

/// RFC 4648 with padding; false where `text` is anything else or stands for no bytes.
bool decode_base64(std::string_view text, std::string& out) {
    static constexpr std::array<std::int8_t, 256> values = make_digit_values();
    out.clear();
    if (text.empty() || text.size() % 4 != 0) return false;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool padded = i + padding >= text.size();
        const int value = padded ? 0 : values[static_cast<unsigned char>(text[i])];
        if (value < 0) return false;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        if (i % 4 != 3) continue;
        for (const int shift : {16, 8, 0})
            out += static_cast<char>(bits >> shift & 0xFF);
        bits = 0;
    }
    const bool clean = std::all_of(out.end() - static_cast<std::ptrdiff_t>(padding), out.end(),
                                   [](char byte) { return byte == 0; });
    out.resize(out.size() - padding);
    return clean;
}

std::optional<std::int32_t> read_rank(std::string_view text) {
    std::int32_t rank = -1;
    const auto [read, error] = std::from_chars(text.data(), text.data() + text.size(), rank);
    if (error != std::errc() || read != text.data() + text.size() || rank < 0) return std::nullopt;
    return rank;
}

/// Takes a line from the front of `text`, without its end.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

/// How many tokens a rank file has if it is good, which takes far less time than to read them.
std::size_t count_tokens(std::string_view text) {
    std::size_t count = 0;
    while (!text.empty())
        count += take_line(text).empty() ? 0 : 1;
    return count;
}

std::string_view first_lines(std::string_view text, std::size_t count) {
    std::string_view rest = text;
    for (std::size_t i = 0; i < count; ++i)
        take_line(rest);
    return text.substr(0, text.size() - rest.size());
}

/// The tokens of a rank file.
class RankReader {
  public:
    RankReader(std::string_view text, const std::string& source) : source_(source) {
        const auto newlines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
        const std::size_t lines = std::min(newlines, text.size() / shortest_line) + 1;
        ranks_.reserve(lines);
        lines_.reserve(lines);
        for (std::size_t line = 1; !text.empty(); ++line)
            add(take_line(text), line);
    }

    Vocabulary finish() {
        check_ranks();
        for (unsigned byte = 0; byte < 256; ++byte) {
            const char value = static_cast<char>(byte);
            if (ranks_.find({&value, 1}) == nullptr) {
                fail(ErrorCode::bad_input,
                     "{}: no line for the byte 0x{:02X}; the file is cut short, download it again",
                     source_, byte);
            }
        }
        return std::move(ranks_);
    }

  private:
    void add(std::string_view line, std::size_t number) {
        if (line.empty()) return;
        const std::size_t space = std::min(line.find(' '), line.size());
        if (!decode_base64(line.substr(0, space), token_))
            fail(ErrorCode::bad_input, "{}: line {} does not begin with bytes in base64", source_,
                 number);
        const auto rank = read_rank(line.substr(std::min(space + 1, line.size())));
        if (!rank) {
            fail(ErrorCode::bad_input, "{}: line {} does not end with a rank, 0 to 2147483647",
                 source_, number);
        }
        if (!ranks_.insert(token_, *rank)) {
            fail(ErrorCode::bad_input, "{}: the token of line {} stands in an earlier line too",
                 source_, number);
        }
        lines_.emplace_back(*rank, number);
    }

    /// The ranks are ids, so they must be 0, 1, ... in some order.
    void check_ranks() const {
        constexpr std::size_t no_line = 0;
        std::vector<std::size_t> line_of(lines_.size(), no_line);
        for (const auto& [rank, line] : lines_) {
            const auto index = static_cast<std::size_t>(rank);
            if (index >= line_of.size()) {
                fail(ErrorCode::bad_input,
                     "{}: line {} has the rank {}, but {} tokens must have the ranks 0 to {}; the "
                     "file is damaged",
                     source_, line, rank, lines_.size(), lines_.size() - 1);
            }
            if (line_of[index] != no_line) {
                fail(ErrorCode::bad_input, "{}: the rank {} of line {} stands in line {} too",
                     source_, rank, line, line_of[index]);
            }
            line_of[index] = line;
        }
    }

    const std::string& source_;
    Vocabulary ranks_;
    std::vector<std::pair<std::int32_t, std::size_t>> lines_;  ///< rank and line
    std::string token_;
};

}  // namespace

bool is_tiktoken_file(std::string_view bytes) {
    const std::size_t space = bytes.find_first_not_of(std::string(digits) + "=");
    if (space == 0 || space == std::string_view::npos || bytes[space] != ' ') return false;
    const std::string_view rank = bytes.substr(space + 1);
    const std::size_t end = std::min(rank.find_first_not_of("0123456789"), rank.size());
    return end > 0 && (end == rank.size() || rank[end] == '\n' || rank[end] == '\r');
}

std::unique_ptr<const Tokenizer> parse_tiktoken_file(std::string text, const std::string& source,
                                                     const TokenizerConfig& config) {
    const std::size_t tokens = count_tokens(text);
    RankReader beginning(first_lines(text, byte_tokens), source);
    if (tokens <= byte_tokens) beginning.finish();
    const auto size = static_cast<std::int32_t>(tokens);
    BpeParts parts;
    parts.kind = "tiktoken";
    parts.source = source;
    parts.bos = {size, "the format of Llama 3's tokenizer.model"};
    if (config.add_bos_token() == false)
        parts.bos = {std::nullopt, "add_bos_token of tokenizer_config.json"};
    parts.control_tokens = special_tokens;
    std::vector<PreTokenizer::Step> steps;
    steps.push_back(isolate(llama3_expression, source));
    parts.pre_tokenizer = PreTokenizer(std::move(steps));
    parts.file = std::make_shared<const std::string>(std::move(text));
    parts.make_model = [file = parts.file, source] {
        return std::make_unique<RankModel>(RankReader(*file, source).finish());
    };
    return std::make_unique<BpeTokenizer>(std::move(parts));
}

}  // namespace headscope
