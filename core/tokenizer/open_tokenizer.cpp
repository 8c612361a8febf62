#include <algorithm>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/tokenizer/sentencepiece_model_file.h"
#include "core/tokenizer/sentencepiece_tokenizer.h"
#include "core/tokenizer/tiktoken_file.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/tokenizer_json.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

using TokenizerPtr = std::unique_ptr<const Tokenizer>;

// The largest vocabularies in use (256,000 pieces) take 4 MB as SentencePiece and 35 MB as JSON.
constexpr std::size_t max_model_bytes = std::size_t{128} << 20;

/// A link whose target is missing counts as there, so that its own error is the one to be seen.
bool is_there(const fs::path& path) {
    std::error_code error;
    return fs::exists(fs::symlink_status(path, error));
}

/// Reads a file of a tokenizer; refuses what stands in place of a large file in a repository that
/// was cloned without git-lfs.
std::string read(const fs::path& path) {
    std::string bytes = read_text_file(path, max_model_bytes);
    if (bytes.starts_with("version https://git-lfs.github.com/spec/")) {
        fail(ErrorCode::bad_input,
             "{}: only the pointer of Git LFS to the file; run `git lfs pull` in its folder",
             path.string());
    }
    return bytes;
}

/// Llama 2 and Llama 3 call different things tokenizer.model, so the content decides.
TokenizerPtr open_tokenizer_model(const fs::path& path, const TokenizerConfig& config) {
    std::string bytes = read(path);
    if (is_sentencepiece_model(bytes)) {
        return std::make_unique<SentencePieceTokenizer>(path, std::move(bytes), config);
    }
    if (is_tiktoken_file(bytes))
        return parse_tiktoken_file(std::move(bytes), path.string(), config);
    fail(ErrorCode::bad_input,
         "{}: neither a SentencePiece model nor a tiktoken rank file; it is damaged, download it "
         "again",
         path.string());
}

TokenizerPtr open_vocabulary_and_merges(const fs::path& path, const TokenizerConfig& config) {
    const fs::path merges = path.parent_path() / "merges.txt";
    if (!is_there(merges)) {
        fail(ErrorCode::bad_input,
             "{}: a vocabulary without the merges.txt that belongs to it; put the model's "
             "tokenizer.json, or that file, beside it",
             path.string());
    }
    return parse_vocabulary_and_merges({read(path), read(merges)}, {path.string(), merges.string()},
                                       config);
}

[[noreturn]] void refuse_folder(const fs::path& model_dir) {
    const fs::path tekken = model_dir / "tekken.json";
    if (is_there(tekken)) {
        fail(ErrorCode::unsupported,
             "{}: a tekken tokenizer, which this version of Headscope does not read; put the "
             "tokenizer.json of the same model beside it",
             tekken.string());
    }
    fail(ErrorCode::bad_input,
         "{}: no tokenizer in this folder (no tokenizer.json and no tokenizer.model); put the "
         "tokenizer's file beside the model's config.json",
         model_dir.string());
}

}  // namespace

// transformers and what is built on it take tokenizer.json where a folder has several, and so do
// published figures; it also knows of tokens that were added after training, which the others do
// not. Of the kinds of it that Headscope does not read (Unigram), the same folder usually has the
// SentencePiece model that it was made from.
TokenizerPtr open_tokenizer(const fs::path& model_dir) {
    const fs::path json = model_dir / "tokenizer.json";
    const fs::path model = model_dir / "tokenizer.model";
    const fs::path vocabulary = model_dir / "vocab.json";
    if (!is_there(json) && !is_there(model) && !is_there(vocabulary)) refuse_folder(model_dir);
    const TokenizerConfig config = TokenizerConfig::open(model_dir);
    if (is_there(json)) {
        try {
            return parse_tokenizer_json(read(json), json.string(), config);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::unsupported || !is_there(model)) throw;
        }
    }
    if (is_there(model)) return open_tokenizer_model(model, config);
    return open_vocabulary_and_merges(vocabulary, config);
}

}  // namespace headscope
