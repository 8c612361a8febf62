#include "core/checkpoint/unused_tensors.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

namespace headscope {
namespace {

/// Buffers that models compute from their config, and scales of a quantized cache.
constexpr std::array kRecomputed{"rotary_emb.inv_freq",
                                 ".attn.bias",
                                 ".masked_bias",
                                 ".attention.rope.freqs",
                                 "rope_freqs.weight",
                                 ".k_scale",
                                 ".v_scale",
                                 ".kv_scale",
                                 ".q_scale",
                                 "_proj.output_scale",
                                 "position_ids",
                                 ".prob_scale"};

bool is_recomputed(std::string_view name) {
    return std::any_of(kRecomputed.begin(), kRecomputed.end(),
                       [&](const char* end) { return name.ends_with(end); });
}

bool is_adapter(std::string_view name) {
    return name.find("lora_") != std::string_view::npos ||
           name.find(".adapter") != std::string_view::npos;
}

bool changes_the_model(std::string_view name, std::int64_t layers) {
    constexpr std::string_view kLayers = "model.layers.";
    if (name.starts_with(kLayers)) {
        std::int64_t layer = 0;
        const char* begin = name.data() + kLayers.size();
        const auto [end, error] = std::from_chars(begin, name.data() + name.size(), layer);
        return error == std::errc() && layer < layers;
    }
    constexpr std::array kAround{"lm_head.", "model.norm.", "model.embed_tokens."};
    return is_adapter(name) || std::any_of(kAround.begin(), kAround.end(), [&](const char* begin) {
               return name.starts_with(begin);
           });
}

}  // namespace

std::string name_some(const std::vector<std::string>& names) {
    constexpr std::size_t kMost = 4;
    const std::size_t shown = names.size() <= kMost + 1 ? names.size() : kMost;
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(shown);
    return fmt::format(
        "{}{}", fmt::join(names.begin(), end, ", "),
        shown < names.size() ? fmt::format(" and {} more", names.size() - shown) : "");
}

std::string UnusedTensors::text() const {
    if (names.empty()) return {};
    return fmt::format("{} tensor{} not used: {}", names.size(),
                       names.size() == 1 ? " is" : "s are", name_some(names));
}

UnusedTensors find_unused_tensors(const TensorTable& table, const std::vector<std::string>& used,
                                  std::int64_t layers) {
    UnusedTensors unused;
    for (const TensorSource& source : table) {
        if (is_recomputed(source.name) ||
            std::binary_search(used.begin(), used.end(), source.name)) {
            continue;
        }
        unused.names.push_back(source.name);
        if (changes_the_model(source.name, layers)) unused.changing.push_back(source.name);
        unused.adapters = unused.adapters || is_adapter(source.name);
    }
    return unused;
}

}  // namespace headscope
