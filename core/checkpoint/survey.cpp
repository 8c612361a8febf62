#include "core/checkpoint/survey.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <system_error>

#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/checkpoint/element_type.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/torch_file.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxConfigBytes = std::size_t{16} << 20;

/// A kind of model folder, by a file that shows it.
struct Kind {
    const char* text;
    const char* begin;
    const char* end;
};
constexpr std::array kKinds{
    Kind{"adapter of another model", "adapter_model", ""},
    Kind{"Hugging Face, safetensors", "model", ".safetensors"},
    Kind{"Hugging Face, PyTorch", "pytorch_model", ".bin"},
    Kind{"Meta's own layout", "consolidated.", ".pth"},
    Kind{"Mistral's own layout", "consolidated", ".safetensors"},
    Kind{"GGUF", "", ".gguf"},
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

const Kind* kind_of(std::string_view name) {
    const auto* found = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& kind) {
        return name.starts_with(kind.begin) && name.ends_with(kind.end);
    });
    return found == kKinds.end() ? nullptr : found;
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

void count(const StoredTensor& tensor, ModelSurvey& survey) {
    ++survey.tensors_of_dtype[tensor.dtype];
    const auto bytes = static_cast<std::int64_t>(tensor.bytes.size());
    survey.bytes += bytes;
    survey.parameters += bytes / find_element_type(tensor.dtype)->bytes;
}

void count_tensors(const fs::path& path, ModelSurvey& survey) {
    std::unique_ptr<const TensorFile> file;
    try {
        if (path.extension() == ".safetensors") file = std::make_unique<SafetensorsFile>(path);
        if (path.extension() == ".bin" || path.extension() == ".pth") {
            file = std::make_unique<TorchFile>(path);
        }
    } catch (const Error&) {
        return;
    }
    if (!file) return;
    for (const StoredTensor& tensor : file->tensors())
        count(tensor, survey);
}

std::vector<std::string> file_names(const fs::path& directory) {
    std::vector<std::string> names;
    std::error_code error;
    for (auto it = fs::directory_iterator(directory, error);
         !error && it != fs::directory_iterator(); it.increment(error)) {
        names.push_back(it->path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::int64_t size_of_file(const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    return error ? 0 : static_cast<std::int64_t>(size);
}

/// Gathers what the names and headers tell about a folder that cannot be used.
void survey_by_hand(ModelSurvey& survey) {
    const Kind* first = nullptr;
    for (const std::string& name : file_names(survey.directory)) {
        const Kind* kind = kind_of(name);
        if (kind == nullptr) continue;
        if (first == nullptr) first = kind;
        if (kind != first) continue;  // the same weights once more
        const fs::path path = survey.directory / name;
        survey.files.emplace_back(path, size_of_file(path));
        count_tensors(path, survey);
    }
    if (first != nullptr) survey.kind = first->text;
    for (const char* name : {"config.json", "params.json", "adapter_config.json"}) {
        if (survey.fields.empty()) read_fields(survey.directory / name, survey);
    }
}

void survey_checkpoint(const Checkpoint& checkpoint, ModelSurvey& survey) {
    survey.kind = checkpoint.layout() == ModelLayout::safetensors ? "Hugging Face, safetensors"
                  : checkpoint.layout() == ModelLayout::torch     ? "Hugging Face, PyTorch"
                                                                  : "Meta's own layout";
    for (const fs::path& path : checkpoint.tensor_files())
        survey.files.emplace_back(path, size_of_file(path));
    for (const TensorInfo& tensor : checkpoint.tensors()) {
        ++survey.tensors_of_dtype[std::string(name_of(tensor.dtype))];
        survey.bytes += tensor.elements() * static_cast<std::int64_t>(size_of(tensor.dtype));
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
    } catch (const Error& error) {
        survey.problem = error;
        survey_by_hand(survey);
        if (survey.files.empty() && survey.fields.empty()) throw;
    }
    return survey;
}

}  // namespace headscope
