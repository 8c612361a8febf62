#include "core/checkpoint/formats/gguf/gguf_names.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "core/architecture/registry.h"
#include "core/architecture/tensor_map.h"

namespace headscope {
namespace {

/// The files that llama.cpp's converter writes for Mistral, SmolLM2 and TinyLlama are `llama`.
constexpr std::array kArchitectures{
    GgufArchitecture{"llama", "llama", "LlamaForCausalLM", true},
    GgufArchitecture{"deci", "llama", "LlamaForCausalLM", true},
    GgufArchitecture{"qwen2", "qwen2", "Qwen2ForCausalLM"},
    GgufArchitecture{"smollm3", "smollm3", "SmolLM3ForCausalLM", true},
    GgufArchitecture{"qwen3", "qwen3", "Qwen3ForCausalLM"},
    GgufArchitecture{"gemma3", "gemma3_text", "Gemma3ForCausalLM", false, true, true},
};

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
    constexpr std::string_view kBlocks = "blk.";
    int layer = 0;
    if (gguf.starts_with(kBlocks))
        std::from_chars(gguf.data() + kBlocks.size(), gguf.data() + gguf.size(), layer);
    const ArchitectureSpec& spec = *find_architecture(architecture.model_type);
    for (int i = 0; i < kParts; ++i) {
        const auto part = static_cast<Part>(i);
        // The names are compared whole: "blk.01" would make a second name for layer 1.
        if (gguf_tensor_name(spec, part, layer) == gguf) return tensor_name(spec, part, layer);
    }
    return std::string(gguf);
}

}  // namespace headscope
