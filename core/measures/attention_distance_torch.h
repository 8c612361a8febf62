#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/model/forward_torch.h"

namespace headscope {

/// The sum over the tokens of how far the rows of attention of two heads of a layer lie apart. The
/// rows are made again from queries and keys, some at a time, and compared at once: those of a
/// whole window would take memory that grows with its square.
class AttentionDistance {
  public:
    /// Adds the tokens of some windows.
    void add(const AttentionActivity& activity);

    /// Adds what another has summed.
    void add(const AttentionDistance& other);

    /// Has the sums, float64, replaced by those over the tokens of other processes too.
    void extend(const std::function<void(at::Tensor& sums)>& over_others);

    /// The mean total variation distance of each pair of heads, as a packed upper triangle.
    [[nodiscard]] std::vector<double> mean() const;

    /// Bytes that adding takes at most, unless the rows of a single token take more.
    [[nodiscard]] static std::int64_t bytes(const c10::Device& device);

  private:
    void add_rows(const at::Tensor& queries, const at::Tensor& keys, std::int64_t first,
                  std::int64_t count, const ops::AttentionLayout& layout);

    at::Tensor sum_;  ///< [heads, heads], float64
    std::int64_t tokens_ = 0;
};

}  // namespace headscope
