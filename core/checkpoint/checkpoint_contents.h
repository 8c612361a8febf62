#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/architecture/model_config.h"
#include "core/base/embedded_tokenizer.h"
#include "core/base/error.h"
#include "core/checkpoint/formats/checkpoint_format.h"
#include "core/checkpoint/tensor_table.h"
#include "core/checkpoint/unused_tensors.h"

namespace headscope {

/// What an opened checkpoint consists of. A format fills in the first part; Checkpoint::open checks
/// it against the config and fills in the second.
struct CheckpointContents {
    const CheckpointFormat* format = nullptr;
    std::filesystem::path directory;
    std::filesystem::path path;         ///< that opens it again
    std::filesystem::path config_file;  ///< where the config comes from, for error texts
    std::string config_text;            ///< what tells configs apart, for the fingerprint
    std::string config_json;            ///< the config in Hugging Face's words
    ModelConfig config;
    TensorFiles files;
    TensorTable table;
    std::vector<std::shared_ptr<const StoredTensor>> pieces;  ///< of files' tensors, in the table
    std::set<std::string> repeated;  ///< names under which the table has a tensor once more
    std::string compared_only;       ///< why heads are compared, but the model cannot run
    std::shared_ptr<const EmbeddedTokenizer> tokenizer;  ///< null: files of the folder hold it
    std::vector<std::string> notes;  ///< for people: what was taken otherwise than the files say

    UnusedTensors unused;
    std::optional<Error> incomplete;  ///< why the model cannot run
};

}  // namespace headscope
