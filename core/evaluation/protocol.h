#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace headscope {

/// How a perplexity is taken; numbers of different protocols do not compare.
enum class Protocol {
    /// The one that papers print: rows joined with "\n\n", one BOS in front of all, consecutive
    /// windows, every prediction inside a window counts.
    gptq,
    /// llama.cpp's `perplexity`: the raw file, the first token of every window replaced by BOS
    /// where the tokenizer adds one, the second half of each window counts.
    llama_cpp,
};

/// A protocol under the name that the field knows it by, with its window.
struct ProtocolPreset {
    std::string_view name;
    Protocol protocol = Protocol::gptq;
    std::int64_t window = 0;  ///< as TextOptions::window
    std::string_view used_by;
    std::string_view sentence_separator = " ";  ///< as TextOptions::sentence_separator
};

/// All of them; the first is the default.
std::span<const ProtocolPreset> protocol_presets();

/// Throws Error(bad_input) that lists the names.
const ProtocolPreset& find_preset(std::string_view name);

/// "gptq", "llama.cpp".
std::string_view name_of(Protocol protocol);

/// Throws Error(bad_input) that lists the choices.
Protocol parse_protocol(std::string_view name);

/// In place of a window: as long as the model can read.
inline constexpr std::int64_t kLongestWindow = -1;

/// The window of the protocol's published numbers, in tokens: 2,048 (gptq) or 512 (llama.cpp), or
/// the model's maximum where that is smaller.
std::int64_t default_window(Protocol protocol, std::int64_t max_position_embeddings);

/// Position in a window of the first token whose prediction of the next one counts.
std::int64_t first_scored_position(Protocol protocol, std::int64_t window);

/// In words, for the manifest: where BOS stands; "none" for a tokenizer that has none.
std::string_view bos_rule(Protocol protocol, bool has_bos);

}  // namespace headscope
