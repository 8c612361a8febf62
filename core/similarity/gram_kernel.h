#pragma once

#include <cstddef>
#include <cstdint>

/// The interface of the innermost loops, which are compiled once for each instruction set. Like
/// core/base/simd.h it includes nothing with inline functions.
namespace headscope {

/// Columns [0, columns) of the vectors of all heads, as they lie in a tensor: vector h begins
/// h * head_stride elements after `weights`.
struct GramBlock {
    const void* weights = nullptr;  ///< little-endian, need not be aligned
    std::int64_t head_stride = 0;   ///< elements
    std::int64_t columns = 0;       ///< at most kGramMaxColumns
    int heads = 0;
    float* scratch = nullptr;  ///< GramKernel::scratch_floats(heads), aligned to kGramAlignment
    double* gram = nullptr;    ///< out: packed upper triangle, heads * (heads + 1) / 2
};

/// More columns would make the float32 sums of a block less exact; it is also enough for a block to
/// be worth a worker's while.
enum : std::int64_t { kGramMaxColumns = 4096 };
enum : std::size_t { kGramAlignment = 64 };

/// The dot products of all pairs of vectors, for one instruction set. Row i of the packed upper
/// triangle holds the products of vector i with vectors i, i + 1, ..., heads - 1.
struct GramKernel {
    const char* name = nullptr;
    std::size_t (*scratch_floats)(int heads) = nullptr;
    void (*bf16)(const GramBlock& block) = nullptr;
    void (*f16)(const GramBlock& block) = nullptr;
    void (*f32)(const GramBlock& block) = nullptr;
};

}  // namespace headscope
