#pragma once

#include <cstdint>

/// Vectors of floats for sources that are compiled once for each instruction set (see
/// headscope_isa_library in cmake/HeadscopeTargets.cmake). Everything lives in a namespace named
/// after the set, so that the linker never takes one set's function for another's; for the same
/// reason such sources use no inline function of the standard library. GCC's and Clang's vector
/// extensions keep the code free of intrinsics.
#ifndef HEADSCOPE_ISA
#error "simd.h is for sources of headscope_isa_library only"
#endif

namespace headscope::HEADSCOPE_ISA {

#if defined(__AVX512F__)
inline constexpr int kLanes = 16;
#elif defined(__AVX2__)
inline constexpr int kLanes = 8;
#else
inline constexpr int kLanes = 4;
#endif

using Vec = float __attribute__((vector_size(kLanes * 4)));
using BitVec = std::uint32_t __attribute__((vector_size(kLanes * 4)));
using BitsVec = std::uint32_t __attribute__((vector_size(kLanes * 4)));
using HalfBits = std::uint16_t __attribute__((vector_size(kLanes * 2)));

/// bfloat16 as stored: the upper half of a float32.
struct BFloat16 {
    std::uint16_t bits;
};

inline float widen(float value) {
    return value;
}
inline float widen(BFloat16 value) {
    return __builtin_bit_cast(float, std::uint32_t{value.bits} << 16);
}

/// Rounds to nearest, ties to even; a NaN stays a NaN.
inline void narrow(float value, float* to) {
    *to = value;
}
inline void narrow(float value, BFloat16* to) {
    const auto bits = __builtin_bit_cast(std::uint32_t, value);
    const std::uint32_t rounded = bits + 0x7FFFU + ((bits >> 16) & 1U);
    to->bits = static_cast<std::uint16_t>((value != value ? bits | 0x400000U : rounded) >> 16);
}

inline Vec splat(float value) {
    return value - Vec{};
}

inline Vec load(const float* from) {
    Vec v;
    __builtin_memcpy(&v, from, sizeof(v));
    return v;
}
inline Vec load(const BFloat16* from) {
    HalfBits half;
    __builtin_memcpy(&half, from, sizeof(half));
    const BitsVec bits = __builtin_convertvector(half, BitsVec) << 16;
    return reinterpret_cast<Vec>(bits);
}

inline void store(float* to, Vec v) {
    __builtin_memcpy(to, &v, sizeof(v));
}
inline void store(BFloat16* to, Vec v) {
    const auto bits = reinterpret_cast<BitsVec>(v);
    const BitsVec rounded = bits + 0x7FFFU + ((bits >> 16) & 1U);
    const BitsVec out = v != v ? (bits | 0x400000U) : rounded;
    const HalfBits half = __builtin_convertvector(out >> 16, HalfBits);
    __builtin_memcpy(to, &half, sizeof(half));
}

inline Vec max(Vec a, Vec b) {
    return a > b ? a : b;
}

inline float horizontal_sum(Vec v) {
    float sum = 0.0F;
    for (int i = 0; i < kLanes; ++i)
        sum += v[i];
    return sum;
}

inline float horizontal_max(Vec v) {
    float largest = v[0];
    for (int i = 1; i < kLanes; ++i)
        largest = v[i] > largest ? v[i] : largest;
    return largest;
}

/// e^x to about 1 unit in the last place; exactly 0 below -87.3, where float32 has no normal
/// numbers; infinity is never reached (x is cut at 88.3), and NaN stays NaN. Argument reduction and
/// the minimax polynomial are those of Cephes' expf.
inline Vec exp(Vec x) {
    const Vec limited = x > splat(88.3F) ? splat(88.3F) : x;
    // Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the float.
    const Vec shifted = limited * 1.44269504088896341F + 12582912.0F;
    // Unsigned: for arguments far below the range the difference wraps, and is not used.
    const BitVec n = reinterpret_cast<BitVec>(shifted) - 0x4B400000U;
    const Vec rounded = shifted - 12582912.0F;
    const Vec r = (limited - rounded * 0.693359375F) + rounded * 2.12194440e-4F;
    Vec p = splat(1.9875691500e-4F);
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * (r * r) + r + 1.0F;
    const Vec power = reinterpret_cast<Vec>((n + 127U) << 23U);
    return x < splat(-87.3F) ? Vec{} : p * power;
}

}  // namespace headscope::HEADSCOPE_ISA
