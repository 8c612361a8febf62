#include "core/tokenizer/sentencepiece_tokenizer.h"

#include <utility>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/tokenizer/sentencepiece_model_file.h"

namespace headscope {

SentencePieceTokenizer::SentencePieceTokenizer(const std::filesystem::path& path, std::string bytes)
    : file_(path.string()), bytes_(std::move(bytes)), fingerprint_(sha256_hex(bytes_)) {
    if (!is_whole_sentencepiece_model(bytes_)) {
        fail(ErrorCode::bad_input,
             "{}: a SentencePiece model that is cut short or damaged; fetch it again", file_);
    }
}

std::int32_t SentencePieceTokenizer::vocabulary_size() const {
    return model().piece_count();
}

std::optional<std::int32_t> SentencePieceTokenizer::bos_id() const {
    const std::int32_t id = model().bos_id();
    return id >= 0 ? std::optional(id) : std::nullopt;
}

std::vector<std::int32_t> SentencePieceTokenizer::encode(std::string_view text) const {
    return model().encode(text);
}

const SentencePieceModel& SentencePieceTokenizer::model() const {
    const std::lock_guard lock(mutex_);
    if (!model_) model_ = std::make_unique<const SentencePieceModel>(bytes_, file_);
    return *model_;
}

}  // namespace headscope
