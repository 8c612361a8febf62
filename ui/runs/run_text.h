#pragma once

#include <QString>
#include <QStringList>
#include <optional>

#include "ui/runs/run.h"
#include "ui/runs/run_facts.h"

/// Runs in words, for cells, tool tips and dialogs; numbers in the user's locale. What is not known
/// is an empty text.
namespace headscope::ui {

/// "Queued", "Running", "Finished", "Cancelled", "Failed".
[[nodiscard]] QString state_name(RunState state);
/// The same with how far a running one is: "Running, 15 %".
[[nodiscard]] QString state_text(const Run& run);
/// How far an active run is, in [0, 1]; 0 where that is not known.
[[nodiscard]] double progress_share(const Run& run);
/// "Loading, 3 / 6 layers" before the evaluation, "120 / 775 windows" in it, "775 windows" after.
[[nodiscard]] QString run_progress_text(const Run& run);
/// "gptq, 512, float32, cpu, components, average, 6 layers"
[[nodiscard]] QString settings_text(const Run& run);
/// "align weights", "rescale": what of a run's way to average is not the default, as options say
/// it.
[[nodiscard]] QStringList manner_parts(const RunFacts& facts);
/// A metric of a finished run, "kl_divergence"; nothing where it has none of that name.
[[nodiscard]] std::optional<Metric> metric_of(const Run& run, const char* name);
/// "0.0123 [0.0119, 0.0127]", nats
[[nodiscard]] QString kl_text(const Run& run);
/// "97.12 % [97.01, 97.23]"
[[nodiscard]] QString same_top_text(const Run& run);
/// "yes" or "no"
[[nodiscard]] QString yes_or_no(const std::optional<bool>& value);
/// Seconds that the evaluation took or has taken; negative: not known.
[[nodiscard]] double duration_of(const Run& run);
/// "0.98", or "per layer"
[[nodiscard]] QString run_threshold_text(const Run& run);
/// "Threshold 0.98", or "Thresholds per layer"
[[nodiscard]] QString run_title(const Run& run);
/// Everything that decides the numbers of the run, and its error, as rich text.
[[nodiscard]] QString details_text(const Run& run);

}  // namespace headscope::ui
