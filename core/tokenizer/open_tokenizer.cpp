#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/tokenizer/sentencepiece_model_file.h"
#include "core/tokenizer/sentencepiece_tokenizer.h"
#include "core/tokenizer/tokenizer.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

using TokenizerPtr = std::unique_ptr<const Tokenizer>;

// The largest vocabularies in use (256,000 pieces) take 4 MB as SentencePiece and 35 MB as JSON.
constexpr std::size_t max_model_bytes = std::size_t{256} << 20;

[[noreturn]] void refuse(const fs::path& path, std::string_view what) {
    fail(ErrorCode::unsupported,
         "{}: {}, which this version of Headscope does not read; choose a model that has a "
         "SentencePiece tokenizer.model",
         path.string(), what);
}

/// What stands in place of a large file in a repository that was cloned without git-lfs.
bool is_lfs_pointer(std::string_view bytes) {
    return bytes.starts_with("version https://git-lfs.github.com/spec/");
}

/// Whether `bytes` begin with a line of tiktoken's rank files: "<bytes in base64> <rank>".
bool is_rank_list(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789";
    constexpr std::string_view base64 =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    const std::size_t space = bytes.find_first_not_of(base64);
    if (space == 0 || space == std::string_view::npos || bytes[space] != ' ') return false;
    const std::string_view rank = bytes.substr(space + 1);
    const std::size_t end = std::min(rank.find_first_not_of(digits), rank.size());
    return end > 0 && (end == rank.size() || rank[end] == '\n' || rank[end] == '\r');
}

/// Llama 2 and Llama 3 call different things tokenizer.model, so the content decides.
TokenizerPtr open_tokenizer_model(const fs::path& path) {
    std::string bytes = read_text_file(path, max_model_bytes);
    if (is_sentencepiece_model(bytes)) {
        return std::make_unique<SentencePieceTokenizer>(path, std::move(bytes));
    }
    if (is_rank_list(bytes)) refuse(path, "a tiktoken rank file (byte-level BPE)");
    if (is_lfs_pointer(bytes)) {
        fail(ErrorCode::bad_input,
             "{}: only the pointer of Git LFS to the file; run `git lfs pull` in its folder",
             path.string());
    }
    fail(
        ErrorCode::bad_input,
        "{}: neither a SentencePiece model nor a tiktoken rank file; it is damaged, fetch it again",
        path.string());
}

TokenizerPtr refuse_tokenizer_json(const fs::path& path) {
    refuse(path, "a tokenizer of the Hugging Face tokenizers library");
}

TokenizerPtr refuse_vocabulary_and_merges(const fs::path& path) {
    refuse(path, "a byte-level BPE vocabulary");
}

TokenizerPtr refuse_tekken(const fs::path& path) {
    refuse(path, "a tekken tokenizer");
}

/// A file that a tokenizer is made from, and what makes it.
struct Source {
    const char* file_name;
    TokenizerPtr (*open)(const fs::path& path);
};

// The first that a folder has is taken. tokenizer.model is before tokenizer.json, which the same
// model often has as well, made from it.
constexpr std::array sources = {
    Source{"tokenizer.model", open_tokenizer_model},
    Source{"tokenizer.json", refuse_tokenizer_json},
    Source{"tekken.json", refuse_tekken},
    Source{"vocab.json", refuse_vocabulary_and_merges},
};

}  // namespace

TokenizerPtr open_tokenizer(const fs::path& model_dir) {
    for (const Source& source : sources) {
        const fs::path path = model_dir / source.file_name;
        // A link whose target is missing counts as there, so that its own error is the one to be
        // seen.
        std::error_code error;
        if (fs::exists(fs::symlink_status(path, error))) return source.open(path);
    }
    fail(ErrorCode::bad_input,
         "{}: no tokenizer in this folder (no tokenizer.model and no tokenizer.json); put the "
         "tokenizer's file beside the model's config.json",
         model_dir.string());
}

}  // namespace headscope
