#include "core/checkpoint/quantization/grid_kernels.h"

#include <array>
#include <bit>

#include "core/checkpoint/quantization/grid_data.h"
#include "core/checkpoint/quantization/half.h"

namespace headscope {
namespace {

using Byte = unsigned char;

constexpr std::array kIq2Values{8.0F, 25.0F, 43.0F};
constexpr std::array kIq3XxsValues{4.0F, 12.0F, 20.0F, 28.0F, 36.0F, 44.0F, 52.0F, 62.0F};
constexpr std::array kIq3SValues{1.0F, 3.0F, 5.0F, 7.0F, 9.0F, 11.0F, 13.0F, 15.0F};
constexpr std::array kIq1Values{-1.0F, 0.0F, 1.0F};
constexpr float kIq1Delta = 0.125F;

std::uint32_t word(const Byte* from) {
    return from[0] | static_cast<std::uint32_t>(from[1]) << 8;
}
std::uint32_t double_word(const Byte* from) {
    return word(from) | word(from + 2) << 16;
}

/// Element `i` of an entry of 8 elements, 2 bits each.
float of_eight(const Byte* grid, std::uint32_t entry, int i, const std::array<float, 3>& values) {
    return values[grid[entry * 2 + static_cast<std::uint32_t>(i) / 4] >> i % 4 * 2 & 3U];
}

/// Element `i` of an entry of 4 elements, 4 bits each.
float of_four(const Byte* grid, std::uint32_t entry, int i, const std::array<float, 8>& values) {
    return values[grid[entry * 2 + static_cast<std::uint32_t>(i) / 2] >> i % 2 * 4 & 15U];
}

/// Signs of 8 elements in 7 bits: there is always an even number of minuses.
std::uint32_t even_signs(std::uint32_t bits) {
    return bits | (static_cast<std::uint32_t>(std::popcount(bits)) & 1U) << 7;
}

float with_sign(float value, std::uint32_t signs, int i) {
    return (signs >> i & 1U) != 0 ? -value : value;
}

}  // namespace

/// d, then for each 32 elements: 4 entries (a byte each), and 4 times 7 signs with a scale of 4
/// bits.
void decode_iq2_xxs(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 66) {
        const float d = float_of_half(word(block));
        for (const Byte* q = block + 2; q < block + 66; q += 8) {
            const std::uint32_t rest = double_word(q + 4);
            const float scale = d * (0.5F + static_cast<float>(rest >> 28)) * 0.25F;
            for (int j = 0; j < 4; ++j) {
                const std::uint32_t signs = even_signs(rest >> 7 * j & 127U);
                for (int i = 0; i < 8; ++i) {
                    const float value = of_eight(grids::kIq2Xxs, q[j], i, kIq2Values);
                    *to++ = with_sign(scale * value, signs, i);
                }
            }
        }
    }
}

/// d, 32 entries of 9 bits with 7 signs each, 16 scales of 4 bits.
void decode_iq2_xs(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 74) {
        const float d = float_of_half(word(block));
        for (int entry = 0; entry < 32; ++entry) {
            const std::uint32_t q = word(block + 2 + 2 * entry);
            const int part = block[66 + entry / 4] >> entry / 2 % 2 * 4 & 15;
            const float scale = d * (0.5F + static_cast<float>(part)) * 0.25F;
            const std::uint32_t signs = even_signs(q >> 9);
            for (int i = 0; i < 8; ++i) {
                const float value = of_eight(grids::kIq2Xs, q & 511U, i, kIq2Values);
                *to++ = with_sign(scale * value, signs, i);
            }
        }
    }
}

/// d, the low 8 bits of 32 entries, their signs, their high 2 bits [8], 16 scales of 4 bits.
void decode_iq2_s(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 82) {
        const float d = float_of_half(word(block));
        for (int entry = 0; entry < 32; ++entry) {
            const std::uint32_t high = block[66 + entry / 4] >> entry % 4 * 2 & 3U;
            const std::uint32_t q = block[2 + entry] | high << 8;
            const int part = block[74 + entry / 4] >> entry / 2 % 2 * 4 & 15;
            const float scale = d * (0.5F + static_cast<float>(part)) * 0.25F;
            for (int i = 0; i < 8; ++i) {
                const float value = of_eight(grids::kIq2S, q, i, kIq2Values);
                *to++ = with_sign(scale * value, block[34 + entry], i);
            }
        }
    }
}

/// d, 64 entries, and for each 32 elements 4 times 7 signs with a scale of 4 bits.
void decode_iq3_xxs(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 98) {
        const float d = float_of_half(word(block));
        for (int part = 0; part < 8; ++part) {
            const std::uint32_t rest = double_word(block + 66 + 4 * part);
            const float scale = d * (0.5F + static_cast<float>(rest >> 28)) * 0.5F;
            for (int j = 0; j < 4; ++j) {
                const std::uint32_t signs = even_signs(rest >> 7 * j & 127U);
                const Byte* q = block + 2 + part * 8 + 2 * j;
                for (int i = 0; i < 8; ++i) {
                    const float value = of_four(grids::kIq3Xxs, q[i / 4], i % 4, kIq3XxsValues);
                    *to++ = with_sign(scale * value, signs, i);
                }
            }
        }
    }
}

/// d, the low 8 bits of 64 entries, their ninth [8], signs [32], 8 scales of 4 bits.
void decode_iq3_s(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 110) {
        const float d = float_of_half(word(block));
        for (int entry = 0; entry < 64; ++entry) {
            const std::uint32_t high = block[66 + entry / 8] >> entry % 8 & 1U;
            const std::uint32_t q = block[2 + entry] | high << 8;
            const int part = block[106 + entry / 16] >> entry / 8 % 2 * 4 & 15;
            const float scale = d * static_cast<float>(1 + 2 * part);
            const std::uint32_t signs = block[74 + entry / 2] >> entry % 2 * 4;
            for (int i = 0; i < 4; ++i) {
                const float value = of_four(grids::kIq3S, q, i, kIq3SValues);
                *to++ = with_sign(scale * value, signs, i);
            }
        }
    }
}

/// d, the low 8 bits of 32 entries, and for each 32 elements their high 3 bits, a scale of 3 bits
/// and the sign of the shift [16].
void decode_iq1_s(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 50) {
        const float d = float_of_half(word(block));
        for (int entry = 0; entry < 32; ++entry) {
            const std::uint32_t rest = word(block + 34 + entry / 4 * 2);
            const std::uint32_t q = block[2 + entry] | (rest >> entry % 4 * 3 & 7U) << 8;
            const float scale = d * static_cast<float>(2 * (rest >> 12 & 7U) + 1);
            const float delta = (rest & 0x8000U) != 0 ? -kIq1Delta : kIq1Delta;
            for (int i = 0; i < 8; ++i)
                *to++ = scale * (of_eight(grids::kIq1S, q, i, kIq1Values) + delta);
        }
    }
}

/// The low 8 bits of 32 entries, their high 3 bits with the sign of the shift [16], and four words
/// of four scales of 3 bits each, whose highest 4 bits are a piece of d.
void decode_iq1_m(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 56) {
        const Byte* scales = block + 48;
        const float d =
            float_of_half(word(scales) >> 12 | (word(scales + 2) >> 8 & 0xf0U) |
                          (word(scales + 4) >> 4 & 0xf00U) | (word(scales + 6) & 0xf000U));
        for (int entry = 0; entry < 32; ++entry) {
            const std::uint32_t rest = block[32 + entry / 2] >> entry % 2 * 4 & 15U;
            const std::uint32_t q = block[entry] | (rest & 7U) << 8;
            const int half_part = entry / 2;
            const std::uint32_t part = word(scales + half_part / 4 * 2) >> half_part % 4 * 3 & 7U;
            const float scale = d * static_cast<float>(2 * part + 1);
            const float delta = (rest & 8U) != 0 ? -kIq1Delta : kIq1Delta;
            for (int i = 0; i < 8; ++i)
                *to++ = scale * (of_eight(grids::kIq1S, q, i, kIq1Values) + delta);
        }
    }
}

}  // namespace headscope
