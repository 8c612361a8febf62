#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/measures/observation.h"
#include "core/model/forward_torch.h"

namespace headscope {

/// Sums over the tokens of one layer's attended values and of their products: what every measure of
/// outputs follows from.
class HeadSums {
  public:
    /// Adds the tokens of some windows; attended: [tokens, heads head_dim].
    void add(const at::Tensor& attended, const ModelConfig& config);

    /// Has each of the sums, float64, replaced by that over the tokens of other processes too.
    /// `first`: whether this is the one whose shift all take.
    void extend(const std::function<void(at::Tensor& sums)>& over_others, bool first);

    /// Bytes of the sums of a layer, and of what else finishing them needs.
    [[nodiscard]] static std::int64_t bytes(const ModelConfig& config);

    /// The mean of z z^T over all tokens, [heads head_dim, heads head_dim], float32.
    [[nodiscard]] at::Tensor second() const;

    /// The same, and the mean of z.
    [[nodiscard]] HeadMoments moments(int layer) const;

    /// The mean of <O_i z_i, O_j z_j>, a packed upper triangle of pairs of heads. `o`: the layer's
    /// output projection, [hidden, heads * head_dim].
    [[nodiscard]] std::vector<double> outputs(const at::Tensor& o) const;

    /// ||C_ij||^2 of the covariances of z_i and z_j, likewise.
    [[nodiscard]] std::vector<double> squares() const;

    [[nodiscard]] std::int64_t head_dim() const { return head_dim_; }

  private:
    [[nodiscard]] at::Tensor mean() const;
    [[nodiscard]] at::Tensor covariance() const;

    std::int64_t heads_ = 0;
    std::int64_t head_dim_ = 0;
    std::int64_t tokens_ = 0;
    /// Subtracted from every value, so that the covariance is no small difference of large sums.
    at::Tensor shift_;    ///< [heads head_dim], float32: the mean of the first windows
    at::Tensor sum_;      ///< [heads head_dim], float64
    at::Tensor product_;  ///< [heads head_dim, heads head_dim], float32
};

}  // namespace headscope
