#include "core/checkpoint/survey.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <system_error>

#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/checkpoint/formats/checkpoint_format.h"
#include "core/checkpoint/formats/safetensors/safetensors_file.h"
#include "core/checkpoint/formats/torch/torch_file.h"
#include "core/checkpoint/model_place.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxConfigBytes = std::size_t{16} << 20;

/// Kinds of weights that are no format of ours.
struct Kind {
    const char* text;
    const char* begin;
    const char* end;
};
constexpr std::array kOtherKinds{
    Kind{"adapter of another model", "adapter_model", ""},
    Kind{"Mistral's own layout", "consolidated", ".safetensors"},
    Kind{"TensorFlow", "tf_model", ".h5"},
    Kind{"Flax", "flax_model", ".msgpack"},
};

constexpr std::array kFields{
    // config.json
    "model_type", "architectures", "num_hidden_layers", "hidden_size", "intermediate_size",
    "num_attention_heads", "num_key_value_heads", "head_dim", "vocab_size",
    "max_position_embeddings", "dtype", "torch_dtype", "quantization_config",
    // params.json
    "dim", "n_layers", "n_heads", "n_kv_heads", "rope_theta", "use_scaled_rope",
    "quantization_args",
    // adapter_config.json
    "peft_type", "r", "base_model_name_or_path"};

/// Of a nested object, the fields that say what it is.
constexpr std::array kNested{"quant_method", "bits",         "group_size",
                             "load_in_4bit", "load_in_8bit", "scheme"};

/// What kind of weights a file has by its name; empty where it has none.
std::string_view kind_of(std::string_view name) {
    for (const Kind& kind : kOtherKinds) {
        if (name.starts_with(kind.begin) && name.ends_with(kind.end)) return kind.text;
    }
    for (const CheckpointFormat* format : checkpoint_formats()) {
        if (format->owns(name)) return format->name;
    }
    return {};
}

void read_fields(const fs::path& path, ModelSurvey& survey) {
    json config;
    try {
        config = read_json_file(path, kMaxConfigBytes);
    } catch (const Error&) {
        return;  // what is wrong with it, if it matters, is the problem of the whole
    }
    if (!config.is_object()) return;
    for (const char* name : kFields) {
        const auto field = config.find(name);
        if (field == config.end() || field->is_null()) continue;
        if (!field->is_object()) {
            survey.fields.emplace_back(name, dump_line(*field));
            continue;
        }
        for (const char* inner : kNested) {
            if (field->contains(inner)) {
                survey.fields.emplace_back(std::string(name) + "." + inner,
                                           dump_line(field->at(inner)));
            }
        }
    }
}

std::unique_ptr<const TensorFile> open_tensor_file(const fs::path& path) {
    const std::string name = path.filename().string();
    for (const CheckpointFormat* format : checkpoint_formats()) {
        if (format->owns(name)) return format->open_file(path);
    }
    if (name.ends_with(".safetensors")) return std::make_unique<const SafetensorsFile>(path);
    if (name.ends_with(".bin")) return std::make_unique<const TorchFile>(path);
    return nullptr;
}

void count_tensors(const fs::path& path, ModelSurvey& survey) {
    std::unique_ptr<const TensorFile> file;
    try {
        file = open_tensor_file(path);
    } catch (const Error&) {
        return;
    }
    if (!file) return;
    for (const StoredTensor& tensor : file->tensors()) {
        ++survey.tensors_of_dtype[tensor.dtype];
        survey.bytes += static_cast<std::int64_t>(tensor.bytes.size());
        survey.parameters += element_count(tensor.shape);
    }
}

std::int64_t size_of_file(const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    return error ? 0 : static_cast<std::int64_t>(size);
}

/// Gathers what the names and headers tell about a folder that cannot be used.
void survey_by_hand(ModelSurvey& survey) {
    for (const std::string& name : file_names(survey.directory)) {
        const std::string_view kind = kind_of(name);
        if (kind.empty()) continue;
        if (survey.kind.empty()) survey.kind = kind;
        if (kind != survey.kind) continue;  // the same weights once more
        const fs::path path = survey.directory / name;
        survey.files.emplace_back(path, size_of_file(path));
        count_tensors(path, survey);
    }
    for (const char* name : {"config.json", "params.json", "adapter_config.json"}) {
        if (survey.fields.empty()) read_fields(survey.directory / name, survey);
    }
}

void survey_checkpoint(const Checkpoint& checkpoint, ModelSurvey& survey) {
    survey.kind = checkpoint.format().name;
    for (const fs::path& path : checkpoint.tensor_files())
        survey.files.emplace_back(path, size_of_file(path));
    for (const TensorInfo& tensor : checkpoint.tensors()) {
        ++survey.tensors_of_dtype[tensor.stored_dtype];
        survey.bytes += tensor.stored_bytes;
    }
    survey.parameters = checkpoint.parameter_count();
}

}  // namespace

ModelSurvey survey_model(const fs::path& path) {
    ModelSurvey survey;
    survey.directory = model_directory(path);
    try {
        survey.checkpoint = Checkpoint::open(path);
        survey_checkpoint(*survey.checkpoint, survey);
        try {
            survey.checkpoint->require_complete();
        } catch (const Error& error) {
            survey.incomplete = error;
        }
    } catch (const Error& error) {
        survey.problem = error;
        survey_by_hand(survey);
        if (survey.files.empty() && survey.fields.empty()) throw;
    }
    return survey;
}

}  // namespace headscope
