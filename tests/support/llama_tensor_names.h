#pragma once

#include <string>

#include <fmt/core.h>

/// Hugging Face's tensor names of a Llama-family checkpoint. A projection of [out, in] features is
/// stored as [out, in] and applied as x W^T + bias.
namespace headscope::tensor_names {

inline std::string layer(int index, const char* rest) {
    return fmt::format("model.layers.{}.{}", index, rest);
}

/// [vocab, hidden]
inline std::string embeddings() {
    return "model.embed_tokens.weight";
}
/// [hidden]
inline std::string final_norm() {
    return "model.norm.weight";
}
/// [vocab, hidden]
inline std::string output_projection() {
    return "lm_head.weight";
}
inline std::string input_norm(int i) {
    return layer(i, "input_layernorm.weight");
}
inline std::string post_attention_norm(int i) {
    return layer(i, "post_attention_layernorm.weight");
}
/// [heads*dim, hidden]
inline std::string q_proj(int i) {
    return layer(i, "self_attn.q_proj.weight");
}
/// [kv*dim, hidden]
inline std::string k_proj(int i) {
    return layer(i, "self_attn.k_proj.weight");
}
/// [kv*dim, hidden]
inline std::string v_proj(int i) {
    return layer(i, "self_attn.v_proj.weight");
}
/// [hidden, heads*dim]
inline std::string o_proj(int i) {
    return layer(i, "self_attn.o_proj.weight");
}
/// [ffn, hidden]
inline std::string gate_proj(int i) {
    return layer(i, "mlp.gate_proj.weight");
}
/// [ffn, hidden]
inline std::string up_proj(int i) {
    return layer(i, "mlp.up_proj.weight");
}
/// [hidden, ffn]
inline std::string down_proj(int i) {
    return layer(i, "mlp.down_proj.weight");
}
/// [heads*dim]
inline std::string q_bias(int i) {
    return layer(i, "self_attn.q_proj.bias");
}
/// [kv*dim]
inline std::string k_bias(int i) {
    return layer(i, "self_attn.k_proj.bias");
}
/// [kv*dim]
inline std::string v_bias(int i) {
    return layer(i, "self_attn.v_proj.bias");
}
/// [hidden]
inline std::string o_bias(int i) {
    return layer(i, "self_attn.o_proj.bias");
}
/// [dim]
inline std::string q_norm(int i) {
    return layer(i, "self_attn.q_norm.weight");
}
/// [dim]
inline std::string k_norm(int i) {
    return layer(i, "self_attn.k_norm.weight");
}
/// [ffn]
inline std::string gate_bias(int i) {
    return layer(i, "mlp.gate_proj.bias");
}
/// [ffn]
inline std::string up_bias(int i) {
    return layer(i, "mlp.up_proj.bias");
}
/// [hidden]
inline std::string down_bias(int i) {
    return layer(i, "mlp.down_proj.bias");
}

}  // namespace headscope::tensor_names
