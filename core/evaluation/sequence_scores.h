#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/evaluator.h"
#include "core/evaluation/windows.h"

namespace headscope {

/// How an evaluation of sequences goes on after an interruption.
struct TaskResume {
    /// Given the number of sequences, the scores that the same evaluation had; empty where there
    /// are none.
    std::function<Scores(std::size_t sequences)> known = {};
    ScoresFn partial = {};  ///< gets the scores of all sequences so far
};

/// Scores sequences of any lengths under all variants together, about one length after the other.
/// Errors, cancelling and several processes are those of evaluate().
Scores score_sequences(const Model& model, const std::vector<Variant>& variants,
                       const std::vector<ScoredSequence>& sequences, const TaskResume& resume = {},
                       const ProgressFn& progress = {}, const std::stop_token& stop = {});

}  // namespace headscope
