#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

#include "core/checkpoint/dtype.h"

namespace headscope {

/// The sizes of a Llama model, in the names of config.json.
struct LlamaShape {
    std::int64_t num_hidden_layers = 32;
    std::int64_t num_attention_heads = 32;
    std::int64_t num_key_value_heads = 8;
    std::int64_t head_dim = 128;
    std::int64_t hidden_size = 4096;
    std::int64_t intermediate_size = 14336;
    std::int64_t vocab_size = 128256;
    DType dtype = DType::bf16;
};

inline constexpr LlamaShape kLlama31_8B = {};

/// Writes weights into the bytes of the tensor `name`, which are zeros. What it leaves alone takes
/// no room on the disk.
using FillTensor = std::function<void(std::string_view name, std::span<std::byte> bytes)>;

/// Makes a checkpoint folder of this shape, with one sparse model.safetensors and untied
/// embeddings. A folder that already holds one of the same shape is left as it is: name folders
/// after what fills them.
void make_llama_folder(const std::filesystem::path& folder, const LlamaShape& shape,
                       const FillTensor& fill);

/// Weights of either sign between 1/128 and 1/32, fast to make and the same for the same seed.
void fill_random(std::span<std::byte> bytes, DType dtype, std::uint64_t seed);

}  // namespace headscope
