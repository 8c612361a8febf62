#include "core/evaluation/prepare.h"

#include <optional>
#include <utility>

#include "core/base/leavable_work.h"
#include "core/evaluation/corpus.h"
#include "core/tokenizer/gguf_tokenizer.h"
#include "core/tokenizer/token_cache.h"
#include "core/tokenizer/tokenizer.h"

namespace headscope {
namespace {

/// Texts are the same where all of this is.
struct TextKey {
    /// Tells opened checkpoints apart: the copy that the work holds keeps it in place.
    const ModelConfig* config = nullptr;
    TextOptions options;
    std::filesystem::path cache_dir;

    bool operator==(const TextKey&) const = default;
};

/// A tokenizer takes seconds for a corpus, and longer for a large one, in one call.
LeavableWork<TextKey, PreparedText>& preparations() {
    static LeavableWork<TextKey, PreparedText> all;
    return all;
}

PreparedText prepare_here(const Checkpoint& checkpoint, const TextOptions& options,
                          const std::filesystem::path& cache_dir) {
    const ModelConfig& config = checkpoint.config();
    const Corpus corpus = load_corpus(options.corpus);
    const auto tokenizer = tokenizer_of(checkpoint);
    TokenizedText text = tokenize_cached(
        *tokenizer, protocol_text(corpus, options.protocol, options.sentence_separator), cache_dir);

    PreparedText prepared;
    prepared.corpus_name = corpus.name;
    prepared.corpus_sha256 = corpus.sha256;
    prepared.tokenizer_fingerprint = tokenizer->fingerprint();
    prepared.token_count = static_cast<std::int64_t>(text.ids.size());
    prepared.token_ids_sha256 = text.ids_sha256();
    prepared.bos_rule = bos_rule(options.protocol, text.has_bos);
    prepared.bos_decided_by = tokenizer->bos_decided_by();
    const std::int64_t window =
        options.window == kLongestWindow ? config.max_position_embeddings
        : options.window != 0            ? options.window
                              : default_window(options.protocol, config.max_position_embeddings);
    const std::optional<std::int32_t> bos =
        text.has_bos ? std::optional(text.ids.front()) : std::nullopt;
    const std::int64_t most = corpus.max_windows(options.protocol);
    const std::int64_t max_windows =
        most == 0 || (options.max_windows != 0 && options.max_windows < most) ? options.max_windows
                                                                              : most;
    prepared.windows =
        std::make_shared<const Windows>(std::move(text.ids), options.protocol, window, max_windows,
                                        bos, config.longest_window(), config.vocab_size);
    return prepared;
}

}  // namespace

std::unique_ptr<const Tokenizer> tokenizer_of(const Checkpoint& checkpoint) {
    if (const auto embedded = checkpoint.embedded_tokenizer()) return open_gguf_tokenizer(embedded);
    return open_tokenizer(checkpoint.directory());
}

PreparedText prepare_text(const Checkpoint& checkpoint, const TextOptions& options,
                          const std::filesystem::path& cache_dir, const std::stop_token& stop) {
    if (!stop.stop_possible()) return prepare_here(checkpoint, options, cache_dir);
    return preparations().get(
        {&checkpoint.config(), options, cache_dir},
        [checkpoint, options, cache_dir] { return prepare_here(checkpoint, options, cache_dir); },
        stop);
}

bool text_preparation_goes_on() {
    return preparations().busy();
}

}  // namespace headscope
