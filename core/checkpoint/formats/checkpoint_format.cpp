#include "core/checkpoint/formats/checkpoint_format.h"

#include <array>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/checkpoint/model_place.h"

// k<name>Format of a folder beside this file. Where a model is there in several, the first is
// taken.
#define HEADSCOPE_FORMATS(X) \
    X(Safetensors)           \
    X(Torch)                 \
    X(Meta)                  \
    X(Gguf)

namespace headscope {

#define HEADSCOPE_DECLARE(name) extern const CheckpointFormat k##name##Format;
HEADSCOPE_FORMATS(HEADSCOPE_DECLARE)
#undef HEADSCOPE_DECLARE

namespace {

namespace fs = std::filesystem;

constexpr const char* kSupported =
    "Hugging Face folders with model.safetensors or pytorch_model.bin, in one file or with an "
    "index, GGUF files, and Meta's folders with consolidated.00.pth";

/// The model that an adapter belongs to; empty where its config does not say.
std::string base_of_adapter(const fs::path& directory) {
    try {
        const nlohmann::json config = read_json_file(directory / "adapter_config.json");
        return config.is_object() ? config.value("base_model_name_or_path", "") : "";
    } catch (const std::exception&) {
        return {};
    }
}

[[noreturn]] void fail_adapter(const ModelPlace& place, const std::string& name) {
    const std::string base = base_of_adapter(place.directory);
    fail(ErrorCode::unsupported,
         "{}: an adapter{}, which is no model of its own; merge it into its base and save that "
         "(peft: merge_and_unload(), save_pretrained())",
         (place.directory / name).string(), base.empty() ? "" : " of " + base);
}

/// What the file is where it holds weights that cannot be read here, otherwise empty.
std::string_view unreadable_kind(std::string_view name) {
    if (name.starts_with("consolidated") && name.ends_with(".safetensors")) {
        return "the layout of Mistral's own releases";
    }
    if (name == "tf_model.h5") return "TensorFlow";
    if (name == "flax_model.msgpack") return "Flax";
    if (name.ends_with(".onnx")) return "ONNX";
    return {};
}

/// Says why the folder has no tensors.
[[noreturn]] void fail_without_weights(const ModelPlace& place) {
    for (const std::string& name : place.names) {
        if (name.starts_with("adapter_model.") || name == "adapter_config.json")
            fail_adapter(place, name);
    }
    for (const std::string& name : place.names) {
        if (const std::string_view kind = unreadable_kind(name); !kind.empty()) {
            fail(ErrorCode::unsupported,
                 "{}: this kind of weights ({}) is not supported; supported: {}",
                 (place.directory / name).string(), kind, kSupported);
        }
    }
    if (place.has("config.json")) {
        fail(ErrorCode::bad_input,
             "{}: a config.json without weights; download model.safetensors, or the index and its "
             "shards, as well",
             place.directory.string());
    }
    fail(ErrorCode::bad_input, "{}: not a model folder: it has no weights; choose one of these: {}",
         place.directory.string(), kSupported);
}

}  // namespace

std::span<const CheckpointFormat* const> checkpoint_formats() {
#define HEADSCOPE_ENTRY(name) &k##name##Format,
    static constexpr std::array kFormats{HEADSCOPE_FORMATS(HEADSCOPE_ENTRY)};
#undef HEADSCOPE_ENTRY
    return kFormats;
}

std::pair<const CheckpointFormat*, ModelFiles> find_checkpoint(const fs::path& path) {
    const ModelPlace place = model_place(path);
    for (const CheckpointFormat* format : checkpoint_formats()) {
        if (auto files = format->find(place)) return {format, std::move(*files)};
    }
    fail_without_weights(place);
}

}  // namespace headscope
