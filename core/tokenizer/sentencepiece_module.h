#pragma once

// The border between Headscope and its SentencePiece module (headscope_sentencepiece.so). Only
// plain C types cross it, no exception does, and each side frees what it allocated: the module may
// live in a symbol world of its own.

#include <cstddef>
#include <cstdint>

namespace headscope {

/// A loaded SentencePiece model; only the module knows what is inside.
struct SentencePieceHandle;

/// Goes up with every change of SentencePieceApi.
inline constexpr std::uint32_t sentencepiece_api_version = 1;

/// What the module offers. A function that can fail writes a text that ends with NUL, cut to
/// `error_size` bytes, to `error`. A handle may be used from many threads at once, until it is
/// closed.
struct SentencePieceApi {
    std::uint32_t version;  ///< sentencepiece_api_version of the module; check it before the rest

    /// Loads a model from the bytes of its file, which may go afterwards. Null on failure.
    SentencePieceHandle* (*open)(const char* bytes, std::size_t size, char* error,
                                 std::size_t error_size);

    /// Frees a handle; null is allowed.
    void (*close)(SentencePieceHandle* handle);

    /// How many pieces the model has: ids are in [0, piece_count).
    std::int32_t (*piece_count)(const SentencePieceHandle* handle);

    /// The id of the piece that begins a text, -1 where the model has none.
    std::int32_t (*bos_id)(const SentencePieceHandle* handle);

    /// The ids of `text` without BOS, `*count` of them. The caller returns the buffer to
    /// `free_ids`. Null on failure; an empty text is no failure.
    std::int32_t* (*encode)(const SentencePieceHandle* handle, const char* text, std::size_t size,
                            std::size_t* count, char* error, std::size_t error_size);

    void (*free_ids)(std::int32_t* ids);
};

/// The type of the one function that the module exports, and its name for dlsym(3).
using SentencePieceApiFunction = const SentencePieceApi*();
inline constexpr const char* sentencepiece_api_symbol = "headscope_sentencepiece_api";

}  // namespace headscope
