#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/architecture/model_config.h"
#include "core/checkpoint/tensor_source.h"

/// params.json, which takes the place of config.json in Meta's own layout.
namespace headscope {

/// dim of params.json. Throws Error(bad_input).
std::int64_t read_meta_hidden_size(std::string_view params_text, std::string_view source);

/// What params.json does not say, or not always, and the tensors do.
struct MetaFacts {
    std::int64_t vocab_size = 0;         ///< rows of the embeddings
    std::int64_t intermediate_size = 0;  ///< rows of w1
    bool tied = false;                   ///< there is no output of its own
    std::optional<std::int32_t> bos_token_id;
    std::optional<std::int32_t> eos_token_id;
    std::optional<DType> dtype;  ///< of the first layer's w1
};

/// `tensors` are those of join_meta_tensors; the folder's tokenizer.model tells the BOS id. Throws
/// Error(bad_input) where the embeddings or the first layer are missing.
MetaFacts find_meta_facts(const std::vector<TensorSource>& tensors,
                          const std::filesystem::path& directory);

/// params.json in the words of Hugging Face's config.json, with the tensors' dtype. It has no
/// context length; the one of the family is taken, which shows in the other fields, as llama.cpp
/// does: 131,072 with use_scaled_rope (Llama 3.1 on), 8,192 with rope_theta 500,000 (Llama 3),
/// 16,384 with 1,000,000 (Code Llama), otherwise 4,096 with norm_eps 1e-5 (Llama 2) and 2,048
/// (Llama 1). use_scaled_rope is `llama3` scaling by 8 from 8,192 tokens, by 32 where the
/// embeddings are tied (Llama 3.2 1B and 3B), or by rope_scaling_factor. Throws Error(bad_input)
/// for a missing, mistyped or impossible field, Error(unsupported) for a quantized model, one with
/// adapters, experts or images; both name the field.
std::string convert_meta_params(std::string_view text, std::string_view source,
                                const MetaFacts& facts);

/// The same as a ModelConfig, with the checks of parse_model_config.
ModelConfig parse_meta_params(std::string_view text, std::string_view source,
                              const MetaFacts& facts);

}  // namespace headscope
