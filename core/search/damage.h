#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/evaluation/scores.h"
#include "core/report/manifest.h"
#include "core/search/choose_pairs.h"
#include "core/search/preparation.h"

namespace headscope {

/// Damage per pair: what merging two heads alone does to the loss, which is what a measure of
/// similarity should foretell.
struct DamageParams {
    WorkParams work;
    std::vector<Measure> choose_by = {Measure::q};  ///< measures that choose the pairs
    std::vector<Measure> compare = {};              ///< ranked beside those
    ChoosePairs choose = ChoosePairs::closest;
    std::size_t pairs = 16;  ///< of each layer; see choose_pairs()
    std::uint64_t seed = 0;  ///< of a random choice
    std::int64_t probe_windows = 8;
    std::filesystem::path output;  ///< the report; empty: none is written
    bool force = false;            ///< replace it where it is there
};

/// One pair, merged alone.
struct PairDamage {
    int layer = 0;
    Heads heads;
    std::vector<double> similarities;  ///< [measures]
    Change change;                     ///< against the original, on the probe windows

    /// The rise of the loss, nats a prediction, with its interval.
    [[nodiscard]] Estimate loss() const;
};

/// How well a measure ranks pairs by their damage. A good one has rank correlations near -1: the
/// more alike, the less harm.
struct MeasureRanking {
    struct OfLayer {
        int layer = 0;
        std::int64_t pairs = 0;
        std::optional<double> correlation;  ///< Spearman's; absent where it is not defined
    };
    Measure measure = Measure::q;
    std::vector<OfLayer> layers;
    std::optional<double> mean;    ///< over the layers that have one
    std::optional<double> pooled;  ///< of the pairs of all layers together
};

struct DamageResult {
    std::vector<Measure> measures;  ///< those that choose, then those that are compared, each once
    std::vector<PairDamage> pairs;  ///< by layer, then by heads
    std::vector<MeasureRanking> rankings;  ///< [measures]
    std::int64_t probe_windows = 0;        ///< that were scored
    Metrics original;                      ///< on them
    Manifest manifest;
    std::int64_t resumed_scores = 0;  ///< taken from an interrupted start
    std::int64_t layer_passes = 0;
    std::int64_t separate_layer_passes = 0;
};

/// Merges each chosen pair alone under the work's rule (its KV policy decides what happens to K and
/// V, and under `within` which pairs there are) and measures the change on the probe windows, the
/// first of the shuffled order. With an `output` the report is written there, whole or not at all,
/// and scores are kept beside it until then, so that a start with the same settings goes on where
/// one was stopped or killed.
///
/// Throws what evaluate() throws, and Error(bad_input) for numbers that are not positive, or where
/// the output is there and `force` is not set.
DamageResult measure_damage(const DamageParams& params, const ProgressFn& progress = {},
                            const std::stop_token& stop = {});

/// Ranks measures; `similarities` of all pairs are those of `measures`.
std::vector<MeasureRanking> rank_measures(const std::vector<Measure>& measures,
                                          const std::vector<PairDamage>& pairs);

}  // namespace headscope
