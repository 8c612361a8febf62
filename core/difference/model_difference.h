#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/checkpoint/checkpoint.h"
#include "core/difference/weight_difference.h"
#include "core/evaluation/prepare.h"
#include "core/evaluation/scores.h"
#include "core/model/model.h"
#include "core/similarity/measure.h"

namespace headscope {

struct DifferenceParams {
    Measure measure = Measure::qkvo;  ///< that heads are matched by; a cosine of weights
    std::vector<int> layers;          ///< whose heads are matched; empty for all
    bool weights_only = false;        ///< evaluate neither
    TextOptions text;                 ///< its window may be 0: the default of the shorter model
    ComputeOptions compute;           ///< of both models, which share the memory limit
    std::filesystem::path cache_dir;  ///< for token ids
};

/// Both models over the same tokens; the first takes the place of the original.
struct PairedEvaluation {
    PreparedText text;
    std::string dtype;
    std::string device;
    Scores scores;  ///< two variants
    double seconds = 0.0;
};

/// Why a part of a comparison was not possible: errors that were not thrown, so that a window can
/// say them in another language.
struct NotCompared {
    Error why;
    std::optional<Error> cause = {};  ///< that it follows from

    /// Both in a sentence, without its full stop.
    [[nodiscard]] std::string text() const;
};

/// What tells two models apart. Where a part was not possible, the reason beside it says why.
struct ModelDifference {
    std::vector<LayerMatches> layers;
    std::optional<NotCompared> no_matches;
    TensorDifferences tensors;
    std::optional<PairedEvaluation> evaluation;
    std::optional<NotCompared> no_evaluation;
    /// The perplexities are there, the KL divergence is not.
    std::optional<NotCompared> no_divergence;

    /// Whether nothing at all could be compared; both reasons are there then.
    [[nodiscard]] bool empty() const;
};

/// Matches the heads of two models, subtracts their tensors and evaluates both on the same tokens.
///
/// Heads are matched where both have the same number of layers, hidden size and head size; layers
/// may have any number of heads. Tensors are subtracted where name and shape are the same. The
/// models are evaluated where their tokenizers read the text as the same tokens, and their KL
/// divergence is taken where their vocabularies have one size.
///
/// Throws Error(bad_input) for a measure that compares heads of one model alone, and what
/// compute_similarity(), prepare_text(), Model::load() and evaluate() throw.
ModelDifference compare_models(const Checkpoint& first, const Checkpoint& second,
                               const DifferenceParams& params, const ProgressFn& progress = {},
                               const std::stop_token& stop = {});

}  // namespace headscope
