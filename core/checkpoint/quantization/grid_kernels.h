#pragma once

#include <cstdint>

namespace headscope {

/// Decoders of ggml's types whose elements lie in a codebook, 8 or 4 of them an entry. Like
/// BlockKernels, but the same for every instruction set: looking up does not vectorise.
void decode_iq2_xxs(const unsigned char* blocks, std::int64_t count, float* to);
void decode_iq2_xs(const unsigned char* blocks, std::int64_t count, float* to);
void decode_iq2_s(const unsigned char* blocks, std::int64_t count, float* to);
void decode_iq3_xxs(const unsigned char* blocks, std::int64_t count, float* to);
void decode_iq3_s(const unsigned char* blocks, std::int64_t count, float* to);
void decode_iq1_s(const unsigned char* blocks, std::int64_t count, float* to);
void decode_iq1_m(const unsigned char* blocks, std::int64_t count, float* to);

}  // namespace headscope
