#include "core/checkpoint/expected_tensors.h"

#include "core/checkpoint/tensor_names.h"

namespace headscope {

std::vector<ExpectedTensor> expected_tensors(const ModelConfig& config) {
    namespace names = tensor_names;
    const std::int64_t hidden = config.hidden_size;
    const std::int64_t ffn = config.intermediate_size;

    std::vector<ExpectedTensor> tensors{{names::embeddings(), {config.vocab_size, hidden}},
                                        {names::final_norm(), {hidden}}};
    if (!config.tie_word_embeddings) {
        tensors.push_back({names::output_projection(), {config.vocab_size, hidden}});
    }
    for (int layer = 0; layer < config.num_hidden_layers; ++layer) {
        const auto [heads, kv_heads] = config.heads_of(layer);
        const std::int64_t q_rows = heads * config.head_dim;
        const std::int64_t kv_rows = kv_heads * config.head_dim;
        tensors.push_back({names::input_norm(layer), {hidden}});
        tensors.push_back({names::q_proj(layer), {q_rows, hidden}});
        tensors.push_back({names::k_proj(layer), {kv_rows, hidden}});
        tensors.push_back({names::v_proj(layer), {kv_rows, hidden}});
        tensors.push_back({names::o_proj(layer), {hidden, q_rows}});
        tensors.push_back({names::post_attention_norm(layer), {hidden}});
        tensors.push_back({names::gate_proj(layer), {ffn, hidden}});
        tensors.push_back({names::up_proj(layer), {ffn, hidden}});
        tensors.push_back({names::down_proj(layer), {hidden, ffn}});
        if (config.qkv_bias) {
            tensors.push_back({names::q_bias(layer), {q_rows}});
            tensors.push_back({names::k_bias(layer), {kv_rows}});
            tensors.push_back({names::v_bias(layer), {kv_rows}});
        }
        if (config.o_bias) tensors.push_back({names::o_bias(layer), {hidden}});
        if (config.qk_norm) {
            tensors.push_back({names::q_norm(layer), {config.head_dim}});
            tensors.push_back({names::k_norm(layer), {config.head_dim}});
        }
        if (config.mlp_bias) {
            tensors.push_back({names::gate_bias(layer), {ffn}});
            tensors.push_back({names::up_bias(layer), {ffn}});
            tensors.push_back({names::down_bias(layer), {hidden}});
        }
    }
    return tensors;
}

}  // namespace headscope
