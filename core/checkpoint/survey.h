#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/checkpoint/checkpoint.h"

namespace headscope {

/// What a folder holds, as far as it can be told, whether or not Headscope can use it.
struct ModelSurvey {
    std::filesystem::path directory;
    std::string kind;                      ///< "Hugging Face, safetensors", "GGUF", ...
    std::optional<Checkpoint> checkpoint;  ///< where it can be used
    std::optional<Error> problem;          ///< why not, where it cannot
    std::optional<Error> incomplete;       ///< why it cannot run, where it can be compared

    /// Fields of config.json, params.json or adapter_config.json that say what the model is, with
    /// their values as JSON; for a model that cannot be used.
    std::vector<std::pair<std::string, std::string>> fields;

    /// The files that hold weights, with their sizes in bytes.
    std::vector<std::pair<std::filesystem::path, std::int64_t>> files;

    // Over all tensors that could be listed.
    std::map<std::string, std::int64_t> tensors_of_dtype;  ///< "BF16": 291
    std::int64_t parameters = 0;
    std::int64_t bytes = 0;
};

/// Looks at a model folder, or the one that the file lies in; reads no more than Checkpoint::open.
/// Throws Error(bad_input) where there is nothing, or nothing of a model.
ModelSurvey survey_model(const std::filesystem::path& path);

}  // namespace headscope
