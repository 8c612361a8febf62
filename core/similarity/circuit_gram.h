#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "core/similarity/aligned_floats.h"
#include "core/similarity/circuit_blocks.h"

namespace headscope {

/// The dot products of the circuits of all heads of a layer; see circuit_similarity.h for how.
class CircuitGram {
  public:
    /// `kernel`: the fastest, or another in tests. The sizes are those of one layer.
    CircuitGram(const CircuitKernel& kernel, int heads, int kv_heads, std::int64_t head_dim,
                std::int64_t hidden, int workers);

    /// Of one layer, as a packed upper triangle. `left` has a block for every head, `right` for
    /// every KV head. The products carry the blocks' scales, of which cosines know nothing. The
    /// result does not depend on the number of workers. Throws what CircuitBlocks throws.
    std::vector<double> of_layer(const HeadVectors& left, const HeadVectors& right,
                                 const std::stop_token& stop);

  private:
    /// Memory of one thread.
    struct Scratch {
        AlignedFloats strips;  ///< [kStripPanels, heads, rows, columns]
        AlignedFloats sums;
        std::vector<float> row;
    };

    void multiply_right(const CircuitBlocks& right, const std::stop_token& stop);
    void halve_diagonal();
    [[nodiscard]] std::vector<double> trace_strips(const CircuitBlocks& left, std::size_t index,
                                                   Scratch& scratch,
                                                   const std::stop_token& stop) const;
    void trace_panel(const float* strip, std::vector<double>& traces, Scratch& scratch) const;
    [[nodiscard]] Scratch make_scratch(const CircuitBlocks& left) const;

    const CircuitKernel& kernel_;
    int heads_;
    int kv_heads_;
    std::int64_t head_dim_;
    std::int64_t hidden_;
    int workers_;
    int rows_;    ///< head_dim in whole tiles
    int panels_;  ///< of the packed right blocks
    std::int64_t gram_stride_;
    AlignedFloats packed_;  ///< the right blocks: [panels, hidden, columns]
    AlignedFloats gram_;    ///< their dot products, the upper triangle
};

}  // namespace headscope
