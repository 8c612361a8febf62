#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/model/model.h"

namespace headscope {

struct SpeedParams {
    std::int64_t prompt = 512;     ///< tokens of the sequence that is read at once; 0: none
    int repetitions = 5;           ///< after one that does not count
    std::int64_t generated = 128;  ///< tokens that are written one after the other; 0: none
};

/// How fast a model does something with `tokens` tokens.
struct Speed {
    std::int64_t tokens = 0;
    std::vector<double> values;  ///< tokens a second, of each repetition

    [[nodiscard]] double mean() const;
    /// The standard deviation of the repetitions (n - 1); 0 for one.
    [[nodiscard]] double deviation() const;
};

struct ModelSpeed {
    Speed prefill;     ///< reading a prompt: as llama-bench's test pp512
    Speed generation;  ///< writing tokens with a KV cache: as its test tg128
};

/// Has each of the models read random tokens, all layers and the logits of the last token, and
/// write tokens behind a single one, each the most likely. The models take turns, so that what else
/// the machine does affects all of them. Throws Error(bad_input) where that is longer than a model
/// reads, and Error(cancelled) within a layer.
std::vector<ModelSpeed> measure_speed(std::span<const Model> models, const SpeedParams& params,
                                      const ProgressFn& progress = {},
                                      const std::stop_token& stop = {});

}  // namespace headscope
