#include "core/checkpoint/quantization/encode_blocks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string_view>

#include "core/checkpoint/quantization/encode_k_blocks.h"
#include "core/checkpoint/quantization/half.h"

namespace headscope {
namespace {

constexpr std::size_t kBlock = 32;

/// quantize_row_q8_0_ref of ggml-quants.c.
void encode_q8_0(std::span<const float> values, std::byte* to) {
    for (std::size_t begin = 0; begin < values.size(); begin += kBlock) {
        const auto block = values.subspan(begin, kBlock);
        float largest = 0.0F;
        for (const float value : block)
            largest = std::max(largest, std::abs(value));
        const float scale = largest / 127.0F;
        const float inverse = scale != 0.0F ? 1.0F / scale : 0.0F;
        const std::uint16_t half = half_of_float(scale);
        std::memcpy(to, &half, sizeof half);
        to += sizeof half;
        for (const float value : block)
            *to++ = static_cast<std::byte>(static_cast<std::int8_t>(std::round(value * inverse)));
    }
}

using Block = std::span<const float, kBlock>;

void put_half(float value, std::byte* to) {
    const std::uint16_t half = half_of_float(value);
    std::memcpy(to, &half, sizeof half);
}

/// Low nibbles of the first half, then of the second; the fifth bits of all go to `high`.
void put_nibbles(const std::array<int, kBlock>& quants, std::byte* low, std::byte* high) {
    std::uint32_t fifth = 0;
    for (std::size_t i = 0; i < kBlock / 2; ++i)
        low[i] = static_cast<std::byte>((quants[i] & 15) | (quants[i + kBlock / 2] & 15) << 4);
    for (std::size_t i = 0; i < kBlock; ++i)
        fifth |= static_cast<std::uint32_t>(quants[i] >> 4) << i;
    if (high != nullptr) std::memcpy(high, &fifth, sizeof fifth);
}

/// quantize_row_q4_0_ref and quantize_row_q5_0_ref: quants from 0 to 2 `half` - 1, of which `half`
/// is taken away again; the value that is largest in size gets quant 0.
std::array<int, kBlock> around_zero(Block block, int half, std::byte* scale) {
    float largest = 0.0F;
    for (const float value : block) {
        if (std::abs(value) > std::abs(largest)) largest = value;
    }
    const float d = largest / static_cast<float>(-half);
    const float inverse = d != 0.0F ? 1.0F / d : 0.0F;
    put_half(d, scale);
    std::array<int, kBlock> quants{};
    for (std::size_t i = 0; i < kBlock; ++i) {
        const float shifted = block[i] * inverse + (static_cast<float>(half) + 0.5F);
        quants[i] = std::min(2 * half - 1, static_cast<int>(shifted));
    }
    return quants;
}

void encode_q4_0(std::span<const float> values, std::byte* to) {
    for (; !values.empty(); values = values.subspan(kBlock), to += 18)
        put_nibbles(around_zero(values.first<kBlock>(), 8, to), to + 2, nullptr);
}

void encode_q5_0(std::span<const float> values, std::byte* to) {
    for (; !values.empty(); values = values.subspan(kBlock), to += 22)
        put_nibbles(around_zero(values.first<kBlock>(), 16, to), to + 6, to + 2);
}

/// quantize_row_q5_1_ref: quants from 0 to 31 between the least and the largest value.
void encode_q5_1(std::span<const float> values, std::byte* to) {
    for (; !values.empty(); values = values.subspan(kBlock), to += 24) {
        const Block block = values.first<kBlock>();
        const auto [least, largest] = std::minmax_element(block.begin(), block.end());
        const float d = (*largest - *least) / 31.0F;
        const float inverse = d != 0.0F ? 1.0F / d : 0.0F;
        put_half(d, to);
        put_half(*least, to + 2);
        std::array<int, kBlock> quants{};
        for (std::size_t i = 0; i < kBlock; ++i)
            quants[i] = static_cast<int>((block[i] - *least) * inverse + 0.5F);
        put_nibbles(quants, to + 8, to + 4);
    }
}

using EncodeBlocks = void (*)(std::span<const float> values, std::byte* to);

EncodeBlocks encoder_of(std::string_view name) {
    struct Entry {
        std::string_view name;
        EncodeBlocks encode;
    };
    static constexpr std::array kAll{
        Entry{"Q4_0", encode_q4_0}, Entry{"Q5_0", encode_q5_0}, Entry{"Q5_1", encode_q5_1},
        Entry{"Q8_0", encode_q8_0}, Entry{"Q3_K", encode_q3_k}, Entry{"Q4_K", encode_q4_k},
        Entry{"Q5_K", encode_q5_k}, Entry{"Q6_K", encode_q6_k},
    };
    const auto* found = std::find_if(kAll.begin(), kAll.end(),
                                     [&](const Entry& entry) { return entry.name == name; });
    return found == kAll.end() ? nullptr : found->encode;
}

template <typename Convert>
void encode_16(std::span<const float> values, std::byte* to, Convert convert) {
    for (const float value : values) {
        const std::uint16_t bits = convert(value);
        std::memcpy(to, &bits, sizeof bits);
        to += sizeof bits;
    }
}

}  // namespace

bool can_encode(const BlockType& type) {
    return type.dtype.has_value() || encoder_of(type.name) != nullptr;
}

bool encode_blocks(const BlockType& type, std::span<const float> values, std::byte* to) {
    constexpr float kMostHalf = 65519.996F;  // the next is rounded to infinity
    const bool narrow = type.dtype == DType::f16;
    bool fits = true;
    for (const float value : values)
        fits = fits && (narrow ? std::abs(value) <= kMostHalf : std::isfinite(value));
    if (type.dtype == DType::f32) {
        std::memcpy(to, values.data(), values.size_bytes());
    } else if (narrow) {
        encode_16(values, to, half_of_float);
    } else if (type.dtype == DType::bf16) {
        encode_16(values, to, bfloat_of_float);
    } else if (fits) {
        encoder_of(type.name)(values, to);
    }
    return fits;
}

}  // namespace headscope
