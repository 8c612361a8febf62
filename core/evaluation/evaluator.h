#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/scores.h"
#include "core/evaluation/sharing.h"
#include "core/evaluation/windows.h"
#include "core/model/model.h"

namespace headscope {

class LogitsFile;
class LogitsWriter;

/// Predictions of another model, with which those of an evaluation are compared.
class PredictionBase;

struct EvaluationParams {
    std::vector<Variant> variants;  ///< evaluated together; an empty one is the original
    std::shared_ptr<const Windows> windows;
    Scores known;  ///< of an earlier part of the same evaluation; may be empty
    /// The windows to evaluate, in this order; empty for all in Windows::shuffled_order(). Those
    /// that are known already are left out.
    std::vector<std::int64_t> order = {};
    /// Keep hidden states of the original in what memory is left, so that later evaluations of the
    /// same windows begin at their first changed layer.
    bool keep_states = false;
    /// Compare every prediction of each variant with the original's, which must be among the
    /// variants, and keep TokenScores. Windows that `known` has without them are scored again.
    bool divergence = false;
    /// With `divergence`: compare with these instead, the original too, which need not be there.
    std::shared_ptr<const PredictionBase> base = {};
    /// Takes the predictions of the first variant, for later evaluations of the same windows.
    std::shared_ptr<PredictionBase> keep = {};
};

struct EvaluationResult {
    Scores scores;
    std::int64_t layer_passes = 0;  ///< layer computations done, each over one window
    std::int64_t separate_layer_passes =
        0;  ///< what one evaluation for each variant would have done
    double seconds = 0.0;
    std::int64_t peak_device_bytes = 0;  ///< of a GPU that the process took so far; 0 on the CPU
};

/// Called with the scores so far, at most 20 times a second, from the thread that finished a
/// window.
using ScoresFn = std::function<void(const Scores&)>;

/// Meets the processes that a launcher started together with this one, if there are any: from then
/// on the others hear of it at once when one ends. Throws Error(device) where they cannot be
/// reached.
void join_processes();

/// Parts from them, once all is done that was to be done together.
void leave_processes();

/// An empty store for the predictions of a model over some windows. It keeps the model.
std::shared_ptr<PredictionBase> predictions_of(const Model& model, const Windows& windows);

/// A store that writes the log-probabilities of the model's predictions; finish() of the writer is
/// left to the caller.
std::shared_ptr<PredictionBase> predictions_to_file(const Model& model, const Windows& windows,
                                                    std::shared_ptr<LogitsWriter> writer);

/// The predictions of a file, to compare with.
std::shared_ptr<PredictionBase> predictions_of_file(std::shared_ptr<const LogitsFile> file);

/// `compared`, the scores of an evaluation with predictions_of_file(), behind the file's own: so
/// that metrics are against the file.
Scores with_file_first(const LogitsFile& file, const Scores& compared);

/// What the process of rank 0 passes here, in every process that a launcher started together with
/// this one (process_rank.h). All must call it. A process that is alone gets its own text back.
std::string broadcast(const std::string& text);

/// Evaluates all variants together. Processes that a launcher started together (process_rank.h)
/// share the windows when they all make this call, and all get all scores; a process that ends
/// meanwhile is an Error(device) in the others. On the CPU small models run one window a core,
/// large ones one window on all cores. The result does not depend on the number of threads beyond
/// rounding inside a matrix product. Throws Error(cancelled) within one micro-batch of a stop
/// request, after a last call of `partial` with everything that was finished; Error(bad_input)
/// naming the tensor when weights hold NaN or infinity.
EvaluationResult evaluate(const Model& model, const EvaluationParams& params,
                          const ProgressFn& progress = {}, const ScoresFn& partial = {},
                          const std::stop_token& stop = {});

}  // namespace headscope
