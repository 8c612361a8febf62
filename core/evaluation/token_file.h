#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/evaluation/scores.h"
#include "core/evaluation/windows.h"

namespace headscope {

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
