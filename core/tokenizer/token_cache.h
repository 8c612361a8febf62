#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/tokenizer.h"

namespace headscope {

/// A whole text as ids, BOS in front where the tokenizer has one.
struct TokenizedText {
    std::vector<std::int32_t> ids;
    bool has_bos = false;  ///< ids[0] is BOS
    bool from_cache = false;

    /// SHA-256 of the ids as little-endian int32, BOS included.
    [[nodiscard]] std::string ids_sha256() const;
};

/// The ids of `text`, taken from a file in `cache_dir` when the same tokenizer (by its fingerprint)
/// met the same text (by its SHA-256) before, and kept there otherwise. A damaged cache file is
/// made anew, one that cannot be written is no error; an empty `cache_dir` means no cache.
TokenizedText tokenize_cached(const Tokenizer& tokenizer, std::string_view text,
                              const std::filesystem::path& cache_dir);

}  // namespace headscope
