#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/architecture/model_config.h"
#include "core/architecture/tensor_map.h"
#include "tests/checkpoint/safetensors_writer.h"

/// Hand-made checkpoints for tests: a config, the tensors that it asks for, and folders of both.
namespace headscope::testing {

/// A config.json with every field that must be there and no other; small numbers that all differ.
inline nlohmann::json tiny_config() {
    return {{"model_type", "llama"},
            {"hidden_size", 12},
            {"intermediate_size", 20},
            {"num_hidden_layers", 2},
            {"num_attention_heads", 6},
            {"num_key_value_heads", 3},
            {"head_dim", 4},
            {"vocab_size", 10},
            {"max_position_embeddings", 64},
            {"torch_dtype", "bfloat16"}};
}

/// The tensors that a config asks for, without bytes.
inline std::vector<TensorSpec> tensors_of(const nlohmann::json& config,
                                          const std::string& dtype = "BF16") {
    std::vector<TensorSpec> tensors;
    for (const auto& [name, shape, parts, of_layer, of_expert] :
         expected_tensors(parse_model_config(config.dump(), "config"))) {
        tensors.push_back({name, dtype, shape});
    }
    return tensors;
}

inline void write_config(const std::filesystem::path& folder, const nlohmann::json& config) {
    write_bytes(folder / "config.json", config.dump());
}

/// A folder with the config and all its tensors, zero, in one file.
inline void write_model(const std::filesystem::path& folder,
                        const nlohmann::json& config = tiny_config()) {
    std::filesystem::create_directories(folder);
    write_config(folder, config);
    write_sparse_safetensors(folder / "model.safetensors", tensors_of(config));
}

inline std::string shard_name(std::size_t index, std::size_t count) {
    std::string name = "model-00000-of-00000.safetensors";
    const auto put = [&](std::size_t last, std::size_t number) {
        for (; number != 0; number /= 10)
            name[last--] = static_cast<char>('0' + number % 10);
    };
    put(10, index + 1);
    put(19, count);
    return name;
}

/// A folder with the config, `count` shards of nearly equal numbers of tensors, and the index.
inline void write_sharded_model(const std::filesystem::path& folder, std::size_t count,
                                const nlohmann::json& config = tiny_config()) {
    std::filesystem::create_directories(folder);
    write_config(folder, config);
    const std::vector<TensorSpec> tensors = tensors_of(config);
    nlohmann::json weight_map;
    for (std::size_t shard = 0; shard < count; ++shard) {
        const std::string name = shard_name(shard, count);
        const auto first = static_cast<std::ptrdiff_t>(tensors.size() * shard / count);
        const auto last = static_cast<std::ptrdiff_t>(tensors.size() * (shard + 1) / count);
        const std::vector<TensorSpec> part(tensors.begin() + first, tensors.begin() + last);
        write_sparse_safetensors(folder / name, part);
        for (const TensorSpec& tensor : part)
            weight_map[tensor.name] = name;
    }
    const nlohmann::json index{{"metadata", nlohmann::json::object()}, {"weight_map", weight_map}};
    write_bytes(folder / "model.safetensors.index.json", index.dump(2));
}

}  // namespace headscope::testing
