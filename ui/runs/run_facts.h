#pragma once

#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

#include "ui/runs/run.h"

namespace headscope::ui {

/// What is known of how a run was, or will be, evaluated: from its manifest where it has one, else
/// from its settings. What is not known is empty or 0. Names are those of options and files, which
/// are not translated ("gptq", "float32").
struct RunFacts {
    QString measure;
    QString grouping;
    QString kv_policy;
    QString align;
    QString weights;
    std::optional<bool> rescale;
    std::vector<int> layers;
    bool layers_known = false;
    QString representative;
    QString merged_heads;    ///< by hand, "3:0-1"; empty: none
    QString removed_heads;   ///< "3:5,7" or "heads:25%"; empty: none
    QString excluded_heads;  ///< "3:5,7"; empty: none
    QString refit;           ///< "output"; empty: none
    QString protocol;
    std::int64_t window = 0;   ///< tokens
    std::int64_t windows = 0;  ///< evaluated, or to be
    QString bos_rule;
    QString corpus;
    QString corpus_sha256;
    QString tokenizer_fingerprint;
    std::int64_t tokens = 0;  ///< of the whole text
    QString dtype;
    QString device;
    QString model_fingerprint;
    QString started;         ///< ISO 8601, UTC
    double duration = -1.0;  ///< seconds; negative: not known
    int evaluated_together = 0;
    QString program_version;
};

[[nodiscard]] RunFacts facts_of(const Run& run);

/// "0-5", "0,3,8-15": the layers as options name them.
[[nodiscard]] QString layers_text(const std::vector<int>& layers);

/// One of the settings that decide whether two runs belong to one series.
struct ComparableSetting {
    QString value;  ///< to be compared
    QString shown;  ///< for a legend
};
/// All of them, always in the same order. Runs in which every value is equal compare.
[[nodiscard]] std::vector<ComparableSetting> comparable_settings(const Run& run);

}  // namespace headscope::ui
