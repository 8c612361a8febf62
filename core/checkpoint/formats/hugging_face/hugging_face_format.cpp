#include "core/checkpoint/formats/hugging_face/hugging_face_format.h"

#include <algorithm>
#include <memory>
#include <optional>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/checkpoint/checkpoint_contents.h"
#include "core/checkpoint/file_errors.h"
#include "core/checkpoint/formats/hugging_face/shard_index.h"
#include "core/checkpoint/formats/safetensors/safetensors_file.h"
#include "core/checkpoint/formats/torch/torch_file.h"
#include "core/checkpoint/quantization/packed_experts.h"
#include "core/checkpoint/quantization/quantized_folder.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfig = "config.json";

/// The names of one of the two formats.
struct Names {
    std::string_view single;
    std::string_view index;
    std::string_view shard_begin;
    std::string_view ending;
};
constexpr Names kSafetensorsNames{"model.safetensors", "model.safetensors.index.json", "model-",
                                  ".safetensors"};
constexpr Names kTorchNames{"pytorch_model.bin", "pytorch_model.bin.index.json", "pytorch_model-",
                            ".bin"};

/// Files of weights of another format: who names one wants that.
bool is_weights_file(std::string_view name) {
    return name.ends_with(".safetensors") || name.ends_with(".bin") || name.ends_with(".pth") ||
           name.ends_with(".gguf") || name == "params.json" || name.ends_with(".bin.index.json") ||
           name.ends_with(".safetensors.index.json");
}

bool belongs_elsewhere(std::string_view name, const Names& names) {
    return is_weights_file(name) && !name.ends_with(names.ending) && name != names.index;
}

/// Weights that a folder has under a name of their own.
bool has_own_name(std::string_view name, const Names& names) {
    return name.ends_with(names.ending) && !name.starts_with(names.shard_begin) &&
           !name.starts_with("adapter_model") && !name.starts_with("consolidated");
}

/// Shards without their index stop a folder that has nothing else.
void require_index(const ModelPlace& place, const Names& names) {
    const bool other = std::any_of(place.names.begin(), place.names.end(), [](const auto& name) {
        return name == kTorchNames.single || name == kTorchNames.index ||
               name.starts_with("consolidated.") || name.ends_with(".gguf");
    });
    if (other) return;
    for (const std::string& name : place.names) {
        if (name.starts_with(names.shard_begin) && name.ends_with(names.ending)) {
            fail(ErrorCode::bad_input, "{}: {} is missing beside {}; download it as well",
                 place.directory.string(), names.index, name);
        }
    }
}

/// As in transformers, the single file wins over the index.
std::optional<ModelFiles> find(const ModelPlace& place, const Names& names) {
    ModelFiles files{place.directory, place.directory / kConfig, {}, {}};
    const std::string named = place.file_name();
    if (belongs_elsewhere(named, names)) return std::nullopt;
    if (place.has(names.single) && !named.starts_with(names.shard_begin) && named != names.index) {
        files.tensors = {place.directory / names.single};
    } else if (place.has(names.index)) {
        files.index = place.directory / names.index;
    } else if (place.has(kConfig) && has_own_name(named, names)) {
        files.tensors = {place.file};
    } else {
        require_index(place, names);
        return std::nullopt;
    }
    if (!place.has(kConfig)) {
        fail(ErrorCode::bad_input, "{}: {} is missing; download it as well",
             place.directory.string(), kConfig);
    }
    return files;
}

/// How well a stored tensor fits its place: 0 best.
int rank_of(const StoredTensor& tensor, const std::string& canonical, const fs::path& file,
            const ShardIndex& index) {
    const auto listed = index.shard_of.find(tensor.name);
    const bool elsewhere =
        listed != index.shard_of.end() && listed->second != file.filename().string();
    return (elsewhere ? 2 : 0) + (canonical == tensor.name ? 0 : 1);
}

TensorTable list_tensors(const TensorFiles& files, const ShardIndex& index) {
    TensorTable table;
    for (int rank = 0; rank < 4; ++rank) {
        for (const auto& file : files) {
            for (const StoredTensor& tensor : file->tensors()) {
                std::string name = canonical_tensor_name(tensor.name);
                if (rank_of(tensor, name, file->path(), index) != rank) continue;
                table.push_back({std::move(name), tensor.shape, {{&tensor, file}}});
            }
        }
    }
    sort_tensors(table);
    return table;
}

/// Quantized weights are read as floats: the config that goes with those does not have the field.
std::optional<nlohmann::json> take_quantization(CheckpointContents& contents,
                                                const fs::path& file) {
    constexpr const char* kKey = "quantization_config";
    contents.config_json = contents.config_text;
    nlohmann::ordered_json config = parse_ordered_json(contents.config_text, file.string());
    if (!config.is_object() || !config.contains(kKey) || config[kKey].is_null())
        return std::nullopt;
    nlohmann::json quantization = config[kKey];
    config.erase(kKey);
    contents.config_json = dump_readable(config);
    return quantization;
}

template <typename File>
std::unique_ptr<const TensorFile> open_file(const fs::path& path) {
    return std::make_unique<const File>(path);
}

template <typename File>
void read(const ModelFiles& files, CheckpointContents& contents) {
    contents.config_file = files.config;
    contents.config_text = read_config_text(files.config);
    const std::optional<nlohmann::json> quantization = take_quantization(contents, files.config);
    contents.config = parse_model_config(contents.config_json, files.config.string());
    ShardIndex index;
    std::vector<fs::path> paths = files.tensors;
    if (!files.index.empty()) {
        index = read_shard_index(files.index);
        for (const std::string& shard : index.shards())
            paths.push_back(files.directory / shard);
    }
    for (const fs::path& path : paths)
        contents.files.push_back(std::make_shared<const File>(path));
    contents.table = list_tensors(contents.files, index);
    if (contents.config.architecture->stacked_experts) split_packed_experts(contents.table);
    if (quantization) {
        read_quantized_weights(*quantization, files.config.string(), contents.table);
    } else {
        refuse_unexplained_quantization(contents.table, files.config.filename().string());
    }
}

}  // namespace

const CheckpointFormat kSafetensorsFormat{
    "safetensors",
    "Hugging Face, safetensors",
    true,
    [](const ModelPlace& place) { return find(place, kSafetensorsNames); },
    read<SafetensorsFile>,
    open_file<SafetensorsFile>,
    [](std::string_view name) {
        return name.starts_with("model") && name.ends_with(kSafetensorsNames.ending);
    },
};

const CheckpointFormat kTorchFormat{
    "torch",
    "Hugging Face, PyTorch",
    true,
    [](const ModelPlace& place) { return find(place, kTorchNames); },
    read<TorchFile>,
    open_file<TorchFile>,
    [](std::string_view name) {
        return name.starts_with("pytorch_model") && name.ends_with(kTorchNames.ending);
    },
};

}  // namespace headscope
