#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/dtype.h"
#include "core/checkpoint/quantization/block_kernels.h"

namespace headscope {

/// A type of ggml's tensors.
struct BlockType {
    std::uint32_t id;                           ///< in GGUF files
    std::string_view name;                      ///< "Q4_K"
    std::int64_t elements;                      ///< of a block; blocks run along a row
    std::int64_t bytes;                         ///< of a block
    std::optional<DType> dtype = std::nullopt;  ///< of plain floats
    /// Of blocks that can be read: one of the two.
    DecodeBlocks BlockKernels::*kernel = nullptr;
    DecodeBlocks plain = nullptr;

    /// Turns blocks into float32; null where they cannot be read.
    [[nodiscard]] DecodeBlocks decode() const {
        return kernel != nullptr ? block_kernels().*kernel : plain;
    }
};

/// Null where there is no such type.
const BlockType* find_block_type(std::uint32_t id);

}  // namespace headscope
