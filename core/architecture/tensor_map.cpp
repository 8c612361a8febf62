#include "core/architecture/tensor_map.h"

#include <algorithm>
#include <array>

namespace headscope {
namespace {

constexpr std::array kNames{
    TensorName{Part::embeddings, "model.embed_tokens.weight", "token_embd.weight"},
    TensorName{Part::final_norm, "model.norm.weight", "output_norm.weight"},
    TensorName{Part::output, "lm_head.weight", "output.weight"},
    TensorName{Part::attention_norm, "model.layers.{layer}.input_layernorm.weight",
               "blk.{layer}.attn_norm.weight"},
    TensorName{Part::q, "model.layers.{layer}.self_attn.q_proj.weight",
               "blk.{layer}.attn_q.weight"},
    TensorName{Part::k, "model.layers.{layer}.self_attn.k_proj.weight",
               "blk.{layer}.attn_k.weight"},
    TensorName{Part::v, "model.layers.{layer}.self_attn.v_proj.weight",
               "blk.{layer}.attn_v.weight"},
    TensorName{Part::o, "model.layers.{layer}.self_attn.o_proj.weight",
               "blk.{layer}.attn_output.weight"},
    TensorName{Part::q_bias, "model.layers.{layer}.self_attn.q_proj.bias",
               "blk.{layer}.attn_q.bias"},
    TensorName{Part::k_bias, "model.layers.{layer}.self_attn.k_proj.bias",
               "blk.{layer}.attn_k.bias"},
    TensorName{Part::v_bias, "model.layers.{layer}.self_attn.v_proj.bias",
               "blk.{layer}.attn_v.bias"},
    TensorName{Part::o_bias, "model.layers.{layer}.self_attn.o_proj.bias",
               "blk.{layer}.attn_output.bias"},
    TensorName{Part::q_norm, "model.layers.{layer}.self_attn.q_norm.weight",
               "blk.{layer}.attn_q_norm.weight"},
    TensorName{Part::k_norm, "model.layers.{layer}.self_attn.k_norm.weight",
               "blk.{layer}.attn_k_norm.weight"},
    TensorName{Part::sinks, "model.layers.{layer}.self_attn.sinks",
               "blk.{layer}.attn_sinks.weight"},
    TensorName{Part::attention_output_norm, "model.layers.{layer}.post_attention_layernorm.weight",
               "blk.{layer}.post_attention_norm.weight"},
    TensorName{Part::mlp_norm, "model.layers.{layer}.post_attention_layernorm.weight",
               "blk.{layer}.ffn_norm.weight"},
    TensorName{Part::gate, "model.layers.{layer}.mlp.gate_proj.weight",
               "blk.{layer}.ffn_gate.weight"},
    TensorName{Part::up, "model.layers.{layer}.mlp.up_proj.weight", "blk.{layer}.ffn_up.weight"},
    TensorName{Part::down, "model.layers.{layer}.mlp.down_proj.weight",
               "blk.{layer}.ffn_down.weight"},
    TensorName{Part::gate_bias, "model.layers.{layer}.mlp.gate_proj.bias",
               "blk.{layer}.ffn_gate.bias"},
    TensorName{Part::up_bias, "model.layers.{layer}.mlp.up_proj.bias", "blk.{layer}.ffn_up.bias"},
    TensorName{Part::down_bias, "model.layers.{layer}.mlp.down_proj.bias",
               "blk.{layer}.ffn_down.bias"},
    TensorName{Part::router, "model.layers.{layer}.mlp.gate.weight",
               "blk.{layer}.ffn_gate_inp.weight"},
    TensorName{Part::router_bias, "model.layers.{layer}.mlp.gate.bias",
               "blk.{layer}.ffn_gate_inp.bias"},
    TensorName{Part::mlp_output_norm, "model.layers.{layer}.post_feedforward_layernorm.weight",
               "blk.{layer}.post_ffw_norm.weight"},
};

constexpr bool in_order() {
    for (int i = 0; i < kParts; ++i)
        if (kNames[static_cast<std::size_t>(i)].part != static_cast<Part>(i)) return false;
    return kNames.size() == kParts;
}
static_assert(in_order(), "kNames is indexed by Part");

const TensorName& name_of(const ArchitectureSpec& architecture, Part part) {
    const auto own = architecture.tensors;
    const auto found =
        std::find_if(own.begin(), own.end(), [&](const auto& name) { return name.part == part; });
    return found != own.end() ? *found : kNames[static_cast<std::size_t>(part)];
}

bool is_outside(Part part) {
    return part <= Part::output;
}

bool is_of_expert(const ModelConfig& config, Part part) {
    return config.experts.count > 0 && part >= Part::gate && part <= Part::down_bias;
}

std::string filled(std::string_view pattern, int layer, int expert) {
    std::string name(pattern);
    const auto replace = [&](std::string_view what, int number) {
        const std::size_t at = name.find(what);
        if (at != std::string::npos) name.replace(at, what.size(), std::to_string(number));
    };
    replace("{layer}", layer);
    replace("{expert}", expert);
    return name;
}

/// The tensors of some parts, in order; those of one name are stacked.
class Tensors {
  public:
    Tensors(const ModelConfig& config, std::vector<ExpectedTensor>& to)
        : config_(config), to_(to), first_(to.size()) {}

    void add(Part part, int layer, int expert) {
        if (!has_part(config_, part)) return;
        std::string name = tensor_name(*config_.architecture, part, layer, expert);
        const std::vector<std::int64_t> shape = shape_of(config_, part, layer);
        const auto same =
            std::find_if(to_.begin() + static_cast<std::ptrdiff_t>(first_), to_.end(),
                         [&](const ExpectedTensor& tensor) { return tensor.name == name; });
        if (same == to_.end()) {
            to_.push_back({std::move(name), shape, {part}, layer, expert});
        } else {
            same->shape.front() += shape.front();
            same->parts.push_back(part);
        }
    }

  private:
    const ModelConfig& config_;
    std::vector<ExpectedTensor>& to_;
    std::size_t first_;
};

void add_layer(const ModelConfig& config, int layer, std::vector<ExpectedTensor>& tensors) {
    Tensors of_layer(config, tensors);
    for (int part = 0; part < kParts; ++part) {
        const auto wanted = static_cast<Part>(part);
        if (!is_outside(wanted) && !is_of_expert(config, wanted)) of_layer.add(wanted, layer, 0);
    }
    for (int expert = 0; expert < config.experts.count; ++expert) {
        Tensors of_expert(config, tensors);
        for (int part = 0; part < kParts; ++part) {
            const auto wanted = static_cast<Part>(part);
            if (is_of_expert(config, wanted)) of_expert.add(wanted, layer, expert);
        }
    }
}

}  // namespace

bool has_part(const ModelConfig& config, Part part) {
    switch (part) {
        case Part::output:
            return !config.tie_word_embeddings;
        case Part::q_bias:
        case Part::k_bias:
        case Part::v_bias:
            return config.qkv_bias;
        case Part::o_bias:
            return config.o_bias;
        case Part::q_norm:
        case Part::k_norm:
            return config.head_norm != HeadNorm::none;
        case Part::sinks:
            return config.architecture->sinks;
        case Part::attention_norm:
        case Part::mlp_norm:
            return config.norms.before;
        case Part::attention_output_norm:
        case Part::mlp_output_norm:
            return config.norms.after;
        case Part::gate_bias:
        case Part::up_bias:
        case Part::down_bias:
            return config.mlp_bias;
        case Part::router:
            return config.experts.count > 0;
        case Part::router_bias:
            return config.experts.count > 0 && config.experts.router_bias;
        default:
            return true;
    }
}

std::vector<std::int64_t> shape_of(const ModelConfig& config, Part part, int layer) {
    const auto [heads, kv_heads] = is_outside(part) ? config.most_heads() : config.heads_of(layer);
    const std::int64_t hidden = config.hidden_size;
    const std::int64_t ffn = config.intermediate_size;
    const std::int64_t q_rows = heads * config.head_dim;
    const std::int64_t kv_rows = kv_heads * config.head_dim;
    const bool all_heads = config.head_norm == HeadNorm::all;
    switch (part) {
        case Part::embeddings:
        case Part::output:
            return {config.vocab_size, hidden};
        case Part::q:
            return {q_rows, hidden};
        case Part::k:
        case Part::v:
            return {kv_rows, hidden};
        case Part::o:
            return {hidden, q_rows};
        case Part::q_bias:
            return {q_rows};
        case Part::k_bias:
        case Part::v_bias:
            return {kv_rows};
        case Part::q_norm:
            return {all_heads ? q_rows : config.head_dim};
        case Part::k_norm:
            return {all_heads ? kv_rows : config.head_dim};
        case Part::sinks:
            return {heads};
        case Part::gate:
        case Part::up:
            return {ffn, hidden};
        case Part::down:
            return {hidden, ffn};
        case Part::gate_bias:
        case Part::up_bias:
            return {ffn};
        case Part::router:
            return {config.experts.count, hidden};
        case Part::router_bias:
            return {config.experts.count};
        case Part::final_norm:
        case Part::attention_norm:
        case Part::o_bias:
        case Part::attention_output_norm:
        case Part::mlp_norm:
        case Part::down_bias:
        case Part::mlp_output_norm:
            break;
    }
    return {hidden};
}

std::string tensor_name(const ArchitectureSpec& architecture, Part part, int layer, int expert) {
    return filled(name_of(architecture, part).hugging_face, layer, expert);
}

std::string gguf_tensor_name(const ArchitectureSpec& architecture, Part part, int layer) {
    return filled(name_of(architecture, part).gguf, layer, 0);
}

TensorSlice locate(const ModelConfig& config, Part part, int layer, int expert) {
    TensorSlice slice{tensor_name(*config.architecture, part, layer, expert), 0,
                      shape_of(config, part, layer)};
    if (is_outside(part)) return slice;
    for (int i = 0; i < static_cast<int>(part); ++i) {
        const auto before = static_cast<Part>(i);
        if (!is_outside(before) && has_part(config, before) &&
            name_of(*config.architecture, before).hugging_face ==
                name_of(*config.architecture, part).hugging_face) {
            slice.first_row += shape_of(config, before, layer).front();
        }
    }
    return slice;
}

std::vector<ExpectedTensor> expected_tensors(const ModelConfig& config, int layer) {
    std::vector<ExpectedTensor> tensors;
    add_layer(config, layer, tensors);
    return tensors;
}

std::vector<ExpectedTensor> expected_tensors(const ModelConfig& config) {
    std::vector<ExpectedTensor> tensors;
    Tensors outside(config, tensors);
    for (const Part part : {Part::embeddings, Part::final_norm, Part::output})
        outside.add(part, 0, 0);
    for (int layer = 0; layer < config.num_hidden_layers; ++layer)
        add_layer(config, layer, tensors);
    return tensors;
}

bool belongs_to_heads(const ModelConfig& config, Part part) {
    switch (part) {
        case Part::q:
        case Part::k:
        case Part::v:
        case Part::o:
        case Part::q_bias:
        case Part::k_bias:
        case Part::v_bias:
        case Part::sinks:
            return true;
        case Part::q_norm:
        case Part::k_norm:
            return config.head_norm == HeadNorm::all;
        default:
            return false;
    }
}

}  // namespace headscope
