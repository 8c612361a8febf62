// The rules of llama_tensor_get_type in llama-quant.cpp (https://github.com/ggml-org/llama.cpp).
#include "core/checkpoint/quantization/mixture.h"

#include <algorithm>
#include <array>
#include <string>

namespace headscope {
namespace {

/// Numbers of types in GGUF files.
enum Type : std::uint32_t {
    kF16 = 1,
    kQ4_0 = 2,
    kQ5_0 = 6,
    kQ5_1 = 7,
    kQ8_0 = 8,
    kQ3_K = 11,
    kQ4_K = 12,
    kQ5_K = 13,
    kQ6_K = 14,
};

Type usual_type(Mixture mixture) {
    switch (mixture) {
        case Mixture::q8_0:
            return kQ8_0;
        case Mixture::q6_k:
            return kQ6_K;
        case Mixture::q5_k_m:
            return kQ5_K;
        case Mixture::q4_k_m:
            return kQ4_K;
        case Mixture::q3_k_m:
            break;
    }
    return kQ3_K;
}

bool fits(Type type, std::int64_t columns) {
    return columns % find_block_type(type)->elements == 0;
}

Type fallback(Type type) {
    switch (type) {
        case kQ3_K:
            return kQ4_0;
        case kQ4_K:
            return kQ5_0;
        case kQ5_K:
            return kQ5_1;
        case kQ6_K:
            return kQ8_0;
        default:
            return kF16;
    }
}

/// The first and the last eighth of the layers, and every third between.
bool takes_more_bits(int layer, int layers) {
    return layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
}

/// Layers before `layer` that have attention of their own.
int attention_layers_before(const ModelConfig& config, int layer) {
    int count = 0;
    for (int i = 0; i < layer; ++i)
        count += config.heads_of(i).kv_heads > 0 ? 1 : 0;
    return count;
}

Type type_of_values(Mixture mixture, const ModelConfig& config, int layer, bool fused) {
    const int before = attention_layers_before(config, layer);
    const auto layers = static_cast<int>(config.num_hidden_layers);
    Type type = usual_type(mixture);
    if (mixture == Mixture::q3_k_m) type = before < 2 ? kQ5_K : kQ4_K;
    const bool medium = mixture == Mixture::q4_k_m || mixture == Mixture::q5_k_m;
    if (medium && takes_more_bits(before, attention_layers_before(config, layers))) type = kQ6_K;
    // llama.cpp knows the models of 70 billion weights by their layers.
    const bool shared = config.num_attention_heads != config.num_key_value_heads;
    if (layers == 80 && shared && (type == kQ3_K || type == kQ4_K)) type = kQ5_K;
    return config.experts.count == 8 && !fused ? kQ8_0 : type;
}

Type type_of_down(Mixture mixture, const ModelConfig& config, int layer) {
    const auto layers = static_cast<int>(config.num_hidden_layers);
    if (mixture == Mixture::q3_k_m) return layer < layers / 16 ? kQ5_K : kQ4_K;
    const bool medium = mixture == Mixture::q4_k_m || mixture == Mixture::q5_k_m;
    return medium && takes_more_bits(layer, layers) ? kQ6_K : usual_type(mixture);
}

Type type_of_part(Mixture mixture, const ModelConfig& config, Part part, int layer,
                  std::int64_t columns) {
    const Type usual = usual_type(mixture);
    const std::string name = gguf_tensor_name(*config.architecture, part, layer);
    const bool eight_experts = config.experts.count == 8;
    if (part == Part::output || (part == Part::embeddings && config.tie_word_embeddings))
        return usual == kQ8_0 || !fits(usual, columns) ? kQ8_0 : kQ6_K;
    if (name.find("attn_qkv") != std::string::npos)
        return type_of_values(mixture, config, layer, /*fused=*/true);
    switch (part) {
        case Part::v:
            return type_of_values(mixture, config, layer, /*fused=*/false);
        case Part::k:
            return eight_experts ? kQ8_0 : usual;
        case Part::o:
            if (eight_experts && (mixture == Mixture::q3_k_m || mixture == Mixture::q4_k_m))
                return kQ5_K;
            return mixture == Mixture::q3_k_m ? kQ4_K : usual;
        case Part::down:
            return type_of_down(mixture, config, layer);
        default:
            return usual;
    }
}

bool is_quantized(Part part) {
    static constexpr std::array kAll = {Part::embeddings, Part::output, Part::q,
                                        Part::k,          Part::v,      Part::o,
                                        Part::gate,       Part::up,     Part::down};
    return std::find(kAll.begin(), kAll.end(), part) != kAll.end();
}

}  // namespace

std::span<const Mixture> all_mixtures() {
    static constexpr std::array kAll = {Mixture::q8_0, Mixture::q6_k, Mixture::q5_k_m,
                                        Mixture::q4_k_m, Mixture::q3_k_m};
    return kAll;
}

std::string_view name_of(Mixture mixture) {
    switch (mixture) {
        case Mixture::q8_0:
            return "Q8_0";
        case Mixture::q6_k:
            return "Q6_K";
        case Mixture::q5_k_m:
            return "Q5_K_M";
        case Mixture::q4_k_m:
            return "Q4_K_M";
        case Mixture::q3_k_m:
            break;
    }
    return "Q3_K_M";
}

std::vector<RowsOfType> types_under(Mixture mixture, const ModelConfig& config,
                                    const ExpectedTensor& tensor, std::int64_t columns) {
    std::vector<RowsOfType> types;
    std::int64_t row = 0;
    for (const Part part : tensor.parts) {
        if (!is_quantized(part)) return {};
        // The experts of one tensor are its rows; what is one part has all of them.
        const std::int64_t rows = tensor.parts.size() == 1
                                      ? tensor.shape.front()
                                      : shape_of(config, part, tensor.layer).front();
        Type type = type_of_part(mixture, config, part, tensor.layer, columns);
        if (!fits(type, columns)) type = fallback(type);
        if (!fits(type, columns)) type = kF16;
        if (!types.empty() && types.back().type->id == type) {
            types.back().count += rows;
        } else {
            types.push_back({row, rows, find_block_type(type)});
        }
        row += rows;
    }
    return types;
}

double bits_per_weight(Mixture mixture, const ModelConfig& config) {
    constexpr double kBitsOfByte = 8.0;
    double bits = 0.0;
    double weights = 0.0;
    for (const ExpectedTensor& tensor : expected_tensors(config)) {
        double elements = 1.0;
        for (const std::int64_t extent : tensor.shape)
            elements *= static_cast<double>(extent);
        const double of_row = elements / static_cast<double>(tensor.shape.front());
        const auto types = types_under(mixture, config, tensor, tensor.shape.back());
        if (types.empty()) bits += elements * sizeof(float) * kBitsOfByte;
        for (const RowsOfType& rows : types) {
            bits += static_cast<double>(rows.count) * of_row * kBitsOfByte *
                    static_cast<double>(rows.type->bytes) /
                    static_cast<double>(rows.type->elements);
        }
        weights += elements;
    }
    return bits / weights;
}

}  // namespace headscope
