#include "core/evaluation/corpus.h"

#include <string_view>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/locations.h"
#include "core/base/sha256.h"
#include "core/base/utf8.h"

namespace headscope {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

std::string join_rows(std::string_view raw) {
    std::string joined;
    joined.reserve(raw.size() + raw.size() / 8);
    bool first = true;
    while (!raw.empty()) {
        const std::size_t newline = raw.find('\n');
        const std::size_t length = newline == std::string_view::npos ? raw.size() : newline + 1;
        const std::string_view row = raw.substr(0, length);
        raw.remove_prefix(length);
        if (!first) joined += "\n\n";
        first = false;
        if (row.find_first_not_of(" \t\n\r\f\v") != std::string_view::npos) joined += row;
    }
    return joined;
}

}  // namespace

Corpus load_corpus(const std::filesystem::path& path) {
    const bool builtin = path.empty();
    const std::filesystem::path file = builtin ? wikitext2_test_file() : path;
    Corpus corpus;
    corpus.name = builtin ? "wikitext-2 test" : file.filename().string();
    corpus.raw = read_text_file(file, kMaxBytes);
    if (corpus.raw.empty()) fail(ErrorCode::bad_input, "{}: the corpus is empty", file.string());
    if (const std::size_t good = valid_utf8_prefix(corpus.raw); good != corpus.raw.size()) {
        fail(ErrorCode::bad_input, "{}: not UTF-8 text at byte {}; a corpus is a plain text file",
             file.string(), good);
    }
    corpus.sha256 = sha256_hex(corpus.raw);
    return corpus;
}

std::string protocol_text(const Corpus& corpus, Protocol protocol) {
    return protocol == Protocol::gptq ? join_rows(corpus.raw) : corpus.raw;
}

}  // namespace headscope
