#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "core/similarity/circuit_kernel.h"
#include "core/similarity/head_vectors.h"

namespace headscope {

/// The block of each head as a matrix [head_dim, hidden], wherever its elements lie: a head's rows
/// of q_proj, k_proj or v_proj, or its columns of o_proj, transposed. As float32, scaled by a power
/// of two for each head that brings its largest weight near 1.
class CircuitBlocks {
  public:
    /// Reads all weights once, to find the scales. Throws Error(bad_input) that names the tensor
    /// and the place of a weight that is NaN or infinite, Error(cancelled).
    CircuitBlocks(const HeadVectors& vectors, std::int64_t head_dim, const CircuitKernel& kernel,
                  int workers, const std::stop_token& stop);

    [[nodiscard]] int heads() const { return vectors_.heads; }

    /// Strips of kernel.columns columns each, beginning at column `first`: [panels, heads, rows,
    /// columns]. `rows` is head_dim or more; rows beyond head_dim are left as they are, columns
    /// beyond the last are zeros.
    void take_strips(std::int64_t first, int panels, int rows, std::span<float> scratch,
                     float* to) const;

    /// Columns [first, first + count) of one head, transposed: element (row, c) goes to
    /// `place(row) + c * stride`, where `place(row)` is that of row `head * rows + row` of a packed
    /// matrix (see PanelProduct) of depth `depth`.
    void pack(int head, std::int64_t first, std::int64_t count, int rows, std::int64_t depth,
              std::span<float> scratch, float* packed) const;

    /// Floats of scratch memory for either.
    [[nodiscard]] std::size_t scratch_floats() const;

    /// Columns that pack() takes at most.
    static constexpr std::int64_t kPackColumns = 256;

  private:
    void convert(int head, std::int64_t element, std::int64_t count, float* to) const;
    void take_rows(int head, std::int64_t first, std::int64_t count, std::int64_t panel_floats,
                   float* to) const;
    void take_transposed(int head, std::int64_t first, std::int64_t count, std::span<float> scratch,
                         float* to) const;
    [[nodiscard]] float largest(int head, std::int64_t first, std::int64_t count) const;

    const HeadVectors& vectors_;
    std::int64_t head_dim_;
    std::int64_t hidden_;
    const CircuitKernel& kernel_;
    std::vector<float> scales_;
};

}  // namespace headscope
