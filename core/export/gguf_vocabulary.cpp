#include "core/export/gguf_vocabulary.h"

#include <array>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/tokenizer/gguf_vocabulary.h"

namespace headscope {
namespace {

/// A token id of config.json, of several the first.
std::optional<std::uint32_t> id_of(const nlohmann::json& config, const char* key,
                                   std::int64_t vocab_size) {
    const auto found = config.find(key);
    if (found == config.end()) return std::nullopt;
    const nlohmann::json& id = found->is_array() && !found->empty() ? found->front() : *found;
    if (!id.is_number_integer()) return std::nullopt;
    const auto number = id.get<std::int64_t>();
    if (number < 0 || number >= vocab_size) return std::nullopt;
    return static_cast<std::uint32_t>(number);
}

}  // namespace

void set_gguf_vocabulary(const Checkpoint& checkpoint, GgufPairs& pairs) {
    const std::int64_t size = checkpoint.config().vocab_size;
    const GgufVocabulary vocabulary = read_gguf_vocabulary(checkpoint.directory(), size);
    pairs.set("tokenizer.ggml.model", std::string_view(vocabulary.model));
    pairs.set("tokenizer.ggml.pre", std::string_view(vocabulary.pre));
    pairs.set("tokenizer.ggml.tokens", vocabulary.tokens);
    if (!vocabulary.scores.empty()) pairs.set("tokenizer.ggml.scores", vocabulary.scores);
    pairs.set("tokenizer.ggml.token_type", vocabulary.types);
    if (!vocabulary.merges.empty()) pairs.set("tokenizer.ggml.merges", vocabulary.merges);
    const nlohmann::json config = parse_json(checkpoint.config_json(), "config.json");
    const auto bos = vocabulary.bos_id ? vocabulary.bos_id : id_of(config, "bos_token_id", size);
    const std::array ids{
        std::pair{"tokenizer.ggml.bos_token_id", bos},
        std::pair{"tokenizer.ggml.eos_token_id", id_of(config, "eos_token_id", size)},
        std::pair{"tokenizer.ggml.padding_token_id", id_of(config, "pad_token_id", size)},
        std::pair{"tokenizer.ggml.unknown_token_id", vocabulary.unknown_id}};
    for (const auto& [key, id] : ids)
        if (id) pairs.set(key, *id);
    pairs.set("tokenizer.ggml.add_bos_token", vocabulary.add_bos);
    if (vocabulary.model == "llama")
        pairs.set("tokenizer.ggml.add_space_prefix", vocabulary.add_space_prefix);
    if (!vocabulary.chat_template.empty())
        pairs.set("tokenizer.chat_template", std::string_view(vocabulary.chat_template));
}

}  // namespace headscope
