#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/progress.h"
#include "core/checkpoint/checkpoint.h"
#include "core/evaluation/speed.h"
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

/// For which programs the model is written.
enum class ExportFormat {
    hugging_face,  ///< a folder that transformers and what is built on it open
    gguf,          ///< a file that llama.cpp and what is built on it open
};

/// What the weights of a GGUF file are stored in.
enum class ExportType {
    automatic,  ///< `keep` where the source is GGUF, otherwise f16
    f32,
    f16,
    bf16,
    q8_0,
    keep,  ///< what the source has; changed tensors in the nearest type that is at least as fine
};

/// By the names of the command line. Throw Error(bad_input) that lists the choices.
ExportFormat parse_export_format(std::string_view name);
ExportType parse_export_type(std::string_view name);
std::string_view name_of(ExportFormat format);
std::string_view name_of(ExportType type);

/// How it is measured how fast the source and the export are.
struct SpeedMeasurement {
    SpeedParams params;
    ComputeOptions compute;
};

struct ExportParams {
    MergePlan plan;
    Measure measure = Measure::q;  ///< that the plan's similarities are of; for the manifest
    /// Of the text that the measure or the means needed; for the manifest.
    std::optional<CalibrationRecord> calibration = {};
    std::filesystem::path output_dir;
    ExportFormat format = ExportFormat::hugging_face;
    ExportType type = ExportType::automatic;  ///< of a GGUF file
    /// Of a file with weights; 0: one GGUF file, and the files of the source otherwise.
    std::int64_t max_shard_bytes = 0;
    std::optional<SpeedMeasurement> speed = {};  ///< none: it is not measured
    bool compact = false;  ///< take duplicate heads and those that write nothing out of the file
    bool force = false;    ///< replace a folder that is not empty
    std::string program_version;
    ExportSystem system = {};
};

/// What a model takes.
struct ModelSize {
    std::int64_t parameters = 0;
    std::int64_t bytes = 0;                     ///< of the files with weights
    std::int64_t kv_cache_bytes_per_token = 0;  ///< in a cache of 16 bits
    ModelSpeed speed = {};                      ///< where it was measured
};

/// Of a model as it lies in its files.
ModelSize size_of(const Checkpoint& checkpoint);

struct ExportResult {
    std::filesystem::path directory;           ///< absolute
    std::int64_t bytes = 0;                    ///< of all files
    std::vector<std::string> changed_tensors;  ///< whose bytes are not the source's
    std::vector<LayerCompaction> layers;       ///< that were merged, where compact
    std::vector<std::string> notes;            ///< what other programs will say, a sentence each
    ModelSize before;                          ///< the source
    ModelSize after;
    double seconds = 0.0;
};

/// Bytes of the files that an export without `compact` writes, roughly: for a look at the room.
/// Throws Error(unsupported) where the format cannot hold the model.
std::int64_t export_size(const Checkpoint& checkpoint,
                         ExportFormat format = ExportFormat::hugging_face,
                         ExportType type = ExportType::automatic);

/// Bytes that may be written into a folder, or into the nearest above it that exists.
std::int64_t free_space_at(const std::filesystem::path& folder);

/// Writes the checkpoint under a merge plan into a folder, with a manifest.
///
/// As a Hugging Face model: weights with the source's dtypes, order and shards, in safetensors; its
/// config, tokenizer and other files. In a shard only bytes of merged tensors differ from the
/// source's. Weights of pytorch_model.bin become safetensors of the same shards; those of other
/// formats become shards of at most 5 GB with half-split rows of Q and K, and a config.json made
/// from what the source says.
///
/// As GGUF: model.gguf of the source's architecture in llama.cpp, or of `deci` where layers differ
/// in their heads; see gguf_model_writer().
///
/// With `compact` the heads that merging made identical become one, and heads that write nothing go
/// (see compact_layer). The config has the heads of each layer (see parse_model_config); where all
/// layers keep equally many, an ordinary config says so.
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
