#include "core/evaluation/protocol.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "core/base/error.h"

namespace headscope {

std::span<const ProtocolPreset> protocol_presets() {
    static constexpr std::array kAll = {
        ProtocolPreset{"gptq", Protocol::gptq, 0, "GPTQ, SparseGPT, SliceGPT; 2,048 tokens"},
        ProtocolPreset{"gptq-2048", Protocol::gptq, 2048, "the same"},
        ProtocolPreset{"gptq-4096", Protocol::gptq, 4096, "Wanda on Llama 2"},
        ProtocolPreset{"pruner-128", Protocol::gptq, 128, "LLM-Pruner, FLAP", "\n\n"},
        ProtocolPreset{"kvquant-max", Protocol::gptq, kLongestWindow, "KVQuant"},
        ProtocolPreset{"llama.cpp", Protocol::llama_cpp, 0, "llama-perplexity; 512 tokens"},
    };
    return kAll;
}

const ProtocolPreset& find_preset(std::string_view name) {
    std::string names;
    for (const ProtocolPreset& preset : protocol_presets()) {
        if (preset.name == name) return preset;
        names += fmt::format("{}{}", names.empty() ? "" : ", ", preset.name);
    }
    fail(ErrorCode::bad_input, "\"{}\" is not a protocol; choose one of {}", name, names);
}

std::string_view name_of(Protocol protocol) {
    return protocol == Protocol::gptq ? "gptq" : "llama.cpp";
}

Protocol parse_protocol(std::string_view name) {
    for (const Protocol protocol : {Protocol::gptq, Protocol::llama_cpp}) {
        if (name_of(protocol) == name) return protocol;
    }
    fail(ErrorCode::bad_input, "\"{}\" is not a protocol; choose gptq or llama.cpp", name);
}

std::int64_t default_window(Protocol protocol, std::int64_t max_position_embeddings) {
    return std::min<std::int64_t>(protocol == Protocol::gptq ? 2048 : 512, max_position_embeddings);
}

std::int64_t first_scored_position(Protocol protocol, std::int64_t window) {
    return protocol == Protocol::gptq ? 0 : window / 2;
}

std::string_view bos_rule(Protocol protocol, bool has_bos) {
    if (!has_bos) return "none";
    return protocol == Protocol::gptq ? "once, in front of the text"
                                      : "in place of the first token of every window";
}

}  // namespace headscope
