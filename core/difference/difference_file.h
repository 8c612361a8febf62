#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "core/difference/model_difference.h"

namespace headscope {

/// A model of a comparison, as the file names it.
struct ComparedModel {
    std::string path;
    std::string layout;
    std::string fingerprint;
    std::int64_t parameters = 0;
};

ComparedModel describe(const Checkpoint& checkpoint, const std::stop_token& stop = {});

struct DifferenceRecord {
    ComparedModel first;
    ComparedModel second;
    DifferenceParams params;
    std::string program_version;
};

/// The file's content; see docs/file-formats.md.
nlohmann::ordered_json to_json(const DifferenceRecord& record, const ModelDifference& difference);

/// Written whole or not at all; a folder that is missing is made.
void write_difference(const std::filesystem::path& file, const DifferenceRecord& record,
                      const ModelDifference& difference);

}  // namespace headscope
