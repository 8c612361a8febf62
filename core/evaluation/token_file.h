#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/evaluation/scores.h"
#include "core/evaluation/windows.h"

namespace headscope {

/// What every prediction of an evaluation says: n windows of w tokens and p predictions each, row
/// by row.
struct TokenTable {
    struct Variant {
        std::string name;
        std::vector<float> nll;              ///< [n, p] negative log likelihood, nats
        std::vector<float> kl;               ///< [n, p] KL(original || variant), nats
        std::vector<std::uint8_t> same_top;  ///< [n, p]; this and `kl`: empty for the original
    };

    std::string protocol;
    std::int64_t window = 0;            ///< w
    std::int64_t first_scored = 0;      ///< prediction t is that of token first_scored + 1 + t
    std::vector<std::int64_t> windows;  ///< [n] which windows of the text, ascending
    std::vector<std::int32_t> ids;      ///< [n, w] the tokens that the model reads
    std::vector<Variant> variants;      ///< the original first

    [[nodiscard]] std::int64_t predictions() const { return window - 1 - first_scored; }
};

/// Of the finished windows; `scores` has TokenScores, the original first, a name for each variant.
TokenTable token_table(const Windows& windows, const Scores& scores,
                       const std::vector<std::string>& names);

/// Reads a file of write_token_scores(). Throws Error(bad_input) that names the file and the tensor
/// that is missing or of the wrong shape.
TokenTable read_token_scores(const std::filesystem::path& path);

/// Writes what every prediction of the finished windows says as a safetensors file, whole or not at
/// all. With n windows of w tokens and p predictions each:
///   windows            I64 [n]     which windows of the text, ascending
///   ids                I32 [n, w]  the tokens that the model reads
///   NAME.nll           F32 [n, p]  negative log likelihood, nats, for each of `names`
///   NAME.kl            F32 [n, p]  KL(original || variant), nats; not for the original
///   NAME.same_top      U8  [n, p]  1 where the most likely token is the original's; likewise
/// Prediction t is that of ids[:, first_scored + 1 + t]; `first_scored`, the protocol and the names
/// in their order stand in the metadata. `scores` has TokenScores, the original first. Throws
/// Error(bad_input) naming the path where it cannot be written.
void write_token_scores(const std::filesystem::path& path, const Windows& windows,
                        const Scores& scores, const std::vector<std::string>& names);

}  // namespace headscope
