#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/checkpoint/formats/gguf/gguf_metadata.h"
#include "core/checkpoint/formats/gguf/gguf_names.h"

namespace headscope {

/// What a GGUF file's metadata do not say and its tensors do.
struct GgufFacts {
    std::int64_t vocab_size = 0;           ///< rows of the embeddings
    bool tied = false;                     ///< there is no output of its own
    bool qkv_bias = false;                 ///< q, k and v have biases
    bool o_bias = false;                   ///< so has the attention's output
    bool mlp_bias = false;                 ///< so has the feed-forward part
    std::vector<float> rope_factors = {};  ///< rope_freqs.weight: divisors of the frequencies
};

/// The metadata in the words of Hugging Face's config.json. Throws Error(bad_input) for a missing
/// or mistyped key and Error(unsupported) for what config.json or Headscope has no word for; both
/// name the key.
std::string convert_gguf_config(const GgufMetadata& values, const GgufArchitecture& architecture,
                                const GgufFacts& facts);

}  // namespace headscope
