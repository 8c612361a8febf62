#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace headscope {

/// model.safetensors.index.json: which file (a name without a folder) holds which tensor.
struct ShardIndex {
    std::map<std::string, std::string> shard_of;

    /// The names of the files, sorted.
    [[nodiscard]] std::set<std::string> shards() const;
};

/// Throws Error(bad_input) that names the index when it is not JSON, names a tensor twice, or names
/// a file outside its own folder.
ShardIndex read_shard_index(const std::filesystem::path& path);

}  // namespace headscope
