#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace headscope {

/// Makes blocks of ggml's K types of `values`, finite and a multiple of 256, with the rules of
/// quantize_row_*_ref of ggml-quants.c, without an importance matrix: the same blocks to the last
/// bit. `to` has room for them.
void encode_q3_k(std::span<const float> values, std::byte* to);
void encode_q4_k(std::span<const float> values, std::byte* to);
void encode_q5_k(std::span<const float> values, std::byte* to);
void encode_q6_k(std::span<const float> values, std::byte* to);

}  // namespace headscope
