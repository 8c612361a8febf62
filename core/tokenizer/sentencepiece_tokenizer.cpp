#include "core/tokenizer/sentencepiece_tokenizer.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/tokenizer/byte_alphabet.h"
#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/sentencepiece_model_file.h"

namespace headscope {

SentencePieceTokenizer::SentencePieceTokenizer(const std::filesystem::path& path, std::string bytes,
                                               const TokenizerConfig& config)
    : file_(path.string()), bytes_(std::move(bytes)) {
    if (!is_whole_sentencepiece_model(bytes_)) {
        fail(ErrorCode::bad_input,
             "{}: a SentencePiece model that is cut short or damaged; download it again", file_);
    }
    std::vector<AddedToken> tokens = config.added_tokens();
    decide_bos(config, tokens);
    fingerprint_ = sha256_hex(bytes_);
    if (has_bos_of_model_ && tokens.empty()) return;

    prefix_everywhere_ = config.legacy();
    const Vocabulary pieces = read_sentencepiece_pieces(bytes_);
    const auto find = [&](std::string_view token) {
        const std::int32_t* const id = pieces.find(token);
        return id != nullptr ? *id : -1;
    };
    tokens = number_added_tokens(tokens, static_cast<std::int32_t>(pieces.size()), find);
    std::string decisive =
        fmt::format("{}\n{}\n{}", fingerprint_, bos_.id.value_or(-1), has_bos_of_model_);
    for (const AddedToken& token : tokens) {
        decisive += describe(token);
        end_of_added_tokens_ = std::max(end_of_added_tokens_, token.id + 1);
        has_added_tokens_ |= !token.special;
    }
    if (has_added_tokens_) decisive += prefix_everywhere_ ? "\nlegacy" : "";
    fingerprint_ = sha256_hex(decisive);
    added_tokens_ = AddedTokenSets(tokens, Normalizer());
}

void SentencePieceTokenizer::decide_bos(const TokenizerConfig& config,
                                        const std::vector<AddedToken>& tokens) {
    if (!config.exists()) {
        bos_.decided_by = "tokenizer.model";
        has_bos_of_model_ = true;
        return;
    }
    const std::string of_model;  // where the configuration names no other
    const auto find = [&](std::string_view token) -> std::int32_t {
        if (token == of_model) return 0;
        const Vocabulary pieces = read_sentencepiece_pieces(bytes_);
        const auto id_of_piece = [&](std::string_view text) {
            const std::int32_t* const id = pieces.find(text);
            return id != nullptr ? *id : -1;
        };
        for (const AddedToken& added :
             number_added_tokens(tokens, static_cast<std::int32_t>(pieces.size()), id_of_piece)) {
            if (added.content == token) return added.id;
        }
        return id_of_piece(token);
    };
    bos_ = bos_by_config(config, of_model, find, file_);
    has_bos_of_model_ = bos_.id && config.bos_token(of_model) == of_model;
    if (has_bos_of_model_) bos_.id.reset();
}

std::int32_t SentencePieceTokenizer::vocabulary_size() const {
    return std::max(model().piece_count(), end_of_added_tokens_);
}

std::optional<std::int32_t> SentencePieceTokenizer::bos_id() const {
    if (!has_bos_of_model_) return bos_.id;
    const std::int32_t id = model().bos_id();
    return id >= 0 ? std::optional(id) : std::nullopt;
}

std::vector<std::int32_t> SentencePieceTokenizer::encode(std::string_view text) const {
    if (!has_added_tokens_) return model().encode(text);
    std::vector<std::int32_t> ids;
    const auto add = [&](std::string_view part, const AddedToken* token) {
        if (token != nullptr) {
            ids.push_back(token->id);
            return;
        }
        const bool with_prefix = prefix_everywhere_ || part.data() == text.data();
        const std::vector<std::int32_t> more = model(with_prefix).encode(part);
        ids.insert(ids.end(), more.begin(), more.end());
    };
    added_tokens_.raw.split(text, [&](std::string_view part, const AddedToken* token) {
        if (token != nullptr) return add(part, token);
        added_tokens_.normalized.split(part, add);
    });
    return ids;
}

std::vector<std::string> SentencePieceTokenizer::token_texts() const {
    std::vector<std::string> texts(static_cast<std::size_t>(vocabulary_size()));
    read_sentencepiece_pieces(bytes_).for_each([&](std::string_view piece, std::int32_t id) {
        if (static_cast<std::size_t>(id) < texts.size())
            texts[static_cast<std::size_t>(id)] = piece_text(piece);
    });
    return texts;
}

const SentencePieceModel& SentencePieceTokenizer::model(bool with_prefix) const {
    const std::lock_guard lock(mutex_);
    ModelPtr& model = with_prefix ? model_ : model_without_prefix_;
    if (!model) {
        model = std::make_unique<const SentencePieceModel>(
            with_prefix ? bytes_ : without_dummy_prefix(bytes_), file_);
    }
    return *model;
}

}  // namespace headscope
