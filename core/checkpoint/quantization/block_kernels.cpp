// Compiled once for each instruction set: see core/base/simd.h. Products and sums are not fused, so
// that every set gives the same bits as the reference.
#include "core/checkpoint/quantization/block_kernels.h"

#ifndef HEADSCOPE_ISA
#error "this is a source of headscope_isa_library"
#endif

namespace headscope::HEADSCOPE_ISA {
namespace {

using Byte = unsigned char;

constexpr int kSuper = 256;  ///< elements of a block of the K types

std::uint16_t word(const Byte* from) {
    return static_cast<std::uint16_t>(from[0] | from[1] << 8);
}

float from_bits(std::uint32_t bits) {
    return __builtin_bit_cast(float, bits);
}

/// IEEE 754 binary16 to float32. Exponent and fraction in float32's places are the number times
/// 2^-112, subnormals included.
float half(const Byte* from) {
    const std::uint32_t bits = word(from);
    const float scaled = from_bits((bits & 0x7fffU) << 13) * 0x1p112F;
    const std::uint32_t special = (bits & 0x7c00U) == 0x7c00U ? 0x7f800000U : 0U;
    return from_bits(__builtin_bit_cast(std::uint32_t, scaled) | special | (bits & 0x8000U) << 16);
}

/// d (2 bytes), 16 bytes of two quants each: the low nibbles first.
void q4_0(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 18, to += 32) {
        const float d = half(block);
        for (int i = 0; i < 16; ++i) {
            to[i] = d * static_cast<float>((block[2 + i] & 15) - 8);
            to[16 + i] = d * static_cast<float>((block[2 + i] >> 4) - 8);
        }
    }
}

void q4_1(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 20, to += 32) {
        const float d = half(block);
        const float m = half(block + 2);
        for (int i = 0; i < 16; ++i) {
            to[i] = d * static_cast<float>(block[4 + i] & 15) + m;
            to[16 + i] = d * static_cast<float>(block[4 + i] >> 4) + m;
        }
    }
}

/// The fifth bits of a block's 32 quants.
std::uint32_t high_bits(const Byte* from) {
    return word(from) | static_cast<std::uint32_t>(word(from + 2)) << 16;
}

int with_bit(int low, std::uint32_t bits, int at) {
    return low | static_cast<int>(bits >> at & 1U) << 4;
}

void q5_0(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 22, to += 32) {
        const float d = half(block);
        const std::uint32_t high = high_bits(block + 2);
        for (int i = 0; i < 16; ++i) {
            const int q = block[6 + i];
            to[i] = d * static_cast<float>(with_bit(q & 15, high, i) - 16);
            to[16 + i] = d * static_cast<float>(with_bit(q >> 4, high, 16 + i) - 16);
        }
    }
}

void q5_1(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 24, to += 32) {
        const float d = half(block);
        const float m = half(block + 2);
        const std::uint32_t high = high_bits(block + 4);
        for (int i = 0; i < 16; ++i) {
            const int q = block[8 + i];
            to[i] = d * static_cast<float>(with_bit(q & 15, high, i)) + m;
            to[16 + i] = d * static_cast<float>(with_bit(q >> 4, high, 16 + i)) + m;
        }
    }
}

void q8_0(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 34, to += 32) {
        const float d = half(block);
        for (int i = 0; i < 32; ++i)
            to[i] = static_cast<float>(static_cast<signed char>(block[2 + i])) * d;
    }
}

/// scales [16], quants [64], d, dmin.
void q2_k(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 84) {
        const float d = half(block + 80);
        const float dmin = half(block + 82);
        for (int part = 0; part < 16; ++part, to += 16) {
            const float scale = d * static_cast<float>(block[part] & 15);
            const float min = dmin * static_cast<float>(block[part] >> 4);
            const Byte* q = block + 16 + part / 8 * 32 + part % 2 * 16;
            const int shift = part % 8 / 2 * 2;
            for (int i = 0; i < 16; ++i)
                to[i] = scale * static_cast<float>(q[i] >> shift & 3) - min;
        }
    }
}

/// High bits [32], quants [64], 16 scales of 6 bits [12], d.
void q3_k(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 110) {
        const float d = half(block + 108);
        const Byte* scales = block + 96;
        for (int part = 0; part < 16; ++part, to += 16) {
            const int low = part < 8 ? scales[part] & 15 : scales[part - 8] >> 4;
            const int high = scales[8 + part % 4] >> (part / 4 * 2) & 3;
            const float scale = d * static_cast<float>((low | high << 4) - 32);
            const Byte* q = block + 32 + part / 8 * 32 + part % 2 * 16;
            const Byte* mask = block + part % 2 * 16;
            const int shift = part % 8 / 2 * 2;
            const int bit = part / 2;
            for (int i = 0; i < 16; ++i) {
                // A bit that is set takes nothing away.
                const int less = (~mask[i] >> bit & 1) << 2;
                to[i] = scale * static_cast<float>((q[i] >> shift & 3) - less);
            }
        }
    }
}

/// The scale and the minimum of part `i` of 8, 6 bits each in 12 bytes.
struct ScaleAndMin {
    float scale;
    float min;
};
ScaleAndMin scale_and_min(const Byte* packed, int i) {
    if (i < 4) {
        return {static_cast<float>(packed[i] & 63), static_cast<float>(packed[4 + i] & 63)};
    }
    const int scale = (packed[4 + i] & 15) | (packed[i - 4] >> 2 & 0x30);
    const int min = packed[4 + i] >> 4 | (packed[i] >> 2 & 0x30);
    return {static_cast<float>(scale), static_cast<float>(min)};
}

/// d, dmin, scales [12], quants [128].
void q4_k(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 144) {
        const float d = half(block);
        const float dmin = half(block + 2);
        for (int part = 0; part < 8; ++part, to += 32) {
            const auto [s, m] = scale_and_min(block + 4, part);
            const float scale = d * s;
            const float min = dmin * m;
            const Byte* q = block + 16 + part / 2 * 32;
            const int shift = part % 2 * 4;
            for (int i = 0; i < 32; ++i)
                to[i] = scale * static_cast<float>(q[i] >> shift & 15) - min;
        }
    }
}

/// d, dmin, scales [12], high bits [32], quants [128].
void q5_k(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 176) {
        const float d = half(block);
        const float dmin = half(block + 2);
        const Byte* high = block + 16;
        for (int part = 0; part < 8; ++part, to += 32) {
            const auto [s, m] = scale_and_min(block + 4, part);
            const float scale = d * s;
            const float min = dmin * m;
            const Byte* q = block + 48 + part / 2 * 32;
            const int shift = part % 2 * 4;
            for (int i = 0; i < 32; ++i) {
                const int value = (q[i] >> shift & 15) | (high[i] >> part & 1) << 4;
                to[i] = scale * static_cast<float>(value) - min;
            }
        }
    }
}

/// Low bits [128], high bits [64], scales [16], d.
void q6_k(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 210) {
        const float d = half(block + 208);
        for (int part = 0; part < 16; ++part, to += 16) {
            const auto s = static_cast<signed char>(block[192 + part]);
            const float scale = d * static_cast<float>(s);
            const int half_block = part / 8;
            const int quarter = part % 8 / 2;  // 32 elements each
            const int within = part % 2 * 16;
            const Byte* low = block + half_block * 64 + quarter % 2 * 32 + within;
            const Byte* high = block + 128 + half_block * 32 + within;
            const int low_shift = quarter / 2 * 4;
            const int high_shift = quarter * 2;
            for (int i = 0; i < 16; ++i) {
                const int value = (low[i] >> low_shift & 15) | (high[i] >> high_shift & 3) << 4;
                to[i] = scale * static_cast<float>(value - 32);
            }
        }
    }
}

constexpr float kIq4Values[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                  1,    13,   25,  38,  53,  69,  89,  113};
/// E2M1, doubled.
constexpr float kFp4Values[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

/// `half_count` bytes of two quants each, the low nibbles first, through a table.
void look_up(const Byte* q, int half_count, float d, const float* values, float* to) {
    float scaled[16];
    for (int i = 0; i < 16; ++i)
        scaled[i] = d * values[i];
    for (int i = 0; i < half_count; ++i) {
        to[i] = scaled[q[i] & 15];
        to[half_count + i] = scaled[q[i] >> 4];
    }
}

void iq4_nl(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 18, to += 32)
        look_up(block + 2, 16, half(block), kIq4Values, to);
}

/// d, the high 2 bits of 8 scales (2 bytes), the low 4 [4], quants [128].
void iq4_xs(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 136) {
        const float d = half(block);
        const int high = word(block + 2);
        for (int part = 0; part < 8; ++part, to += 32) {
            const int low = block[4 + part / 2] >> part % 2 * 4 & 15;
            const int scale = (low | (high >> 2 * part & 3) << 4) - 32;
            look_up(block + 8 + part * 16, 16, d * static_cast<float>(scale), kIq4Values, to);
        }
    }
}

/// 2^(e - 128), as the values are doubled.
void mxfp4(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 17, to += 32) {
        const std::uint32_t e = block[0];
        const float d = from_bits(e < 2 ? 0x00200000U << e : (e - 1) << 23);
        look_up(block + 1, 16, d, kFp4Values, to);
    }
}

/// Unsigned E4M3, halved.
float ue4m3(Byte x) {
    if (x == 0 || x == 0x7f) return 0.0F;
    const std::uint32_t exponent = x >> 3 & 15;
    const auto fraction = static_cast<float>(x & 7);
    const float raw = exponent == 0 ? fraction * 0x1p-9F
                                    : (1.0F + fraction / 8.0F) * from_bits((exponent + 120) << 23);
    return raw * 0.5F;
}

/// 4 scales, then 4 times 8 bytes of two quants each.
void nvfp4(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 36) {
        for (int part = 0; part < 4; ++part, to += 16)
            look_up(block + 4 + part * 8, 8, ue4m3(block[part]), kFp4Values, to);
    }
}

/// Base-3 digits of `bytes` bytes: all first digits, then all second ones, `digits` in all.
float* ternary(const Byte* q, int bytes, int digits, float d, float* to) {
    int power = 1;
    for (int digit = 0; digit < digits; ++digit, power *= 3, to += bytes) {
        for (int i = 0; i < bytes; ++i) {
            const int shifted = q[i] * power & 255;
            to[i] = d * static_cast<float>((shifted * 3 >> 8) - 1);
        }
    }
    return to;
}

void tq1_0(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 54) {
        const float d = half(block + 52);
        to = ternary(block, 32, 5, d, to);
        to = ternary(block + 32, 16, 5, d, to);
        to = ternary(block + 48, 4, 4, d, to);
    }
}

void tq2_0(const Byte* block, std::int64_t count, float* to) {
    for (; count > 0; --count, block += 66) {
        const float d = half(block + 64);
        for (int part = 0; part < kSuper / 32; ++part, to += 32) {
            const Byte* q = block + part / 4 * 32;
            const int shift = part % 4 * 2;
            for (int i = 0; i < 32; ++i)
                to[i] = d * static_cast<float>((q[i] >> shift & 3) - 1);
        }
    }
}

}  // namespace

extern const BlockKernels block_kernels;
const BlockKernels block_kernels = {q4_0, q4_1, q5_0,   q5_1,   q8_0,  q2_k,  q3_k,  q4_k,
                                    q5_k, q6_k, iq4_nl, iq4_xs, mxfp4, nvfp4, tq1_0, tq2_0};

}  // namespace headscope::HEADSCOPE_ISA
