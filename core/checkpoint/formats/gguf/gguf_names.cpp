#include "core/checkpoint/formats/gguf/gguf_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace headscope {
namespace {

/// The files that llama.cpp's converter writes for Mistral, SmolLM2 and TinyLlama are `llama`.
constexpr std::array kArchitectures{
    GgufArchitecture{"llama", "llama", "LlamaForCausalLM", true},
    GgufArchitecture{"deci", "llama", "LlamaForCausalLM", true},
    GgufArchitecture{"qwen2", "qwen2", "Qwen2ForCausalLM"},
    GgufArchitecture{"qwen3", "qwen3", "Qwen3ForCausalLM"},
    GgufArchitecture{"gemma3", "gemma3_text", "Gemma3ForCausalLM", false, true, true},
};

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array kOuter{
    Pair{"token_embd", "model.embed_tokens"},
    Pair{"output_norm", "model.norm"},
    Pair{"output", "lm_head"},
};

/// Behind "blk.<i>." and "model.layers.<i>.".
constexpr std::array kInLayer{
    Pair{"attn_norm", "input_layernorm"},    Pair{"attn_q", "self_attn.q_proj"},
    Pair{"attn_k", "self_attn.k_proj"},      Pair{"attn_v", "self_attn.v_proj"},
    Pair{"attn_output", "self_attn.o_proj"}, Pair{"attn_q_norm", "self_attn.q_norm"},
    Pair{"attn_k_norm", "self_attn.k_norm"}, Pair{"ffn_gate", "mlp.gate_proj"},
    Pair{"ffn_up", "mlp.up_proj"},           Pair{"ffn_down", "mlp.down_proj"},
};

constexpr std::array kPlainNorms{
    Pair{"ffn_norm", "post_attention_layernorm"},
};

constexpr std::array kNormsAround{
    Pair{"post_attention_norm", "post_attention_layernorm"},
    Pair{"ffn_norm", "pre_feedforward_layernorm"},
    Pair{"post_ffw_norm", "post_feedforward_layernorm"},
};

template <typename Table>
std::string_view look_up(const Table& table, std::string_view name) {
    const auto* found = std::find_if(table.begin(), table.end(),
                                     [&](const Pair& pair) { return pair.first == name; });
    return found == table.end() ? std::string_view() : found->second;
}

}  // namespace

const GgufArchitecture* find_gguf_architecture(std::string_view name) {
    const auto* found = std::find_if(
        kArchitectures.begin(), kArchitectures.end(),
        [&](const GgufArchitecture& architecture) { return architecture.name == name; });
    return found == kArchitectures.end() ? nullptr : found;
}

std::string gguf_architecture_names() {
    std::string names;
    for (const GgufArchitecture& architecture : kArchitectures)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", architecture.name);
    return names;
}

std::string hugging_face_name(std::string_view gguf, const GgufArchitecture& architecture) {
    const std::size_t last = gguf.rfind('.');
    if (last == std::string_view::npos) return std::string(gguf);
    const std::string_view kind = gguf.substr(last);  // ".weight", ".bias"
    constexpr std::string_view kBlocks = "blk.";
    if (!gguf.starts_with(kBlocks)) {
        const std::string_view outer = look_up(kOuter, gguf.substr(0, last));
        return outer.empty() ? std::string(gguf) : fmt::format("{}{}", outer, kind);
    }
    int layer = 0;
    const char* begin = gguf.data() + kBlocks.size();
    const auto [end, error] = std::from_chars(begin, gguf.data() + last, layer);
    // "01" would make a second name for layer 1.
    if (error != std::errc() || *end != '.' ||
        fmt::format("{}", layer) != std::string_view(begin, static_cast<std::size_t>(end - begin)))
        return std::string(gguf);
    const std::string_view rest(end + 1, static_cast<std::size_t>(gguf.data() + last - end) - 1);
    std::string_view found = look_up(kInLayer, rest);
    if (found.empty()) {
        found = architecture.norms_around_blocks ? look_up(kNormsAround, rest)
                                                 : look_up(kPlainNorms, rest);
    }
    return found.empty() ? std::string(gguf)
                         : fmt::format("model.layers.{}.{}{}", layer, found, kind);
}

}  // namespace headscope
