#include "ui/session/merge_figures.h"

#include <utility>

#include "core/base/locations.h"
#include "core/measures/merge_calibration.h"

namespace headscope::ui {

std::optional<Calibrating> calibrating_of(const Choices& choices, const ComputeOptions& compute) {
    if (!choices.rule_at(0.0).needs_calibration()) return std::nullopt;
    return Calibrating{choices.calibration, compute, choices.align == Alignment::activations};
}

bool serve(const MergeFigures* figures, const Choices& choices) {
    const auto needed = calibrating_of(choices, {});
    if (!needed) return true;
    return figures != nullptr && figures->calibrating.text == needed->text &&
           (figures->calibrating.moments || !needed->moments);
}

Choices without_calibration(Choices choices) {
    if (choices.align == Alignment::activations) choices.align = Alignment::none;
    if (choices.weights == MeanWeights::usage) choices.weights = MeanWeights::plain;
    choices.representative = Representative::mean;
    return choices;
}

std::shared_ptr<const MergeFigures> read_calibration(const Checkpoint& checkpoint,
                                                     const Calibrating& calibrating,
                                                     const std::filesystem::path& corpus,
                                                     const ModelFn& model,
                                                     const ProgressFn& progress,
                                                     const std::stop_token& stop) {
    if (progress) progress({"tokenizing", 0, 0, ""});
    const CalibrationText text =
        prepare_calibration(checkpoint, calibrating.text, corpus, cache_dir(), stop);
    MergeRule rule;
    rule.weights = MeanWeights::usage;
    if (calibrating.moments) rule.align = Alignment::activations;
    return std::make_shared<const MergeFigures>(MergeFigures{
        calibrating, text.record, calibrate_merge(rule, {}, text.windows, model, progress, stop)});
}

}  // namespace headscope::ui
