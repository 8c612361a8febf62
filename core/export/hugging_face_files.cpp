#include "core/export/hugging_face_files.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/architecture/layer_heads.h"
#include "core/architecture/tensor_map.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/checkpoint/formats/checkpoint_format.h"
#include "core/checkpoint/formats/safetensors/safetensors_writer.h"
#include "core/export/export.h"

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

/// Gives the tensors that lose heads their new shape and takes away those of attention that is
/// skipped; says whether anything changes.
bool shrink(std::vector<StoredInfo>& tensors, const TargetModel& target) {
    std::map<std::string, std::vector<std::int64_t>> shapes;
    const ModelConfig& config = target.checkpoint.config();
    for (const auto& [layer, compaction] : target.compactions) {
        ModelConfig smaller = config;
        smaller.layer_heads.assign(static_cast<std::size_t>(config.num_hidden_layers),
                                   compaction.after);
        for (const ExpectedTensor& tensor : expected_tensors(smaller, layer)) {
            const bool skipped =
                compaction.skips_attention() && belongs_to_attention(tensor.parts.front());
            shapes.emplace(tensor.name, skipped ? std::vector<std::int64_t>{} : tensor.shape);
        }
    }
    bool any = false;
    for (StoredInfo& tensor : tensors) {
        const auto found = shapes.find(tensor.name);
        if (found == shapes.end() || found->second == tensor.shape) continue;
        for (std::size_t axis = 0; axis < found->second.size(); ++axis)
            tensor.bytes = tensor.bytes / tensor.shape[axis] * found->second[axis];
        tensor.shape = found->second;
        any = true;
    }
    std::erase_if(tensors, [&](const StoredInfo& tensor) {
        const auto found = shapes.find(tensor.name);
        return found != shapes.end() && found->second.empty();
    });
    return any;
}

/// Of a GGUF file: config.json says by which rule they were made, and transformers knows no such
/// tensor.
void leave_out_rope_factors(std::vector<StoredInfo>& tensors) {
    std::erase_if(tensors,
                  [](const StoredInfo& tensor) { return tensor.name == "rope_freqs.weight"; });
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
std::vector<ExportShard> cut_into_shards(std::vector<StoredInfo> tensors, std::int64_t most_bytes) {
    std::vector<std::vector<StoredInfo>> parts(1);
    std::int64_t bytes = 0;
    for (StoredInfo& tensor : tensors) {
        if (bytes + tensor.bytes > most_bytes && !parts.back().empty()) {
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
    constexpr std::array<std::string_view, 5> kNames{"config.json", "params.json", "checklist.chk",
                                                     kExportManifest, kModelingFile};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// "Headscope" in front of a name, which version 0.1 put there, goes.
std::string without_prefix(std::string name, std::string_view prefix) {
    if (name.starts_with(prefix)) name.erase(0, prefix.size());
    return name;
}

/// The families of kModelingFile, and how it calls their classes.
constexpr std::array kModelingFamilies{
    std::pair{std::string_view("llama"), "Llama"},
    std::pair{std::string_view("mistral"), "Mistral"},
    std::pair{std::string_view("qwen2"), "Qwen2"},
    std::pair{std::string_view("qwen3"), "Qwen3"},
    std::pair{std::string_view("smollm3"), "SmolLM3"},
    std::pair{std::string_view("gemma3_text"), "Gemma3"},
};

/// Null where the file does not know the family, or its model is a part of another.
const char* modeling_family(const TargetModel& target) {
    const auto* const found = std::find_if(
        kModelingFamilies.begin(), kModelingFamilies.end(),
        [&](const auto& family) { return family.first == target.checkpoint.config().model_type; });
    const bool nested =
        parse_json(target.checkpoint.config_json(), "config.json").contains("text_config");
    return found == kModelingFamilies.end() || nested ? nullptr : found->second;
}

/// Whether all layers have equally many heads, and transformers 5 can have so many.
bool is_ordinary(const TargetModel& target) {
    return target.is_uniform() &&
           target.checkpoint.config().hidden_size % target.heads_of(0).heads == 0;
}

/// Whether the config stays what the source's is, to the last byte.
bool keeps_config(const TargetModel& target) {
    return !target.changes_heads() && target.is_uniform() &&
           (target.checkpoint.format().keeps_files || is_ordinary(target));
}

/// Names the classes of kModelingFile, or, where it is not needed, takes away that.
void set_modeling(const TargetModel& target, ordered_json& config) {
    if (config.contains("auto_map") &&
        config["auto_map"].dump().find("modeling_headscope.") != std::string::npos)
        config.erase("auto_map");
    if (!needs_modeling_file(target)) return;
    const std::string name = fmt::format("modeling_headscope.Headscope{}", modeling_family(target));
    config["auto_map"] = {{"AutoConfig", name + "Config"},
                          {"AutoModelForCausalLM", name + "ForCausalLM"}};
}

/// What layers have of their own: see parse_model_config.
ordered_json per_layer_config(const TargetModel& target) {
    const ModelConfig& config = target.checkpoint.config();
    ordered_json layers = ordered_json::object();
    for (int layer = 0; layer < config.num_hidden_layers; ++layer) {
        const HeadCounts heads = target.heads_of(layer);
        if (heads == HeadCounts{config.num_attention_heads, config.num_key_value_heads}) continue;
        ordered_json& own = layers[std::to_string(layer)];
        if (heads.heads == 0) {
            own["skip"] = {"attention"};
        } else {
            own = {{"num_attention_heads", heads.heads}, {"num_key_value_heads", heads.kv_heads}};
        }
    }
    return layers;
}

}  // namespace

std::int64_t ExportShard::data_bytes() const {
    return sum_bytes(tensors);
}

std::vector<ExportShard> plan_shards(const TargetModel& target, std::int64_t most_bytes) {
    const Checkpoint& checkpoint = target.checkpoint;
    std::vector<FileListing> files = checkpoint.list();
    for (FileListing& file : files) {
        if (shrink(file.tensors, target)) file.header_describes_it = false;
        const std::size_t before = file.tensors.size();
        leave_out_tied_output(file.tensors, checkpoint);
        leave_out_rope_factors(file.tensors);
        // transformers wants to know whose tensors they are.
        if (file.tensors.size() != before || file.path.extension() != ".safetensors" ||
            !file.metadata.contains("format")) {
            file.header_describes_it = false;
        }
        file.metadata.emplace("format", "pt");
    }
    const bool too_large =
        most_bytes > 0 && std::any_of(files.begin(), files.end(), [&](const FileListing& file) {
            return sum_bytes(file.tensors) > most_bytes;
        });
    if (!checkpoint.format().keeps_files || too_large) {
        std::vector<StoredInfo> all;
        for (FileListing& file : files)
            std::move(file.tensors.begin(), file.tensors.end(), std::back_inserter(all));
        return cut_into_shards(std::move(all), most_bytes > 0 ? most_bytes : kMostShardBytes);
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

bool needs_modeling_file(const TargetModel& target) {
    if (keeps_config(target)) {
        std::error_code error;
        return fs::exists(target.checkpoint.directory() / kModelingFile, error);
    }
    return !is_ordinary(target) && modeling_family(target) != nullptr;
}

std::vector<std::string> config_notes(const TargetModel& target) {
    if (is_ordinary(target)) return {};
    if (!needs_modeling_file(target)) {
        if (target.is_uniform()) return {};
        return {
            "of the programs that open such folders only Headscope knows layers of this family "
            "that differ in their heads"};
    }
    if (target.is_uniform()) {
        return {fmt::format(
            "transformers 5 opens this model with trust_remote_code=True only, because {} heads do "
            "not divide the hidden size {}; transformers 4 and Headscope open it as it is",
            target.heads_of(0).heads, target.checkpoint.config().hidden_size)};
    }
    return {
        fmt::format("transformers (5.17 or later) opens this model with "
                    "trust_remote_code=True, as its layers differ in their heads ({})",
                    kModelingFile)};
}

std::string make_config(const TargetModel& target) {
    if (keeps_config(target)) return target.checkpoint.config_json();
    const ModelConfig& config = target.checkpoint.config();
    ordered_json json = parse_ordered_json(target.checkpoint.config_json(), "config.json");
    // Of a multimodal model the text model is what is described.
    ordered_json& fields = json.contains("text_config") ? json["text_config"] : json;
    fields["head_dim"] = config.head_dim;
    fields["model_type"] = config.model_type;
    if (json.contains("architectures")) {
        for (ordered_json& name : json["architectures"])
            if (name.is_string()) name = without_prefix(name.get<std::string>(), "Headscope");
    }
    fields.erase("headscope_heads");
    fields.erase("per_layer_config");
    if (target.is_uniform()) {
        fields["num_attention_heads"] = target.heads_of(0).heads;
        fields["num_key_value_heads"] = target.heads_of(0).kv_heads;
    } else {
        fields["num_key_value_heads"] = config.num_key_value_heads;
        fields["per_layer_config"] = per_layer_config(target);
    }
    set_modeling(target, json);
    return dump_readable(json);
}

std::vector<fs::path> companion_files(const Checkpoint& checkpoint) {
    const bool own_tokenizer = checkpoint.embedded_tokenizer() != nullptr;
    std::vector<fs::path> files;
    std::error_code error;
    for (auto it = fs::directory_iterator(checkpoint.directory(), error);
         !error && it != fs::directory_iterator(); it.increment(error)) {
        const std::string name = it->path().filename().string();
        std::error_code ignored;
        if (name.starts_with('.') || holds_weights(name) || is_replaced(name) ||
            (own_tokenizer && name.starts_with("tokenizer")) ||
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
