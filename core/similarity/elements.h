#pragma once

#include "core/base/simd.h"

#if defined(__F16C__)
#include <immintrin.h>  // its functions are always inlined and never emitted
#endif

/// The element types of weights, as the kernels read them: like core/base/simd.h for sources of
/// headscope_isa_library only.
namespace headscope::HEADSCOPE_ISA {
namespace {

struct Bf16 {
    static constexpr int kBytes = 2;
    static Vec load(const char* source) {
        HalfBits raw;
        __builtin_memcpy(&raw, source, sizeof(raw));
        return __builtin_bit_cast(Vec, __builtin_convertvector(raw, BitsVec) << 16);
    }
};

struct F16 {
    static constexpr int kBytes = 2;
    static Vec load(const char* source) {
#if defined(__AVX512F__)
        __m256i raw;
        __builtin_memcpy(&raw, source, sizeof(raw));
        return __builtin_bit_cast(Vec, _mm512_maskz_cvtph_ps(0xffff, raw));
#elif defined(__F16C__)
        __m128i raw;
        __builtin_memcpy(&raw, source, sizeof(raw));
        return __builtin_bit_cast(Vec, _mm256_cvtph_ps(raw));
#else
        HalfBits raw;
        __builtin_memcpy(&raw, source, sizeof(raw));
        const BitsVec bits = __builtin_convertvector(raw, BitsVec);
        // Exponent and fraction in float32's places are the number times 2^-112, subnormals
        // included.
        const Vec scaled = __builtin_bit_cast(Vec, (bits & 0x7fff) << 13) * 0x1p112F;
        const BitsVec special = __builtin_bit_cast(BitsVec, (bits & 0x7c00) == 0x7c00) & 0x7f800000;
        return __builtin_bit_cast(
            Vec, __builtin_bit_cast(BitsVec, scaled) | special | (bits & 0x8000) << 16);
#endif
    }
};

struct F32 {
    static constexpr int kBytes = 4;
    static Vec load(const char* source) {
        Vec raw;
        __builtin_memcpy(&raw, source, sizeof(raw));
        return raw;
    }
};

/// Converts `columns` elements to float32 and fills the last vector up with zeros.
template <typename Element>
void convert(const char* source, int columns, float* target) {
    int c = 0;
    for (; c + kLanes <= columns; c += kLanes) {
        const Vec values = Element::load(source + c * Element::kBytes);
        __builtin_memcpy(target + c, &values, sizeof(values));
    }
    if (c == columns) return;
    char rest[kLanes * Element::kBytes] = {};
    __builtin_memcpy(rest, source + c * Element::kBytes,
                     static_cast<std::size_t>(columns - c) * Element::kBytes);
    const Vec values = Element::load(rest);
    __builtin_memcpy(target + c, &values, sizeof(values));
}

}  // namespace
}  // namespace headscope::HEADSCOPE_ISA
