#include "core/evaluation/corpus.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/locations.h"
#include "core/base/sha256.h"
#include "core/base/utf8.h"

namespace headscope {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// How a format that is no text begins, and what to do about it.
struct Format {
    std::string_view beginning;
    const char* name;
    const char* remedy;
};

// A blank row of the dataset is empty, but a line of a raw file.
constexpr const char* kFromParquet =
    "Debian has no library for it; write its rows to a text file, in Python with pyarrow: "
    "open(\"wiki.raw\", \"w\").writelines(row or \" \\n\" for row in "
    "pyarrow.parquet.read_table(FILE)[\"text\"].to_pylist())";
constexpr const char* kUnpack = "unpack it first";
constexpr const char* kConvert = "convert it to UTF-8 first, for instance with iconv";

constexpr std::array kFormats = {
    Format{"PAR1"sv, "a Parquet file", kFromParquet},
    Format{"ARROW1"sv, "an Arrow file", "write its rows to a text file"},
    Format{"\x1F\x8B"sv, "packed with gzip", kUnpack},
    Format{"PK\x03\x04"sv, "packed with zip", kUnpack},
    Format{"BZh"sv, "packed with bzip2", kUnpack},
    Format{"\xFD"
           "7zXZ\0"sv,
           "packed with xz", kUnpack},
    Format{"\x28\xB5\x2F\xFD"sv, "packed with zstd", kUnpack},
    Format{"\xFF\xFE"sv, "UTF-16 text", kConvert},
    Format{"\xFE\xFF"sv, "UTF-16 text", kConvert},
};

void refuse_other_formats(std::string_view bytes, const std::string& file) {
    for (const Format& format : kFormats) {
        if (!bytes.starts_with(format.beginning)) continue;
        // Letters may begin a text as well.
        if (valid_utf8_prefix(bytes) == bytes.size()) continue;
        fail(ErrorCode::unsupported, "{}: {}, and a corpus is a plain text file; {}", file,
             format.name, format.remedy);
    }
}

std::string with_plain_newlines(std::string_view bytes) {
    if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const std::size_t end = std::min(bytes.find("\r\n"), bytes.size());
        text += bytes.substr(0, end);
        bytes.remove_prefix(end);
        if (!bytes.empty()) bytes.remove_prefix(1);
    }
    return text;
}

/// Takes a line from the front of `text`, with its newline.
std::string_view take_row(std::string_view& text) {
    const std::size_t newline = text.find('\n');
    const std::string_view row =
        text.substr(0, newline == std::string_view::npos ? text.size() : newline + 1);
    text.remove_prefix(row.size());
    return row;
}

bool is_blank(std::string_view row) {
    return row.find_first_not_of(" \t\n\r\f\v") == std::string_view::npos;
}

std::string join_rows(std::string_view text) {
    std::string joined;
    joined.reserve(text.size() + text.size() / 8);
    bool first = true;
    while (!text.empty()) {
        const std::string_view row = take_row(text);
        if (!first) joined += "\n\n";
        first = false;
        if (!is_blank(row)) joined += row;
    }
    return joined;
}

}  // namespace

Corpus load_corpus(const std::filesystem::path& path) {
    const bool builtin = path.empty();
    const std::filesystem::path file = builtin ? wikitext2_test_file() : path;
    const std::string bytes = read_text_file(file, kMaxBytes);
    refuse_other_formats(bytes, file.string());
    if (const std::size_t good = valid_utf8_prefix(bytes); good != bytes.size()) {
        fail(ErrorCode::bad_input, "{}: not UTF-8 text at byte {}; a corpus is a plain text file",
             file.string(), good);
    }
    // NUL is valid UTF-8, but no text has it: UTF-16 without a byte order mark looks like that.
    if (const std::size_t nul = bytes.find('\0'); nul != std::string::npos) {
        fail(ErrorCode::bad_input,
             "{}: a zero byte at {}, so it is not UTF-8 text; if it is UTF-16, {}", file.string(),
             nul, kConvert);
    }
    Corpus corpus;
    corpus.name = builtin ? "wikitext-2 test" : file.filename().string();
    corpus.sha256 = sha256_hex(bytes);
    corpus.text = with_plain_newlines(bytes);
    if (corpus.text.empty()) fail(ErrorCode::bad_input, "{}: the corpus is empty", file.string());
    return corpus;
}

bool has_rows(const Corpus& corpus) {
    std::string_view text = corpus.text;
    std::string_view row;
    while (!text.empty() && is_blank(row))
        row = take_row(text);
    while (!row.empty() && is_blank(row.substr(row.size() - 1)))
        row.remove_suffix(1);
    return row.size() >= 5 && row.starts_with(" = ") && row.ends_with(" =");
}

std::string protocol_text(const Corpus& corpus, Protocol protocol) {
    return protocol == Protocol::gptq && has_rows(corpus) ? join_rows(corpus.text) : corpus.text;
}

}  // namespace headscope
