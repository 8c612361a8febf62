#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/model/model.h"

namespace headscope {

struct SpeedParams {
    std::int64_t prompt = 512;  ///< tokens of the sequence that is read at once
    int repetitions = 5;        ///< after one that does not count
};

/// How fast a model reads a prompt: as llama-bench's test pp512.
struct PrefillSpeed {
    std::int64_t prompt = 0;     ///< tokens
    std::vector<double> values;  ///< tokens a second, of each repetition

    [[nodiscard]] double mean() const;
    /// The standard deviation of the repetitions (n - 1); 0 for one.
    [[nodiscard]] double deviation() const;
};

/// Reads random tokens with each of the models: all layers, and the logits of the last token. The
/// models take turns, so that what else the machine does affects all of them. Throws
/// Error(bad_input) where the prompt is longer than a model reads, and Error(cancelled) after one
/// repetition.
std::vector<PrefillSpeed> measure_prefill(std::span<const Model> models, const SpeedParams& params,
                                          const ProgressFn& progress = {},
                                          const std::stop_token& stop = {});

}  // namespace headscope
