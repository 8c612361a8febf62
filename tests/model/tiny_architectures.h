#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/architecture/tensor_map.h"
#include "tests/checkpoint/safetensors_writer.h"

/// Tiny random checkpoints whose weights need not be stored: tests/golden/make_architectures.py
/// makes the same from the same integers, and must follow every change here.
namespace headscope::testing {

/// Number `index` of the sequence that belongs to `name`: k / 2^24 in [-0.5, 0.5), k from
/// splitmix64 seeded with FNV-1a of the name.
inline double tiny_value(const std::string& name, std::uint64_t index) {
    std::uint64_t seed = 0xCBF29CE484222325U;
    for (const char byte : name)
        seed = (seed ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
    std::uint64_t z = seed + (index + 1) * 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    z ^= z >> 31U;
    return (static_cast<double>(z >> 40U) - 8388608.0) / 16777216.0;
}

/// A tensor's float32 values: norms around 1, embeddings and biases in [-1, 1), others in
/// [-0.5, 0.5).
inline std::string tiny_tensor_bytes(const std::string& name,
                                     const std::vector<std::int64_t>& shape) {
    std::uint64_t count = 1;
    for (const std::int64_t extent : shape)
        count *= static_cast<std::uint64_t>(extent);
    const bool norm = name.ends_with("norm.weight");
    const bool twice = name.ends_with(".bias") || name.find("embed_tokens") != std::string::npos;
    std::string bytes(count * sizeof(float), '\0');
    for (std::uint64_t i = 0; i < count; ++i) {
        const double value = tiny_value(name, i);
        const auto stored = static_cast<float>(norm ? 1.0 + value : twice ? 2.0 * value : value);
        std::memcpy(bytes.data() + i * sizeof(float), &stored, sizeof(float));
    }
    return bytes;
}

/// A folder with this config and the weights that it asks for.
inline void write_tiny_model(const std::filesystem::path& folder, const nlohmann::json& config) {
    std::vector<TensorSpec> tensors;
    for (const auto& [name, shape, parts, of_layer, of_expert] :
         expected_tensors(parse_model_config(config.dump(), "config"))) {
        tensors.push_back({name, "F32", shape, tiny_tensor_bytes(name, shape)});
    }
    std::filesystem::create_directories(folder);
    write_bytes(folder / "config.json", config.dump());
    write_safetensors(folder / "model.safetensors", tensors);
}

/// The text that the checkpoints read.
inline std::vector<std::int32_t> tiny_token_ids(std::uint64_t count, std::int64_t vocab) {
    std::vector<std::int32_t> ids;
    for (std::uint64_t i = 0; i < count; ++i) {
        ids.push_back(static_cast<std::int32_t>(
            std::floor((tiny_value("ids", i) + 0.5) * static_cast<double>(vocab))));
    }
    return ids;
}

}  // namespace headscope::testing
