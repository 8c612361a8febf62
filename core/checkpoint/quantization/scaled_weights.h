#pragma once

#include <cstdint>

#include "core/checkpoint/quantization/quantized_pieces.h"

namespace headscope {

/// A matrix of 8-bit elements (F8_E4M3 or I8) under the name `weight`, times the scale of its
/// block: of the whole tensor, of its row (channel), or of a block of rows and columns, as the
/// shape of `scale` says. A zero point, where there is one, is taken away first.
TensorSource scaled_weight(const QuantizedPieces& pieces, std::string_view scale,
                           std::string_view zero_point = {});

/// A matrix of integers of `bits` bits, packed along the rows of `weight_packed`
/// (compressed-tensors, `pack-quantized`), with a scale and perhaps a zero point for each group of
/// columns.
TensorSource packed_weight(const QuantizedPieces& pieces, std::int64_t bits);

/// A matrix of 8-bit integers times its row's `SCB` over 127 (bitsandbytes, LLM.int8).
TensorSource int8_weight(const QuantizedPieces& pieces);

/// A matrix of 4-bit places in a table (bitsandbytes, NF4 and FP4), times the scale of its block;
/// the scales themselves may be quantized.
TensorSource four_bit_weight(const QuantizedPieces& pieces);

/// A matrix [in, out] of integers packed along its rows (AWQ), transposed.
TensorSource awq_weight(const QuantizedPieces& pieces, std::int64_t bits);

/// A matrix [in, out] of integers packed along its columns (GPTQ), transposed. Zeros are stored
/// less 1 in the first version of the format.
TensorSource gptq_weight(const QuantizedPieces& pieces, std::int64_t bits, bool first_version);

}  // namespace headscope
