#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/checkpoint/quantization/block_types.h"

namespace headscope {

/// Whether encode_blocks() can make blocks of this type: F32, F16, BF16, Q4_0, Q5_0, Q5_1, Q8_0,
/// Q3_K, Q4_K, Q5_K, Q6_K.
bool can_encode(const BlockType& type);

/// Makes blocks of `values`, a multiple of the block's elements, as ggml's reference does
/// (quantize_row_*_ref of ggml-quants.c, without an importance matrix), to the last bit: F16 and
/// BF16 rounded to nearest; Q8_0 with the scale max|x| / 127. `to` has room for them. Returns false
/// where a value is too large for F16 or no number, which then stands there as infinity or NaN; of
/// quantized blocks nothing is written then.
bool encode_blocks(const BlockType& type, std::span<const float> values, std::byte* to);

}  // namespace headscope
