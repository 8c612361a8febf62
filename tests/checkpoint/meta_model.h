#pragma once

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "tests/checkpoint/tiny_llama.h"
#include "tests/checkpoint/torch_writer.h"

/// The same hand-made model in Hugging Face's layout and in Meta's, made from each other by the
/// rules of Hugging Face's convert_llama_weights_to_hf.py, backwards.
namespace headscope::testing {

/// How tok_embeddings are split among the files.
enum class MetaSplit { llama2, llama3 };

inline nlohmann::json meta_config() {
    return {{"model_type", "llama"},    {"hidden_size", 32},
            {"intermediate_size", 24},  {"num_hidden_layers", 2},
            {"num_attention_heads", 8}, {"num_key_value_heads", 4},
            {"vocab_size", 20},         {"max_position_embeddings", 4096},
            {"rms_norm_eps", 1e-5},     {"torch_dtype", "bfloat16"}};
}

inline nlohmann::json meta_params() {
    return {{"dim", 32},        {"n_layers", 2},    {"n_heads", 8},    {"n_kv_heads", 4},
            {"vocab_size", 20}, {"norm_eps", 1e-5}, {"multiple_of", 8}};
}

/// The tensors of a config with bytes that all differ.
inline std::vector<TensorSpec> random_tensors(const nlohmann::json& config) {
    std::mt19937 random(7);
    std::vector<TensorSpec> tensors = tensors_of(config);
    for (TensorSpec& tensor : tensors) {
        tensor.bytes.resize(size_in_bytes(tensor));
        for (char& byte : tensor.bytes)
            byte = static_cast<char>(random() & 0x3f);  // finite in every dtype
    }
    return tensors;
}

inline std::size_t row_bytes(const TensorSpec& tensor) {
    return tensor.bytes.size() / static_cast<std::size_t>(tensor.shape[0]);
}

/// Rows of each head from half-split to interleaved order.
inline void interleave(TensorSpec& tensor, std::size_t head_dim) {
    const std::size_t row = row_bytes(tensor);
    const std::string half_split = tensor.bytes;
    for (std::size_t to = 0; to < static_cast<std::size_t>(tensor.shape[0]); ++to) {
        const std::size_t head = to / head_dim * head_dim;
        const std::size_t from = head + (to - head) % 2 * (head_dim / 2) + (to - head) / 2;
        tensor.bytes.replace(to * row, row, half_split, from * row, row);
    }
}

/// The part of a matrix that file `index` of `count` has.
inline TensorSpec slice(const TensorSpec& tensor, int dim, std::size_t index, std::size_t count) {
    TensorSpec part = tensor;
    const std::size_t row = row_bytes(tensor);
    part.shape[static_cast<std::size_t>(dim)] /= static_cast<std::int64_t>(count);
    if (dim == 0) {
        const std::size_t bytes = tensor.bytes.size() / count;
        part.bytes = tensor.bytes.substr(index * bytes, bytes);
        return part;
    }
    part.bytes.clear();
    for (std::size_t at = 0; at < tensor.bytes.size(); at += row)
        part.bytes += tensor.bytes.substr(at + index * (row / count), row / count);
    return part;
}

inline void replace_in(std::string& text, const std::string& from, const std::string& to) {
    if (const std::size_t at = text.find(from); at != std::string::npos) {
        text.replace(at, from.size(), to);
    }
}

inline std::string meta_name(std::string name) {
    static const std::vector<std::pair<std::string, std::string>> names{
        {"model.embed_tokens", "tok_embeddings"},
        {"lm_head", "output"},
        {"model.norm", "norm"},
        {"model.layers", "layers"},
        {"self_attn.q_proj", "attention.wq"},
        {"self_attn.k_proj", "attention.wk"},
        {"self_attn.v_proj", "attention.wv"},
        {"self_attn.o_proj", "attention.wo"},
        {"mlp.gate_proj", "feed_forward.w1"},
        {"mlp.down_proj", "feed_forward.w2"},
        {"mlp.up_proj", "feed_forward.w3"},
        {"input_layernorm", "attention_norm"},
        {"post_attention_layernorm", "ffn_norm"}};
    for (const auto& [from, to] : names)
        replace_in(name, from, to);
    return name;
}

/// What each of `count` files has of the tensors.
inline std::vector<std::vector<TensorSpec>> meta_parts(const std::vector<TensorSpec>& tensors,
                                                       std::size_t head_dim, std::size_t count,
                                                       MetaSplit split) {
    std::vector<std::vector<TensorSpec>> parts(count);
    for (TensorSpec tensor : tensors) {
        tensor.name = meta_name(tensor.name);
        const auto is = [&](const char* part) {
            return tensor.name.find(part) != std::string::npos;
        };
        if (is("attention.wq") || is("attention.wk")) interleave(tensor, head_dim);
        const bool by_columns = is("attention.wo") || is("feed_forward.w2") ||
                                (is("tok_embeddings") && split == MetaSplit::llama2);
        for (std::size_t i = 0; i < count; ++i) {
            parts[i].push_back(tensor.shape.size() == 1 ? tensor
                                                        : slice(tensor, by_columns, i, count));
        }
    }
    for (auto& part : parts)
        part.push_back({"rope.freqs", "BF16", {2}, "abcd"});
    return parts;
}

inline std::string meta_file(std::size_t index) {
    return "consolidated.0" + std::to_string(index) + ".pth";
}

inline void write_meta_model(const std::filesystem::path& folder, std::size_t count,
                             MetaSplit split = MetaSplit::llama3,
                             const nlohmann::json& params = meta_params(),
                             const nlohmann::json& config = meta_config()) {
    std::filesystem::create_directories(folder);
    write_bytes(folder / "params.json", params.dump());
    const auto parts = meta_parts(random_tensors(config), 4, count, split);
    for (std::size_t i = 0; i < count; ++i)
        write_torch_file(folder / meta_file(i), parts[i]);
}

}  // namespace headscope::testing
