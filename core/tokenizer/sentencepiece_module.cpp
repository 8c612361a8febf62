// The SentencePiece module. Nothing else of Headscope is linked into it, and it is linked to
// nothing.

#include "core/tokenizer/sentencepiece_module.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <string_view>
#include <vector>

#include <sentencepiece_processor.h>

namespace headscope {

struct SentencePieceHandle {
    sentencepiece::SentencePieceProcessor processor;
};

namespace {

void tell(std::string_view text, char* error, std::size_t error_size) noexcept {
    if (error == nullptr || error_size == 0) return;
    const std::size_t size = std::min(text.size(), error_size - 1);
    std::memcpy(error, text.data(), size);
    error[size] = '\0';
}

/// Runs `action`; where it throws, tells the reason and returns null.
template <typename Action>
auto guarded(Action action, char* error, std::size_t error_size) noexcept -> decltype(action()) {
    try {
        return action();
    } catch (const std::exception& exception) {
        tell(exception.what(), error, error_size);
    } catch (...) {
        tell("an unknown exception", error, error_size);
    }
    return nullptr;
}

SentencePieceHandle* open(const char* bytes, std::size_t size, char* error,
                          std::size_t error_size) noexcept {
    const auto action = [&]() -> SentencePieceHandle* {
        auto handle = std::make_unique<SentencePieceHandle>();
        const auto status = handle->processor.LoadFromSerializedProto({bytes, size});
        if (status.ok()) return handle.release();
        tell(status.message(), error, error_size);
        return nullptr;
    };
    return guarded(action, error, error_size);
}

void close(SentencePieceHandle* handle) noexcept {
    delete handle;
}

std::int32_t piece_count(const SentencePieceHandle* handle) noexcept {
    return handle->processor.GetPieceSize();
}

std::int32_t bos_id(const SentencePieceHandle* handle) noexcept {
    return handle->processor.bos_id();
}

std::int32_t* encode(const SentencePieceHandle* handle, const char* text, std::size_t size,
                     std::size_t* count, char* error, std::size_t error_size) noexcept {
    const auto action = [&]() -> std::int32_t* {
        std::vector<int> ids;
        const auto status = handle->processor.Encode({text, size}, &ids);
        if (!status.ok()) {
            tell(status.message(), error, error_size);
            return nullptr;
        }
        auto buffer = std::make_unique<std::int32_t[]>(ids.size());
        std::copy(ids.begin(), ids.end(), buffer.get());
        *count = ids.size();
        return buffer.release();
    };
    return guarded(action, error, error_size);
}

void free_ids(std::int32_t* ids) noexcept {
    delete[] ids;
}

constexpr SentencePieceApi api = {
    .version = sentencepiece_api_version,
    .open = open,
    .close = close,
    .piece_count = piece_count,
    .bos_id = bos_id,
    .encode = encode,
    .free_ids = free_ids,
};

}  // namespace
}  // namespace headscope

extern "C" __attribute__((visibility("default"))) const headscope::SentencePieceApi*
headscope_sentencepiece_api() {
    return &headscope::api;
}
