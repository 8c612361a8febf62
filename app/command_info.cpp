#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "core/base/error.h"
#include "core/checkpoint/checkpoint.h"
#include "core/tokenizer/tokenizer.h"

namespace headscope::app {
namespace {

std::string rope_text(const RopeConfig& rope) {
    switch (rope.type) {
        case RopeType::standard:
            return fmt::format("theta {}", rope.theta);
        case RopeType::linear:
            return fmt::format("theta {}, linear scaling by {}", rope.theta, rope.factor);
        case RopeType::dynamic:
        case RopeType::llama3:
        case RopeType::yarn:
            return fmt::format("theta {}, {} scaling by {} from {} tokens", rope.theta,
                               name_of(rope.type), rope.factor,
                               rope.original_max_position_embeddings);
    }
    return {};
}

/// What the tokenizer is, or why it cannot be used.
std::pair<bool, std::string> tokenizer_text(const Checkpoint& checkpoint) {
    try {
        return {true, std::string(open_tokenizer(checkpoint.directory())->kind())};
    } catch (const Error& error) {
        return {false, error.what()};
    }
}

struct Facts {
    std::map<std::string, std::int64_t> tensors_of_dtype;
    std::int64_t bytes = 0;
};

Facts gather(const Checkpoint& checkpoint) {
    Facts facts;
    for (const TensorInfo& tensor : checkpoint.tensors()) {
        ++facts.tensors_of_dtype[std::string(name_of(tensor.dtype))];
        facts.bytes += tensor.elements() * static_cast<std::int64_t>(size_of(tensor.dtype));
    }
    return facts;
}

nlohmann::ordered_json info_event(const Checkpoint& checkpoint, const Facts& facts) {
    const ModelConfig& config = checkpoint.config();
    const auto [usable, tokenizer] = tokenizer_text(checkpoint);
    nlohmann::ordered_json files = nlohmann::ordered_json::array();
    for (const auto& file : checkpoint.tensor_files())
        files.push_back(file.filename().string());
    return {{"event", "info"},
            {"directory", checkpoint.directory().string()},
            {"model_type", config.model_type},
            {"num_hidden_layers", config.num_hidden_layers},
            {"num_attention_heads", config.num_attention_heads},
            {"num_key_value_heads", config.num_key_value_heads},
            {"head_dim", config.head_dim},
            {"hidden_size", config.hidden_size},
            {"intermediate_size", config.intermediate_size},
            {"vocab_size", config.vocab_size},
            {"max_position_embeddings", config.max_position_embeddings},
            {"tie_word_embeddings", config.tie_word_embeddings},
            {"rope", rope_text(config.rope)},
            {"parameters", checkpoint.parameter_count()},
            {"bytes", facts.bytes},
            {"tensors_of_dtype", facts.tensors_of_dtype},
            {"files", std::move(files)},
            {"tokenizer", tokenizer},
            {"tokenizer_supported", usable}};
}

}  // namespace

void run_info(const Options& options, Display& display) {
    const Checkpoint checkpoint = Checkpoint::open(options.model());
    const ModelConfig& config = checkpoint.config();
    const Facts facts = gather(checkpoint);
    display.event(info_event(checkpoint, facts));
    std::string dtypes;
    for (const auto& [dtype, count] : facts.tensors_of_dtype) {
        dtypes += fmt::format("{}{} tensors {}", dtypes.empty() ? "" : ", ", count, dtype);
    }
    const auto row = [&](const char* name, const std::string& value) {
        display.print(fmt::format("{:<14}{}", name, value));
    };
    row("Model", checkpoint.directory().string());
    row("Architecture", fmt::format("{}, {} layers, hidden {}, feed-forward {}, vocabulary {}",
                                    config.model_type, config.num_hidden_layers, config.hidden_size,
                                    config.intermediate_size, count_text(config.vocab_size)));
    row("Attention",
        fmt::format("{} heads of {}, {} KV heads ({} heads each)", config.num_attention_heads,
                    config.head_dim, config.num_key_value_heads, config.heads_per_kv_head()));
    row("Rotary", rope_text(config.rope));
    row("Context", fmt::format("{} tokens", count_text(config.max_position_embeddings)));
    row("Parameters", fmt::format("{}{}, {} ({})", count_text(checkpoint.parameter_count()),
                                  config.tie_word_embeddings ? " (embeddings tied)" : "",
                                  bytes_text(facts.bytes), dtypes));
    row("Files", fmt::format("{}", checkpoint.tensor_files().size()));
    const auto [usable, tokenizer] = tokenizer_text(checkpoint);
    row("Tokenizer", tokenizer);
    row("Supported", usable ? "similarity, plan, batch, evaluate"
                            : "similarity, plan; batch and evaluate need the tokenizer");
}

}  // namespace headscope::app
