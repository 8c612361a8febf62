#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/checkpoint/checkpoint.h"
#include "core/measures/calibration_record.h"
#include "core/merging/compaction.h"
#include "core/merging/merge_plan.h"
#include "core/similarity/similarity.h"

namespace headscope {

/// Beside the weights of a merged checkpoint: what was merged, from what, and how.
inline constexpr const char* kExportManifest = "headscope_manifest.json";

/// What an export asks of the machine; tests put their own in place.
struct ExportSystem {
    /// Bytes that may be written into an existing folder; empty: what the file system says.
    std::function<std::int64_t(const std::filesystem::path& folder)> free_space;
    /// Called before every piece that is written, and before each step that gives the folder its
    /// name.
    std::function<void()> before_step;
};

struct ExportParams {
    MergePlan plan;
    Measure measure = Measure::q;  ///< that the plan's similarities are of; for the manifest
    /// Of the text that the measure or the means needed; for the manifest.
    std::optional<CalibrationRecord> calibration = {};
    std::filesystem::path output_dir;
    bool compact = false;  ///< remove duplicate heads for good
    bool force = false;    ///< replace a folder that is not empty
    std::string program_version;
    ExportSystem system = {};
};

struct ExportResult {
    std::filesystem::path directory;           ///< absolute
    std::int64_t bytes = 0;                    ///< of all files
    std::vector<std::string> changed_tensors;  ///< whose bytes are not the source's
    std::vector<LayerCompaction> layers;       ///< that were merged, where compact
    std::vector<std::string> notes;            ///< what other programs will say, a sentence each
    double seconds = 0.0;
};

/// Bytes of the files that an export without `compact` writes, roughly: for a look at the room.
std::int64_t export_size(const Checkpoint& checkpoint);

/// Bytes that may be written into a folder, or into the nearest above it that exists.
std::int64_t free_space_at(const std::filesystem::path& folder);

/// Writes the checkpoint under a merge plan as a folder in Hugging Face's layout: weights with the
/// source's dtypes, order and shards, in safetensors; its config, tokenizer and other files; and a
/// manifest. In a shard only bytes of merged tensors differ from the source's. Weights of
/// pytorch_model.bin become safetensors of the same shards; Meta's layout becomes shards of at most
/// 5 GB with half-split rows of Q and K, and a config.json that is made from params.json.
///
/// With `compact` the heads that merging made identical become one (see compact_layer), and the
/// config has the heads of each layer (see parse_model_config); where all layers keep equally many,
/// an ordinary config says so.
///
/// Tensors pass through in pieces, and merged layers one at a time, so that the memory used does
/// not grow with the model. The folder appears whole or not at all (see StagedFolder): a stop
/// request, an error or a killed process leave the target as it was. Reports megabytes; a stop is
/// noticed within one layer's merge or 8 MB and becomes Error(cancelled).
///
/// Throws Error(bad_input) where the plan merges nothing, nothing can be removed, the target holds
/// something already, is or contains the source (links followed), or has too little room.
ExportResult export_checkpoint(const Checkpoint& checkpoint, const ExportParams& params,
                               const ProgressFn& progress = {}, const std::stop_token& stop = {});

}  // namespace headscope
