#include "core/checkpoint/model_family.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/checkpoint/config_fields.h"

namespace headscope {
namespace {

constexpr std::int64_t kMaxWindow = (std::int64_t{1} << 31) - 1;

/// LlamaConfig, MistralConfig, Qwen2Config and Qwen3Config of transformers 5, and the attention of
/// the models that belong to them. SmolLM, TinyLlama and Llama 1 to 3.3 are llama.
constexpr std::array kFamilies{
    ModelFamily{"llama", 2048, 0, 0, false, true, true, false, Sliding::never},
    ModelFamily{"mistral", 131072, 8, 0, false, false, false, false, Sliding::always},
    ModelFamily{"qwen2", 32768, 32, 0, true, false, false, false, Sliding::by_layer},
    ModelFamily{"qwen3", 32768, 32, 128, false, true, false, true, Sliding::by_layer},
};

/// `sliding_window` of a family that has it; 0: none.
std::int64_t read_window(const ConfigFields& fields, const ModelFamily& family) {
    constexpr std::int64_t kDefault = 4096;
    if (family.sliding == Sliding::never) return 0;
    const auto window = fields.integer("sliding_window", 1, kMaxWindow);
    const bool used =
        family.sliding == Sliding::always || fields.flag("use_sliding_window").value_or(false);
    return !used || fields.is_null("sliding_window") ? 0 : window.value_or(kDefault);
}

/// The first layer that slides, where the config lists no types.
std::int64_t read_first_sliding_layer(const ConfigFields& fields, const ModelFamily& family) {
    constexpr std::int64_t kDefault = 28;
    return family.sliding == Sliding::by_layer
               ? fields.integer("max_window_layers", 0, kMaxWindow).value_or(kDefault)
               : 0;
}

std::int64_t window_of_type(const ConfigFields& fields, const std::string& type,
                            std::int64_t window) {
    if (type == "full_attention") return 0;
    if (type != "sliding_attention") {
        fail(ErrorCode::unsupported,
             "{}: \"{}\" is not supported; supported: full_attention, sliding_attention",
             fields.place("layer_types"), type);
    }
    if (window == 0) {
        fail(ErrorCode::bad_input,
             "{} has sliding_attention, but no sliding_window is set or used; take the config.json "
             "that belongs to the model",
             fields.place("layer_types"));
    }
    return window;
}

}  // namespace

bool is_compact_model_type(const ConfigFields& fields) {
    return fields.text("model_type").value_or("").starts_with(kCompactPrefix);
}

const ModelFamily& read_model_family(const ConfigFields& fields) {
    const auto type = fields.text("model_type");
    if (!type) fields.fail_missing("model_type");
    const std::string_view name =
        std::string_view(*type).substr(is_compact_model_type(fields) ? kCompactPrefix.size() : 0);
    std::string supported;
    for (const ModelFamily& family : kFamilies) {
        if (family.model_type == name) return family;
        supported += (supported.empty() ? "" : ", ") + std::string(family.model_type);
    }
    fail(ErrorCode::unsupported, "{} \"{}\" is not supported; supported: {}",
         fields.place("model_type"), *type, supported);
}

std::vector<std::int64_t> read_sliding_windows(const ConfigFields& fields,
                                               const ModelFamily& family, std::int64_t layers) {
    const std::int64_t window = read_window(fields, family);
    const std::int64_t first = read_first_sliding_layer(fields, family);
    std::vector<std::int64_t> windows(static_cast<std::size_t>(layers), 0);
    std::fill(windows.begin() + std::min(first, layers), windows.end(), window);

    if (const auto types = fields.texts("layer_types")) {
        if (types->size() != windows.size()) {
            fail(ErrorCode::bad_input, "{} has {} entries, but num_hidden_layers is {}",
                 fields.place("layer_types"), types->size(), layers);
        }
        std::vector<std::int64_t> listed;
        for (const std::string& type : *types)
            listed.push_back(window_of_type(fields, type, window));
        if (family.sliding != Sliding::by_layer && listed != windows) {
            fail(ErrorCode::unsupported,
                 "{}: layers of different types are not supported in a model of type {}",
                 fields.place("layer_types"), family.model_type);
        }
        windows = std::move(listed);
    }
    const bool none = std::all_of(windows.begin(), windows.end(), [](auto w) { return w == 0; });
    return none ? std::vector<std::int64_t>{} : windows;
}

}  // namespace headscope
