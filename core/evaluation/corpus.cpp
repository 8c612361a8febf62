#include "core/evaluation/corpus.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/gzip.h"
#include "core/base/locations.h"
#include "core/base/sha256.h"
#include "core/base/utf8.h"
#include "core/evaluation/json_documents.h"

namespace headscope {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;
constexpr std::size_t kMostDocuments = 1100;
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

std::string_view strip(std::string_view row) {
    while (!row.empty() && is_blank(row.substr(0, 1)))
        row.remove_prefix(1);
    while (!row.empty() && is_blank(row.substr(row.size() - 1)))
        row.remove_suffix(1);
    return row;
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

std::string join_sentences(std::string_view text, std::string_view separator) {
    std::string joined;
    joined.reserve(text.size());
    bool first = true;
    while (!text.empty()) {
        if (!first) joined += separator;
        first = false;
        joined += strip(take_row(text));
    }
    return joined;
}

bool begins_with_heading(std::string_view text) {
    std::string_view row;
    while (!text.empty() && is_blank(row))
        row = take_row(text);
    while (!row.empty() && is_blank(row.substr(row.size() - 1)))
        row.remove_suffix(1);
    return row.size() >= 5 && row.starts_with(" = ") && row.ends_with(" =");
}

/// Whether every line is " some words ", of which some are unknown.
bool has_sentences(std::string_view text) {
    if (text.find(" <unk> ") == std::string_view::npos) return false;
    while (!text.empty()) {
        std::string_view row = take_row(text);
        if (row.ends_with('\n')) row.remove_suffix(1);
        if (is_blank(row) || !row.starts_with(' ') || !row.ends_with(' ')) return false;
    }
    return true;
}

CorpusLayout layout_of(std::string_view text) {
    if (begins_with_heading(text)) return CorpusLayout::wikitext;
    return has_sentences(text) ? CorpusLayout::sentences : CorpusLayout::plain;
}

void require_text(std::string_view bytes, const std::string& file) {
    if (const std::size_t good = valid_utf8_prefix(bytes); good != bytes.size()) {
        fail(ErrorCode::bad_input, "{}: not UTF-8 text at byte {}; a corpus is a plain text file",
             file, good);
    }
    // NUL is valid UTF-8, but no text has it: UTF-16 without a byte order mark looks like that.
    if (const std::size_t nul = bytes.find('\0'); nul != std::string::npos) {
        fail(ErrorCode::bad_input,
             "{}: a zero byte at {}, so it is not UTF-8 text; if it is UTF-16, {}", file, nul,
             kConvert);
    }
}

}  // namespace

std::int64_t Corpus::max_windows(Protocol protocol) const {
    constexpr std::int64_t kOfDocuments = 256;
    return layout == CorpusLayout::documents && protocol == Protocol::gptq ? kOfDocuments : 0;
}

Corpus load_corpus(const std::filesystem::path& path) {
    const bool builtin = path.empty();
    const std::filesystem::path file = builtin ? wikitext2_test_file() : path;
    std::string bytes = read_text_file(file, kMaxBytes);
    Corpus corpus;
    corpus.name = builtin ? "wikitext-2 test" : file.filename().string();
    corpus.sha256 = sha256_hex(bytes);
    if (is_gzip(bytes)) bytes = unpack_gzip(bytes, kMaxBytes, file.string());
    refuse_other_formats(bytes, file.string());
    if (has_json_lines(bytes, file.filename().string())) {
        JsonDocuments documents = read_json_documents(bytes, kMostDocuments, file.string());
        corpus.layout = CorpusLayout::documents;
        corpus.text = std::move(documents.joined);
        if (documents.lines > kMostDocuments) {
            corpus.name += fmt::format(" ({} of {} documents)", kMostDocuments, documents.lines);
        }
    } else {
        require_text(bytes, file.string());
        corpus.text = with_plain_newlines(bytes);
        corpus.layout = layout_of(corpus.text);
    }
    if (corpus.text.empty()) fail(ErrorCode::bad_input, "{}: the corpus is empty", file.string());
    return corpus;
}

std::string protocol_text(const Corpus& corpus, Protocol protocol,
                          std::string_view sentence_separator) {
    if (protocol == Protocol::gptq && corpus.layout == CorpusLayout::wikitext)
        return join_rows(corpus.text);
    if (protocol == Protocol::gptq && corpus.layout == CorpusLayout::sentences)
        return join_sentences(corpus.text, sentence_separator);
    return corpus.text;
}

}  // namespace headscope
