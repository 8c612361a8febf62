#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <functional>
#include <numbers>
#include <stop_token>

#include "core/base/parallel.h"
#include "tests/benchmarks/llama_shape.h"

namespace headscope {
namespace {

constexpr float kDeviation = 0.02F;
constexpr std::size_t kPiece = std::size_t{1} << 20;  // elements that one thread makes at a time

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): numbers without a state to carry along.
std::uint64_t scramble(std::uint64_t x) {
    x += 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31);
}

std::uint16_t to_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

float from_bf16(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// Quantiles of the normal distribution, so that a number costs one look-up.
const std::array<float, 65536>& normal_quantiles() {
    static const auto table = [] {
        std::array<float, 65536> values{};
        for (std::size_t i = 0; i < values.size(); ++i) {
            // Box-Muller would do as well; bisecting erf is exact and needs no second number.
            const double p = (static_cast<double>(i) + 0.5) / 65536.0;
            double low = -6.0;
            double high = 6.0;
            for (int step = 0; step < 40; ++step) {
                const double middle = (low + high) / 2;
                (0.5 * std::erfc(-middle / std::numbers::sqrt2) < p ? low : high) = middle;
            }
            values[i] = static_cast<float>(low);
        }
        return values;
    }();
    return table;
}

/// Calls `value(i)` for each element on all cores and stores it.
void fill_elements(std::span<std::byte> bytes, const std::function<float(std::size_t)>& value) {
    const std::size_t count = bytes.size() / 2;
    parallel_for((count + kPiece - 1) / kPiece, available_cores(), {}, [&](std::size_t piece, int) {
        const std::size_t end = std::min(count, (piece + 1) * kPiece);
        for (std::size_t i = piece * kPiece; i < end; ++i) {
            const std::uint16_t bits = to_bf16(value(i));
            std::memcpy(bytes.data() + 2 * i, &bits, 2);
        }
    });
}

int layer_of(std::string_view name) {
    constexpr std::string_view prefix = "model.layers.";
    int layer = -1;
    if (name.starts_with(prefix))
        std::from_chars(name.data() + prefix.size(), name.data() + name.size(), layer);
    return layer;
}

}  // namespace

LlamaWeights::LlamaWeights(const LlamaShape& shape, std::pair<int, int> twin_layers,
                           std::uint64_t seed)
    : shape_(shape), twin_layers_(twin_layers), seed_(seed) {}

void LlamaWeights::operator()(std::string_view name, std::span<std::byte> bytes) const {
    if (name.ends_with("norm.weight")) {
        fill_elements(bytes, [](std::size_t) { return 1.0F; });
        return;
    }
    const std::uint64_t seed = scramble(seed_ ^ std::hash<std::string_view>{}(name));
    const auto& normal = normal_quantiles();
    fill_elements(bytes, [&](std::size_t i) {
        // One scrambled number holds four.
        return kDeviation * normal[scramble(seed + i / 4) >> (16 * (i % 4)) & 0xFFFFU];
    });
    const int layer = layer_of(name);
    if (layer >= twin_layers_.first && layer <= twin_layers_.second)
        plant_twins(name, layer, bytes);
}

/// Every eighth head of a twin layer and its neighbour, which share a KV head.
void LlamaWeights::plant_twins(std::string_view name, int layer, std::span<std::byte> bytes) const {
    const bool q = name.ends_with("q_proj.weight");
    if (!q && !name.ends_with("o_proj.weight")) return;
    const auto dim = static_cast<std::size_t>(shape_.head_dim);
    const auto hidden = static_cast<std::size_t>(shape_.hidden_size);
    const auto heads = static_cast<std::size_t>(shape_.num_attention_heads);
    // Element e of head h, in rows of Q or in columns of O.
    const auto place = [&](std::size_t head, std::size_t e) {
        return q ? head * dim * hidden + e : e / dim * heads * dim + head * dim + e % dim;
    };
    const auto& normal = normal_quantiles();
    for (std::size_t head = 0; head + 1 < heads; head += 8) {
        const double step = static_cast<double>(layer - twin_layers_.first) / 9.0;
        const double cosine = 0.999 - 0.024 * (0.5 * step + 0.5 * static_cast<double>(head) /
                                                                static_cast<double>(heads));
        const auto noise =
            static_cast<float>(kDeviation * std::sqrt(1.0 / (cosine * cosine) - 1.0));
        const std::uint64_t seed =
            scramble(seed_ ^ (std::uint64_t{0x7717} << 32) ^ (q ? 0U : 1U) ^
                     (static_cast<std::uint64_t>(layer) << 8) ^ (head << 16));
        for (std::size_t e = 0; e < dim * hidden; ++e) {
            std::uint16_t bits = 0;
            std::memcpy(&bits, bytes.data() + 2 * place(head, e), 2);
            const float twin = from_bf16(bits) + noise * normal[scramble(seed + e) & 0xFFFFU];
            bits = to_bf16(twin);
            std::memcpy(bytes.data() + 2 * place(head + 1, e), &bits, 2);
        }
    }
}

}  // namespace headscope
