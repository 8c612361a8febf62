#include "core/checkpoint/formats/hugging_face/shard_index.h"

#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/checkpoint/file_errors.h"

namespace headscope {
namespace {

/// A path could lead out of the folder, and a NUL byte would end the name early.
bool is_plain_file_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." &&
           name.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
}

}  // namespace

std::set<std::string> ShardIndex::shards() const {
    std::set<std::string> names;
    for (const auto& [tensor, shard] : shard_of)
        names.insert(shard);
    return names;
}

ShardIndex read_shard_index(const std::filesystem::path& path) {
    constexpr std::size_t kMaxIndexBytes = std::size_t{256} << 20;
    const std::string text = read_text_file(path, kMaxIndexBytes);
    refuse_lfs_pointer(text, path);
    const nlohmann::json parsed = parse_json(text, path.string());
    const auto weight_map = parsed.find("weight_map");  // the end where it is not an object
    if (weight_map == parsed.end() || !weight_map->is_object() || weight_map->empty()) {
        fail(ErrorCode::bad_input,
             "{}: weight_map, the object that says where each tensor lies, is missing or empty; "
             "download the index again",
             path.string());
    }
    ShardIndex index;
    for (const auto& [tensor, shard] : weight_map->items()) {
        if (!shard.is_string() || !is_plain_file_name(shard.get_ref<const std::string&>())) {
            fail(ErrorCode::bad_input,
                 "{}: tensor {}: the shard {} is not the name of a file in the same folder; "
                 "download the index again",
                 path.string(), tensor, shard.dump());
        }
        index.shard_of.emplace(tensor, shard.get<std::string>());
    }
    return index;
}

}  // namespace headscope
