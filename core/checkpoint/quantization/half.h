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

}  // namespace headscope
