#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include "core/base/dtype.h"

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

/// Fills every tensor with what a model in training begins with: normal numbers of deviation 0.02,
/// and ones in the norms. In `twin_layers` some heads get near twins: head h + 1 becomes head h
/// plus noise that leaves them a cosine from 0.975 to 0.999, and so do their columns of the output
/// projection. The same for the same seed, on however many threads. Takes the tensors of one layer
/// at a time.
class LlamaWeights {
  public:
    LlamaWeights(const LlamaShape& shape, std::pair<int, int> twin_layers, std::uint64_t seed);

    void operator()(std::string_view name, std::span<std::byte> bytes) const;

  private:
    void plant_twins(std::string_view name, int layer, std::span<std::byte> bytes) const;

    LlamaShape shape_;
    std::pair<int, int> twin_layers_;  ///< first and last
    std::uint64_t seed_;
};

/// Weights of either sign between 1/128 and 1/32, fast to make and the same for the same seed.
void fill_random(std::span<std::byte> bytes, DType dtype, std::uint64_t seed);

}  // namespace headscope
