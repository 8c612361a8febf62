#include "core/report/export_files.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/architecture/registry.h"
#include "core/architecture/tensor_map.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/checkpoint/formats/checkpoint_format.h"
#include "core/checkpoint/formats/safetensors/safetensors_writer.h"
#include "core/report/export.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";
constexpr std::size_t kMaxIndexBytes = std::size_t{256} << 20;
constexpr std::int64_t kMostShardBytes = 5'000'000'000;  // as Hugging Face's libraries shard

std::int64_t sum_bytes(const std::vector<StoredInfo>& tensors) {
    return std::accumulate(tensors.begin(), tensors.end(), std::int64_t{0},
                           [](std::int64_t sum, const StoredInfo& t) { return sum + t.bytes; });
}

/// "pytorch_model-00001-of-00002.bin" as "model-00001-of-00002.safetensors".
std::string safetensors_name(const fs::path& path) {
    constexpr std::string_view kPrefix = "pytorch_";
    std::string stem = path.stem().string();
    if (stem.starts_with(kPrefix)) stem.erase(0, kPrefix.size());
    return stem + ".safetensors";
}

/// Gives the tensors that lose heads their new shape; says whether any does.
bool shrink(std::vector<StoredInfo>& tensors, const ModelConfig& config,
            const Compactions& compactions) {
    std::map<std::string, std::vector<std::int64_t>> shapes;
    for (const auto& [layer, compaction] : compactions) {
        ModelConfig smaller = config;
        smaller.layer_heads.assign(static_cast<std::size_t>(config.num_hidden_layers),
                                   compaction.after);
        for (const ExpectedTensor& tensor : expected_tensors(smaller, layer))
            shapes.emplace(tensor.name, tensor.shape);
    }
    bool any = false;
    for (StoredInfo& tensor : tensors) {
        const auto found = shapes.find(tensor.name);
        if (found == shapes.end() || found->second == tensor.shape) continue;
        for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis)
            tensor.bytes = tensor.bytes / tensor.shape[axis] * found->second[axis];
        tensor.shape = found->second;
        any = true;
    }
    return any;
}

/// Some files of torch.save have an output that refers to the embeddings, where both are tied.
void leave_out_tied_output(std::vector<StoredInfo>& tensors, const Checkpoint& checkpoint) {
    if (!checkpoint.config().tie_word_embeddings) return;
    const std::string output = tensor_name(*checkpoint.config().architecture, Part::output);
    std::erase_if(tensors, [&](const StoredInfo& tensor) { return tensor.name == output; });
}

ExportShard make_shard(std::string name, std::vector<StoredInfo> tensors) {
    std::string header = safetensors_header(tensors, {{"format", "pt"}});
    return {std::move(name), std::move(header), std::move(tensors)};
}

/// One file, or as many as it takes.
std::vector<ExportShard> cut_into_shards(std::vector<StoredInfo> tensors) {
    std::vector<std::vector<StoredInfo>> parts(1);
    std::int64_t bytes = 0;
    for (StoredInfo& tensor : tensors) {
        if (bytes + tensor.bytes > kMostShardBytes && !parts.back().empty()) {
            parts.emplace_back();
            bytes = 0;
        }
        bytes += tensor.bytes;
        parts.back().push_back(std::move(tensor));
    }
    std::vector<ExportShard> shards;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        shards.push_back(
            make_shard(parts.size() == 1
                           ? kSingle
                           : fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, parts.size()),
                       std::move(parts[i])));
    }
    return shards;
}

bool holds_weights(const std::string& name) {
    constexpr std::array kEndings{".safetensors", ".bin",     ".pth",       ".pt",   ".gguf",
                                  ".h5",          ".msgpack", ".onnx",      ".ckpt", ".npz",
                                  ".ot",          ".tflite",  ".index.json"};
    return std::any_of(kEndings.begin(), kEndings.end(),
                       [&](const char* ending) { return name.ends_with(ending); });
}

/// Written anew, or true of other files only.
bool is_replaced(const std::string& name) {
    constexpr std::array kNames{"config.json", "params.json", "checklist.chk", kExportManifest};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::vector<HeadCounts> layer_heads(const ModelConfig& config, const Compactions& compactions) {
    std::vector<HeadCounts> layers;
    for (int layer = 0; layer < config.num_hidden_layers; ++layer) {
        const auto found = compactions.find(layer);
        layers.push_back(found == compactions.end() ? config.heads_of(layer) : found->second.after);
    }
    return layers;
}

bool same_in_all_layers(const std::vector<HeadCounts>& layers) {
    return std::equal(layers.begin() + 1, layers.end(), layers.begin());
}

/// Puts a prefix in front of a name, or takes it away.
std::string with_prefix(std::string name, std::string_view prefix, bool wanted) {
    if (name.starts_with(prefix)) name.erase(0, prefix.size());
    return wanted ? std::string(prefix) + name : name;
}

}  // namespace

std::int64_t ExportShard::data_bytes() const {
    return sum_bytes(tensors);
}

std::vector<ExportShard> plan_shards(const Checkpoint& checkpoint, const Compactions& compactions) {
    std::vector<FileListing> files = checkpoint.list();
    for (FileListing& file : files) {
        if (shrink(file.tensors, checkpoint.config(), compactions))
            file.header_describes_it = false;
        const std::size_t before = file.tensors.size();
        leave_out_tied_output(file.tensors, checkpoint);
        // transformers wants to know whose tensors they are.
        if (file.tensors.size() != before || file.path.extension() != ".safetensors" ||
            !file.metadata.contains("format")) {
            file.header_describes_it = false;
        }
        file.metadata.emplace("format", "pt");
    }
    if (!checkpoint.format().keeps_files) {
        std::vector<StoredInfo> all;
        for (FileListing& file : files)
            std::move(file.tensors.begin(), file.tensors.end(), std::back_inserter(all));
        return cut_into_shards(std::move(all));
    }
    std::vector<ExportShard> shards;
    for (FileListing& file : files) {
        if (file.tensors.empty()) continue;
        std::string header = file.header_describes_it
                                 ? std::string(file.header)
                                 : safetensors_header(file.tensors, file.metadata);
        shards.push_back({safetensors_name(file.path), std::move(header), std::move(file.tensors)});
    }
    return shards;
}

std::string make_index(const Checkpoint& checkpoint, const std::vector<ExportShard>& shards) {
    if (shards.size() == 1 && shards.front().name == kSingle) return {};
    ordered_json index = ordered_json::object();
    const fs::path old_index = checkpoint.directory() / kIndex;
    std::string old;
    std::error_code error;
    if (checkpoint.format().keeps_files && fs::exists(old_index, error)) {
        old = read_text_file(old_index, kMaxIndexBytes);
        index = parse_ordered_json(old, kIndex);
    }
    std::int64_t bytes = 0;
    ordered_json weight_map = ordered_json::object();
    for (const ExportShard& shard : shards) {
        bytes += shard.data_bytes();
        for (const StoredInfo& tensor : shard.tensors)
            weight_map[tensor.name] = shard.name;
    }
    if (!index.contains("metadata") || !index["metadata"].is_object())
        index["metadata"] = ordered_json::object();
    ordered_json& metadata = index["metadata"];
    const bool same_places = index.contains("weight_map") &&
                             nlohmann::json(index["weight_map"]) == nlohmann::json(weight_map);
    if (same_places && metadata.contains("total_size") && metadata["total_size"] == bytes)
        return old;
    metadata["total_size"] = bytes;
    metadata.erase("total_parameters");
    index["weight_map"] = std::move(weight_map);
    return index.dump(2) + "\n";
}

std::vector<std::string> config_notes(const Checkpoint& checkpoint,
                                      const Compactions& compactions) {
    if (compactions.empty()) return {};
    const ModelConfig& config = checkpoint.config();
    const std::vector<HeadCounts> layers = layer_heads(config, compactions);
    if (!same_in_all_layers(layers) || config.hidden_size % layers.front().heads == 0) return {};
    return {fmt::format(
        "transformers 5 refuses this model, because {} heads do not divide the hidden size {}; "
        "transformers 4 and Headscope open it",
        layers.front().heads, config.hidden_size)};
}

std::string make_config(const Checkpoint& checkpoint, const Compactions& compactions) {
    if (compactions.empty()) return checkpoint.config_json();
    const ModelConfig& config = checkpoint.config();
    const std::vector<HeadCounts> layers = layer_heads(config, compactions);
    const bool uniform = same_in_all_layers(layers);
    ordered_json json = parse_ordered_json(checkpoint.config_json(), "config.json");
    json["head_dim"] = config.head_dim;
    json["model_type"] = with_prefix(config.model_type, kCompactPrefix, !uniform);
    if (json.contains("architectures")) {
        for (ordered_json& name : json["architectures"])
            if (name.is_string())
                name = with_prefix(name.get<std::string>(), "Headscope", !uniform);
    }
    json.erase("headscope_heads");
    if (uniform) {
        json["num_attention_heads"] = layers.front().heads;
        json["num_key_value_heads"] = layers.front().kv_heads;
    } else {
        json["num_key_value_heads"] = config.num_key_value_heads;
        json["headscope_heads"] = ordered_json::array();
        for (const HeadCounts& layer : layers)
            json["headscope_heads"].push_back({layer.heads, layer.kv_heads});
    }
    return dump_readable(json);
}

std::vector<fs::path> companion_files(const Checkpoint& checkpoint) {
    std::vector<fs::path> files;
    std::error_code error;
    for (auto it = fs::directory_iterator(checkpoint.directory(), error);
         !error && it != fs::directory_iterator(); it.increment(error)) {
        const std::string name = it->path().filename().string();
        std::error_code ignored;
        if (name.starts_with('.') || holds_weights(name) || is_replaced(name) ||
            !fs::is_regular_file(it->path(), ignored)) {
            continue;
        }
        files.push_back(it->path());
    }
    if (error) {
        fail(ErrorCode::bad_input, "{}: cannot be read ({})", checkpoint.directory().string(),
             error.message());
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace headscope
