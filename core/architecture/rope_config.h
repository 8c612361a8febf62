#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace headscope {

class ConfigFields;
struct ArchitectureSpec;

/// How the rotary frequencies are scaled for long contexts, by Hugging Face's names: `linear`
/// (position interpolation, arXiv:2306.15595), `dynamic` (a base that grows with the window),
/// `llama3` (Llama 3.1), `yarn` (arXiv:2309.00071) and `longrope` (arXiv:2402.13753).
enum class RopeType { standard, linear, dynamic, llama3, yarn, longrope };

/// The name in a config.json: "default", "linear" ...
std::string_view name_of(RopeType type);

/// Rotary position embedding (arXiv:2104.09864) with the scaling of later models.
struct RopeConfig {
    RopeType type = RopeType::standard;
    double theta = 10000.0;
    double factor = 1.0;            ///< all but standard; at least 1
    double low_freq_factor = 1.0;   ///< llama3
    double high_freq_factor = 4.0;  ///< llama3
    /// The context before scaling, tokens: all but standard. For linear and dynamic it is the
    /// model's max_position_embeddings.
    std::int64_t original_max_position_embeddings = 0;
    double beta_fast = 32.0;        ///< yarn: turns in the original context that are not stretched
    double beta_slow = 1.0;         ///< yarn: turns in it that are stretched by the whole factor
    bool truncate = true;           ///< yarn: whether the range between the two is whole numbers
    double attention_factor = 1.0;  ///< yarn, longrope: multiplies cosine and sine
    /// longrope: divisors of the frequencies, one each, for windows within the original context and
    /// beyond it.
    std::vector<double> short_factors{};
    std::vector<double> long_factors{};
    std::int64_t rotary_dim = 0;  ///< leading elements of a head that are rotated; 0: all
};

/// Reads `rope_theta` with `rope_scaling` (older style) or `rope_parameters` (newer). Where both
/// are given, rope_scaling counts, as in transformers. `fields` are those of the whole config,
/// `head_dim` and `max_position_embeddings` its values. Throws Error(bad_input) and
/// Error(unsupported) that name the field.
RopeConfig read_rope_config(const ConfigFields& fields, const ArchitectureSpec& architecture,
                            std::int64_t head_dim, std::int64_t max_position_embeddings);

/// The rotary embedding of the layers that slide, where the architecture gives them one of their
/// own (Gemma 3): `rope_local_base_freq`, or `sliding_attention` within `rope_parameters`.
RopeConfig read_sliding_rope_config(const ConfigFields& fields,
                                    const ArchitectureSpec& architecture);

}  // namespace headscope
