#include "core/architecture/sliding_layers.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "core/architecture/config_fields.h"
#include "core/base/error.h"

namespace headscope {
namespace {

constexpr std::int64_t kMaxWindow = (std::int64_t{1} << 31) - 1;

/// `sliding_window` of an architecture that has it; 0: none.
std::int64_t read_window(const ConfigFields& fields, const ArchitectureSpec& architecture) {
    if (architecture.sliding == Sliding::never) return 0;
    const auto window = fields.integer("sliding_window", 1, kMaxWindow);
    const bool used = architecture.sliding != Sliding::by_layer ||
                      fields.flag("use_sliding_window").value_or(false);
    return !used || fields.is_null("sliding_window") ? 0
                                                     : window.value_or(architecture.sliding_window);
}

/// The windows of layers where the config lists no types.
std::vector<std::int64_t> windows_by_rule(const ConfigFields& fields,
                                          const ArchitectureSpec& architecture, std::int64_t window,
                                          std::int64_t layers) {
    constexpr std::int64_t kFirstOfQwen = 28;
    std::vector<std::int64_t> windows(static_cast<std::size_t>(layers), window);
    if (architecture.sliding == Sliding::by_layer) {
        const auto first =
            fields.integer("max_window_layers", 0, kMaxWindow).value_or(kFirstOfQwen);
        std::fill_n(windows.begin(), std::min(first, layers), 0);
    }
    if (architecture.sliding == Sliding::listed) {
        const auto period = fields.integer("sliding_window_pattern", 1, kMaxWindow)
                                .value_or(architecture.sliding_period);
        for (std::int64_t layer = period - 1; period > 0 && layer < layers; layer += period)
            windows[static_cast<std::size_t>(layer)] = 0;
    }
    return windows;
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

std::vector<std::int64_t> read_sliding_windows(const ConfigFields& fields,
                                               const ArchitectureSpec& architecture,
                                               std::int64_t layers) {
    const std::int64_t window = read_window(fields, architecture);
    std::vector<std::int64_t> windows = windows_by_rule(fields, architecture, window, layers);

    if (const auto types = fields.texts("layer_types")) {
        if (types->size() != windows.size()) {
            fail(ErrorCode::bad_input, "{} has {} entries, but num_hidden_layers is {}",
                 fields.place("layer_types"), types->size(), layers);
        }
        std::vector<std::int64_t> listed;
        for (const std::string& type : *types)
            listed.push_back(window_of_type(fields, type, window));
        const bool uniform =
            architecture.sliding == Sliding::never || architecture.sliding == Sliding::always;
        if (uniform && listed != windows) {
            fail(ErrorCode::unsupported,
                 "{}: layers of different types are not supported in a model of type {}",
                 fields.place("layer_types"), architecture.model_type);
        }
        windows = std::move(listed);
    }
    const bool none = std::all_of(windows.begin(), windows.end(), [](auto w) { return w == 0; });
    return none ? std::vector<std::int64_t>{} : windows;
}

}  // namespace headscope
