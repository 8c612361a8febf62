#include "core/checkpoint/quantization/encode_blocks.h"

#include <algorithm>
#include <cmath>
#include <cstring>

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
    return type.dtype.has_value() || type.name == "Q8_0";
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
        encode_q8_0(values, to);
    }
    return fits;
}

}  // namespace headscope
