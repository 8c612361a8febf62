#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/merging/fitted_weights.h"
#include "core/merging/grouping.h"

namespace headscope {

/// Sums over the tokens of what a layer's output projection reads, z, and is to write, y. Where the
/// projection has a bias, z has a column of ones behind the heads'.
class OutputMoments {
  public:
    /// Products of some tokens, in float32: what add() takes. z: [tokens, width]; y: [tokens,
    /// hidden].
    struct Products {
        at::Tensor zz;  ///< [width (+ 1), width (+ 1)]
        at::Tensor zy;  ///< [width (+ 1), hidden]
        double yy = 0.0;
    };
    static Products products(const at::Tensor& z, const at::Tensor& y, bool bias);

    void add(const Products& products);

    /// Has each of the sums, float64, replaced by that over other tokens too.
    void extend(const std::function<void(at::Tensor& sums)>& over_others);

    [[nodiscard]] const at::Tensor& zz() const { return zz_; }
    [[nodiscard]] const at::Tensor& zy() const { return zy_; }

    /// Sum of |y - O z|^2 as a share of that of |y|^2. o: [hidden, width (+ 1)], float64.
    [[nodiscard]] double error(const at::Tensor& o) const;

  private:
    at::Tensor zz_;  ///< float64
    at::Tensor zy_;  ///< float64
    double yy_ = 0.0;
};

struct OutputFit {
    FittedWeights weights;
    double before = 0.0;
    double after = 0.0;
};

/// Fits the output weights of a layer; see refit(). `heads`: those that still write, identical ones
/// together: the first of them gets the columns, the others zeros. `o`: [hidden, width] and
/// `o_bias`: [hidden] or undefined, the weights that merging left, in which heads that write
/// nothing have zeros. Throws Error(unsupported) where the sums are not finite.
OutputFit fit_output(const OutputMoments& moments, const std::vector<HeadGroup>& heads,
                     std::int64_t head_dim, const at::Tensor& o, const at::Tensor& o_bias,
                     double ridge);

}  // namespace headscope
