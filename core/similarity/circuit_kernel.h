#pragma once

#include <cstddef>
#include <cstdint>

/// The interface of the innermost loops of the circuit measures, which are compiled once for each
/// instruction set. Like core/base/simd.h it includes nothing with inline functions.
namespace headscope {

/// Part of the Gram matrix of the rows of a packed matrix. Packed: [panels, depth, columns], so
/// that row r of the matrix is column r % columns of panel r / columns.
struct PanelProduct {
    const float* packed = nullptr;
    std::int64_t depth = 0;
    int first_row_panel = 0;
    int last_row_panel = 0;  ///< exclusive
    int first_column_panel = 0;
    int last_column_panel = 0;     ///< exclusive
    float* gram = nullptr;         ///< out; only panels on and above the diagonal are written
    std::int64_t gram_stride = 0;  ///< floats from one row to the next
};

/// The traces of one head on the right with some on the left, over one panel of columns:
/// trace i = sum over s, t, c of gram[s, t] * left[i, s, c] * right[t, c].
struct TraceBlock {
    const float* gram = nullptr;  ///< [rows, rows], gram_stride floats from one row to the next
    std::int64_t gram_stride = 0;
    bool upper = false;            ///< the Gram matrix is upper triangular: zeros are left out
    int rows = 0;                  ///< a multiple of CircuitKernel::rows
    const float* right = nullptr;  ///< [rows, columns]
    const float* left = nullptr;   ///< [left_heads, rows, columns]
    int left_heads = 0;
    float* scratch = nullptr;  ///< left_heads * columns floats
    double* traces = nullptr;  ///< [left_heads]: added to
};

/// One instruction set. Addresses of floats are aligned to kCircuitAlignment, strides and panels
/// keep it.
struct CircuitKernel {
    const char* name = nullptr;
    int rows = 0;     ///< of a register tile
    int columns = 0;  ///< of a panel; a multiple of rows
    /// Elements as float32, times `scale`: runs of `columns` elements, one `stride` floats behind
    /// the other, of which zeros fill up the last.
    using Convert = void (*)(const void* source, std::int64_t count, float scale, float* target,
                             std::int64_t stride);
    /// The largest magnitude; infinity or NaN where an element is one of them.
    using Largest = float (*)(const void* source, std::int64_t count);
    Convert convert_bf16 = nullptr;
    Convert convert_f16 = nullptr;
    Convert convert_f32 = nullptr;
    Largest largest_bf16 = nullptr;
    Largest largest_f16 = nullptr;
    Largest largest_f32 = nullptr;
    void (*multiply_panels)(const PanelProduct& product) = nullptr;
    void (*add_traces)(const TraceBlock& block) = nullptr;
};

enum : std::size_t { kCircuitAlignment = 64 };

}  // namespace headscope
