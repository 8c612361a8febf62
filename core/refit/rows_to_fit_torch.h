#pragma once

#include <ATen/core/Tensor.h>

namespace headscope {

/// What the output projection of a layer reads and is to write, one row a token.
struct RowsToFit {
    at::Tensor z;  ///< [tokens, width], float32
    at::Tensor y;  ///< [tokens, hidden], float32
};

/// What stands between an output projection and the residual stream.
struct PathToResidual {
    at::Tensor norm{};  ///< gain of a norm behind the projection, [hidden]; undefined: none
    double eps = 0.0;   ///< of that norm
    double scale = 1.0;
};

/// Rows with which the projection also writes `missing`, [tokens, hidden], what the residual stream
/// lacks. `z` and `y`: what it reads and what it wrote in the original. A norm behind it is taken
/// as it was in the original, so that the fit stays linear: with r = 1 / rms(y), the rows are r z
/// and r y + missing / gain.
RowsToFit with_missing(const at::Tensor& z, const at::Tensor& y, const at::Tensor& missing,
                       const PathToResidual& path);

}  // namespace headscope
