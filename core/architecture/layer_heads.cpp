#include "core/architecture/layer_heads.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/architecture/registry.h"
#include "core/base/error.h"
#include "core/base/json.h"

namespace headscope {
namespace {

constexpr const char* kCompactHeads = "headscope_heads";
constexpr const char* kPerLayer = "per_layer_config";
constexpr std::int64_t kMaxHeads = (std::int64_t{1} << 31) - 1;

bool is_possible(const HeadCounts& heads, const ModelConfig& config) {
    return heads.heads <= config.num_attention_heads &&
           heads.kv_heads <= config.num_key_value_heads && heads.heads % heads.kv_heads == 0;
}

/// The heads of each layer of a model that Headscope 0.1 made smaller.
std::vector<HeadCounts> read_compact_heads(const ConfigFields& fields, const ModelConfig& config) {
    const auto rows = fields.integer_rows(kCompactHeads, 1, kMaxHeads);
    if (!rows) {
        if (is_compact_model_type(fields)) fields.fail_missing(kCompactHeads);
        return {};
    }
    if (!is_compact_model_type(fields)) {
        fail(ErrorCode::bad_input,
             "{} is only read where model_type begins with {}; take the config.json that belongs "
             "to the model",
             fields.place(kCompactHeads), kCompactPrefix);
    }
    if (rows->size() != static_cast<std::size_t>(config.num_hidden_layers)) {
        fail(ErrorCode::bad_input, "{} has {} entries, but num_hidden_layers is {}",
             fields.place(kCompactHeads), rows->size(), config.num_hidden_layers);
    }
    std::vector<HeadCounts> layers;
    for (const std::vector<std::int64_t>& row : *rows) {
        if (row.size() != 2 || !is_possible({row[0], row[1]}, config)) {
            fail(ErrorCode::bad_input,
                 "{}: the entry of layer {} must be [heads, kv_heads], of which the second divides "
                 "the first, and at most [{}, {}]",
                 fields.place(kCompactHeads), layers.size(), config.num_attention_heads,
                 config.num_key_value_heads);
        }
        layers.push_back({row[0], row[1]});
    }
    return layers;
}

/// The layer that a key of per_layer_config names: "5", or "05".
std::size_t layer_of(const std::string& key, const ConfigFields& fields,
                     const ModelConfig& config) {
    std::int64_t layer = -1;
    const auto [stop, error] = std::from_chars(key.data(), key.data() + key.size(), layer);
    if (error != std::errc() || stop != key.data() + key.size() || layer < 0 ||
        layer >= config.num_hidden_layers) {
        fail(ErrorCode::bad_input, "{}: \"{}\" is no layer; the model has {}",
             fields.place(kPerLayer), key, config.num_hidden_layers);
    }
    return static_cast<std::size_t>(layer);
}

void refuse_other_fields(const ConfigFields& layer) {
    for (const std::string& name : layer.names()) {
        if (name == "num_attention_heads" || name == "num_key_value_heads" || name == "skip")
            continue;
        fail(ErrorCode::unsupported,
             "{} is not supported; layers may differ in num_attention_heads, num_key_value_heads "
             "and skip",
             layer.place(name.c_str()));
    }
}

bool skips_attention(const ConfigFields& layer) {
    const std::vector<std::string> skipped =
        layer.texts("skip").value_or(std::vector<std::string>{});
    for (const std::string& part : skipped)
        if (part != "attention") layer.refuse("skip", part, "attention");
    return !skipped.empty();
}

void read_per_layer(const ConfigFields& fields, const ConfigFields& layers, ModelConfig& config) {
    const auto count = static_cast<std::size_t>(config.num_hidden_layers);
    const HeadCounts usual{config.num_attention_heads, config.num_key_value_heads};
    std::vector<HeadCounts> heads(count, usual);
    for (const std::string& key : layers.names()) {
        const std::size_t layer = layer_of(key, fields, config);
        const auto own = layers.object(key.c_str());
        refuse_other_fields(*own);
        HeadCounts& of_layer = heads[layer];
        of_layer.heads = own->integer("num_attention_heads", 1, kMaxHeads).value_or(usual.heads);
        of_layer.kv_heads =
            own->integer("num_key_value_heads", 1, kMaxHeads).value_or(usual.kv_heads);
        if (skips_attention(*own)) of_layer = {1, 1};
        if (!is_possible(of_layer, config)) {
            fail(ErrorCode::bad_input,
                 "{}: layer {} has {} heads and {} KV heads, of which the second must divide the "
                 "first; at most {} and {}",
                 fields.place(kPerLayer), layer, of_layer.heads, of_layer.kv_heads, usual.heads,
                 usual.kv_heads);
        }
    }
    if (std::any_of(heads.begin(), heads.end(), [&](const auto& own) { return !(own == usual); }))
        config.layer_heads = std::move(heads);
}

}  // namespace

void read_layer_heads(const ConfigFields& fields, ModelConfig& config) {
    config.layer_heads = read_compact_heads(fields, config);
    const auto layers = fields.object(kPerLayer);
    if (!layers) return;
    if (!config.layer_heads.empty()) {
        fail(ErrorCode::bad_input,
             "{} and {} exclude each other; take the config.json that "
             "belongs to the model",
             fields.place(kPerLayer), kCompactHeads);
    }
    read_per_layer(fields, *layers, config);
}

std::set<int> skipped_attention(std::string_view config_json) {
    const nlohmann::json config = parse_json(config_json, "config.json");
    const auto text = config.find("text_config");
    const nlohmann::json& fields = text != config.end() && text->is_object() ? *text : config;
    const auto layers = fields.find(kPerLayer);
    std::set<int> skipped;
    if (layers == fields.end() || !layers->is_object()) return skipped;
    for (const auto& [key, own] : layers->items())
        if (own.contains("skip") && !own["skip"].empty()) skipped.insert(std::stoi(key));
    return skipped;
}

}  // namespace headscope
