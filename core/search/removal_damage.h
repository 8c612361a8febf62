#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/progress.h"
#include "core/evaluation/scores.h"
#include "core/merging/refit_rule.h"
#include "core/merging/removal.h"
#include "core/report/manifest.h"
#include "core/search/preparation.h"

namespace headscope {

/// Damage of removals: what removing one head, one KV head with the heads that it serves, or the
/// attention of one layer alone does to the loss, without and with a refit of the layer.
struct RemovalDamageParams {
    WorkParams work;
    RemovalUnit unit = RemovalUnit::heads;
    RefitTarget target = RefitTarget::layer;
    /// Sequences of the calibration text that the loss is measured on; the others are what the
    /// refit sees.
    std::int64_t probe_windows = 8;
};

struct RemovedUnit {
    int layer = 0;
    std::vector<int> heads;
    double output_norm = 0.0;  ///< mean |O z|^2 of its heads as a share of the residual stream's
    double redundancy = 0.0;   ///< the mean over its heads, given all others of the layer
    /// Sum over its heads of the output norm times 1 - redundancy: what a refit leaves, as a share
    /// of the residual stream's energy.
    double refit_error = 0.0;
    Change plain;  ///< against the original, on the probe sequences
    Change refitted;
};

/// Spearman's rank correlation of a measure of units with their damage; absent where it is not
/// defined.
struct RemovalRanking {
    std::string measure;  ///< "output_norm", "redundancy", "refit_error"
    std::optional<double> plain;
    std::optional<double> refitted;
    std::optional<double> plain_mean_of_layers;
    std::optional<double> refitted_mean_of_layers;
};

struct RemovalDamageResult {
    std::vector<RemovedUnit> units;  ///< by layer, then by first head
    std::vector<RemovalRanking> rankings;
    std::int64_t probe_windows = 0;
    Metrics original;  ///< on the probe sequences
    Manifest manifest;
};

/// Measures every unit of the chosen layers. Needs the work's rule to ask for a refit, so that the
/// calibration text is there. Throws what refit() and evaluate() throw, and Error(bad_input) where
/// the probe sequences leave nothing to refit on.
RemovalDamageResult measure_removals(const RemovalDamageParams& params,
                                     const ProgressFn& progress = {},
                                     const std::stop_token& stop = {});

nlohmann::ordered_json to_json(const RemovalDamageParams& params,
                               const RemovalDamageResult& result);

}  // namespace headscope
