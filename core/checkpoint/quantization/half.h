#pragma once

#include <bit>
#include <cstdint>

namespace headscope {

/// IEEE 754 binary16 to float32, exactly. Exponent and fraction in float32's places are the number
/// times 2^-112, subnormals included.
inline float float_of_half(std::uint32_t bits) {
    const float scaled = std::bit_cast<float>((bits & 0x7fffU) << 13) * 0x1p112F;
    const std::uint32_t special = (bits & 0x7c00U) == 0x7c00U ? 0x7f800000U : 0U;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(scaled) | special |
                                (bits & 0x8000U) << 16);
}

/// bfloat16 to float32.
inline float float_of_bfloat(std::uint32_t bits) {
    return std::bit_cast<float>(bits << 16);
}

/// float32 to binary16, rounded to nearest, ties to even; what is too large becomes infinity.
inline std::uint16_t half_of_float(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000U);
    const std::uint32_t magnitude = bits & 0x7fffffffU;
    if (magnitude > 0x7f800000U) return sign | 0x7e00U;   // NaN
    if (magnitude >= 0x47800000U) return sign | 0x7c00U;  // 65536 and more
    if (magnitude < 0x38800000U) {                        // subnormal: a sum rounds it
        const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
        return static_cast<std::uint16_t>(
            sign | (std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(0.5F)));
    }
    const std::uint32_t rounded = magnitude + 0xfffU + (magnitude >> 13 & 1U);
    return static_cast<std::uint16_t>(sign | (rounded - 0x38000000U) >> 13);
}

/// float32 to bfloat16, rounded to nearest, ties to even.
inline std::uint16_t bfloat_of_float(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffffU) > 0x7f800000U) return static_cast<std::uint16_t>(bits >> 16 | 0x40U);
    return static_cast<std::uint16_t>((bits + 0x7fffU + (bits >> 16 & 1U)) >> 16);
}

}  // namespace headscope
