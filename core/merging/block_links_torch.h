#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

namespace headscope {

/// What the blocks of one set (blocks that one mean replaces) say about the frames that they
/// belong to. With M the weighted mean of the turned blocks, and n blocks whose weights add up to
/// 1, the mean loses n (sum of w_i |B_i|^2 - |M|^2) of their sum of squares. So |M|^2 is to be
/// large, which is the sum over frames a, b of tr(R_a L_ab R_b^T) with L_ab = S_a S_b^T and S_a the
/// weighted sum of the blocks of frame a.
struct SetLinks {
    std::vector<int> frames;  ///< ascending, each once
    at::Tensor links;         ///< [frames, frames, ...] as procrustes_torch.h has them, times n
    at::Tensor energy;        ///< [], float64: n times the sum of w_i |B_i|^2
};

/// Of blocks that any rotation may turn. blocks: [set, d, columns]; frames and weights: of each.
SetLinks full_links(const at::Tensor& blocks, const std::vector<int>& frames,
                    const std::vector<double>& weights);

/// Of blocks whose rotary pairs (rows m and m + d / 2) may be turned: complex links.
SetLinks pair_links(const at::Tensor& blocks, const std::vector<int>& frames,
                    const std::vector<double>& weights);

/// Of attended values, from their second moments [heads, d, heads, d]; `set`: the heads.
SetLinks moment_links(const at::Tensor& moments, const std::vector<int>& set,
                      const std::vector<int>& frames, const std::vector<double>& weights);

/// Adds up the links of the sets of one kind of block.
class LinkSum {
  public:
    explicit LinkSum(std::int64_t frames) : frames_(frames) {}

    void add(const SetLinks& set);

    /// The sum, divided by the blocks' sum of squares: [frames, frames, ...], on the CPU; a zero
    /// that adds to any other where there was nothing to add up.
    [[nodiscard]] at::Tensor share() const;

  private:
    std::int64_t frames_;
    at::Tensor sum_;
    double energy_ = 0.0;
};

}  // namespace headscope
