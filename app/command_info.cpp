#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "core/architecture/compared_only.h"
#include "core/base/error.h"
#include "core/checkpoint/survey.h"
#include "core/evaluation/prepare.h"
#include "core/tokenizer/tokenizer.h"

namespace headscope::app {
namespace {

using nlohmann::ordered_json;

std::string rope_text(const RopeConfig& rope) {
    std::string text = fmt::format("theta {}", rope.theta);
    if (rope.type == RopeType::standard) return text;
    text += fmt::format(", {} scaling by {}", name_of(rope.type), rope.factor);
    if (rope.type != RopeType::linear) {
        text += fmt::format(" from {} tokens", rope.original_max_position_embeddings);
    }
    return text;
}

/// What sets the attention apart from Llama's.
std::string special_text(const ModelConfig& config) {
    std::string text;
    if (config.qkv_bias) text += ", bias on q, k and v";
    if (config.head_norm != HeadNorm::none) text += ", q and k normalised";
    const auto sliding = std::count_if(config.sliding_windows.begin(), config.sliding_windows.end(),
                                       [](std::int64_t window) { return window > 0; });
    if (sliding > 0) text += fmt::format(", a sliding window in {} layers", sliding);
    return text;
}

/// Layers whose heads are compared, of a model that cannot run.
std::optional<ComparedOnly> compared_only(const Checkpoint& checkpoint) {
    return read_compared_only(checkpoint.config(), checkpoint.config_json());
}

/// "16 heads of 64, 8 KV heads (2 heads each)", or the range of these where layers lost heads.
std::string heads_text(const ModelConfig& config) {
    if (config.layer_heads.empty()) {
        return fmt::format("{} heads of {}, {} KV heads ({} heads each)",
                           config.num_attention_heads, config.head_dim, config.num_key_value_heads,
                           config.heads_of(0).heads_per_kv_head());
    }
    std::int64_t heads = 0;
    std::int64_t kv_heads = 0;
    std::string lessened;
    for (std::size_t layer = 0; layer < config.layer_heads.size(); ++layer) {
        const HeadCounts& counts = config.layer_heads[layer];
        heads += config.num_attention_heads - counts.heads;
        kv_heads += config.num_key_value_heads - counts.kv_heads;
        if (counts == HeadCounts{config.num_attention_heads, config.num_key_value_heads}) continue;
        lessened += fmt::format("{} {}: {}/{}", lessened.empty() ? "" : ",", layer, counts.heads,
                                counts.kv_heads);
    }
    return fmt::format(
        "{} heads of {}, {} KV heads, of which {} and {} were removed (heads/KV heads of layer{})",
        config.num_attention_heads * config.num_hidden_layers, config.head_dim,
        config.num_key_value_heads * config.num_hidden_layers, heads, kv_heads, lessened);
}

/// What the tokenizer is, or why it cannot be used.
struct TokenizerFacts {
    bool usable = false;
    std::string text;
};

TokenizerFacts look_at_tokenizer(const ModelSurvey& survey) {
    try {
        const auto tokenizer =
            survey.checkpoint ? tokenizer_of(*survey.checkpoint) : open_tokenizer(survey.directory);
        return {true, std::string(tokenizer->kind())};
    } catch (const Error& error) {
        return {false, error.what()};
    }
}

/// The names of the commands that work on this model.
std::vector<std::string> supported_commands(const std::vector<ModelCommand>& commands,
                                            const ModelSurvey& survey,
                                            const TokenizerFacts& tokenizer) {
    std::vector<std::string> names;
    for (const ModelCommand& command : commands) {
        const bool runs = tokenizer.usable && !survey.incomplete;
        const bool is_refused =
            command.name == "export" && survey.checkpoint && compared_only(*survey.checkpoint);
        if (survey.checkpoint && !is_refused && (runs || !command.needs_tokenizer))
            names.push_back(command.name);
    }
    return names;
}

/// What a model without a tokenizer cannot do: "; batch, evaluate need the tokenizer".
std::string tokenizer_remark(const std::vector<ModelCommand>& commands, const ModelSurvey& survey,
                             const TokenizerFacts& tokenizer) {
    if (!survey.checkpoint || tokenizer.usable) return {};
    std::vector<std::string> names;
    for (const ModelCommand& command : commands)
        if (command.needs_tokenizer) names.push_back(command.name);
    return fmt::format("; {} need the tokenizer", fmt::join(names, ", "));
}

void add_config(const Checkpoint& checkpoint, ordered_json& event) {
    const ModelConfig& config = checkpoint.config();
    event["model_type"] = config.model_type;
    event["num_hidden_layers"] = config.num_hidden_layers;
    event["num_attention_heads"] = config.num_attention_heads;
    event["num_key_value_heads"] = config.num_key_value_heads;
    if (!config.layer_heads.empty()) {
        event["layer_heads"] = ordered_json::array();
        for (const HeadCounts& layer : config.layer_heads)
            event["layer_heads"].push_back({layer.heads, layer.kv_heads});
    }
    event["head_dim"] = config.head_dim;
    event["hidden_size"] = config.hidden_size;
    event["intermediate_size"] = config.intermediate_size;
    event["vocab_size"] = config.vocab_size;
    event["max_position_embeddings"] = config.max_position_embeddings;
    event["tie_word_embeddings"] = config.tie_word_embeddings;
    if (!compared_only(checkpoint)) event["rope"] = rope_text(config.rope);
    event["qkv_bias"] = config.qkv_bias;
    event["qk_norm"] = config.head_norm != HeadNorm::none;
    event["sliding_windows"] = config.sliding_windows;
}

ordered_json info_event(const std::vector<ModelCommand>& commands, const ModelSurvey& survey,
                        const TokenizerFacts& tokenizer) {
    ordered_json event{
        {"event", "info"}, {"directory", survey.directory.string()}, {"layout", survey.kind}};
    if (survey.checkpoint) add_config(*survey.checkpoint, event);
    for (const auto& [name, value] : survey.fields)
        event["config"][name] = ordered_json::parse(value);
    event["parameters"] = survey.parameters;
    event["bytes"] = survey.bytes;
    event["tensors_of_dtype"] = survey.tensors_of_dtype;
    event["files"] = ordered_json::array();
    for (const auto& [path, bytes] : survey.files)
        event["files"].push_back(path.filename().string());
    event["tokenizer"] = tokenizer.text;
    event["tokenizer_supported"] = tokenizer.usable;
    event["supported"] = supported_commands(commands, survey, tokenizer);
    if (survey.checkpoint) {
        event["unused_tensors"] = survey.checkpoint->unused_tensors();
        event["notes"] = survey.checkpoint->notes();
    }
    if (survey.incomplete) event["incomplete"] = survey.incomplete->what();
    if (survey.problem) event["problem"] = survey.problem->what();
    return event;
}

void print_row(Display& display, const char* name, const std::string& value) {
    display.print(fmt::format("{:<14}{}", name, value));
}

void print_config(const Checkpoint& checkpoint, Display& display) {
    const ModelConfig& config = checkpoint.config();
    const auto only = compared_only(checkpoint);
    print_row(display, "Architecture",
              fmt::format("{}, {} layers, hidden {}, feed-forward {}, vocabulary {}{}",
                          config.model_type, config.num_hidden_layers, config.hidden_size,
                          config.intermediate_size, count_text(config.vocab_size),
                          config.tie_word_embeddings ? ", embeddings tied" : ""));
    if (only) {
        print_row(
            display, "Attention",
            fmt::format("{} heads of {}, {} KV heads, in {} of {} layers{}",
                        config.num_attention_heads, config.head_dim, config.num_key_value_heads,
                        std::count(only->compared.begin(), only->compared.end(), true),
                        config.num_hidden_layers, special_text(config)));
    } else {
        print_row(display, "Attention", heads_text(config) + special_text(config));
        print_row(display, "Rotary", rope_text(config.rope));
    }
    print_row(display, "Context",
              fmt::format("{} tokens", count_text(config.max_position_embeddings)));
}

std::string tensors_text(const ModelSurvey& survey) {
    if (survey.tensors_of_dtype.empty()) return "not known";
    std::string dtypes;
    for (const auto& [dtype, count] : survey.tensors_of_dtype)
        dtypes += fmt::format("{}{} tensors {}", dtypes.empty() ? "" : ", ", count, dtype);
    return fmt::format("{}, {} ({})", count_text(survey.parameters), bytes_text(survey.bytes),
                       dtypes);
}

std::string files_text(const ModelSurvey& survey) {
    if (survey.files.empty()) return "no weights";
    std::int64_t bytes = 0;
    for (const auto& [path, size] : survey.files)
        bytes += size;
    const std::string first = survey.files.front().first.filename().string();
    if (survey.files.size() == 1) return fmt::format("{}, {}", first, bytes_text(bytes));
    return fmt::format("{} shards from {} on, {}", survey.files.size(), first, bytes_text(bytes));
}

void print_survey(const std::vector<ModelCommand>& commands, const ModelSurvey& survey,
                  const TokenizerFacts& tokenizer, Display& display) {
    print_row(display, "Model", survey.directory.string());
    print_row(display, "Layout", survey.kind.empty() ? "no weights" : survey.kind);
    if (survey.checkpoint) print_config(*survey.checkpoint, display);
    for (const auto& [name, value] : survey.fields)
        print_row(display, &name == &survey.fields.front().first ? "Config" : "",
                  fmt::format("{}: {}", name, value));
    print_row(display, "Parameters", tensors_text(survey));
    print_row(display, "Files", files_text(survey));
    print_row(display, "Tokenizer", tokenizer.text);
    const auto supported = supported_commands(commands, survey, tokenizer);
    print_row(display, "Supported",
              supported.empty() ? "nothing"
                                : fmt::format("{}{}", fmt::join(supported, ", "),
                                              tokenizer_remark(commands, survey, tokenizer)));
    if (!survey.checkpoint) return;
    for (const std::string& note : survey.checkpoint->notes())
        print_row(display, "Note", note);
    if (survey.incomplete) print_row(display, "Not evaluated", survey.incomplete->what());
}

}  // namespace

void run_info(const Options& options, const std::vector<ModelCommand>& commands, Display& display) {
    const ModelSurvey survey = survey_model(options.model());
    const TokenizerFacts tokenizer = look_at_tokenizer(survey);
    display.event(info_event(commands, survey, tokenizer));
    print_survey(commands, survey, tokenizer, display);
    // What cannot be used at all is bad input, as for every other command.
    if (survey.problem) throw Error(*survey.problem);
}

}  // namespace headscope::app
