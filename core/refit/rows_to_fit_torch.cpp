#include "core/refit/rows_to_fit_torch.h"

#include <ATen/ATen.h>

namespace headscope {

RowsToFit with_missing(const at::Tensor& z, const at::Tensor& y, const at::Tensor& missing,
                       const PathToResidual& path) {
    const at::Tensor wanted = y.to(at::kFloat);
    const at::Tensor more = missing.to(at::kFloat) / path.scale;
    if (!path.norm.defined()) return {z.to(at::kFloat), wanted + more};
    const at::Tensor gain = path.norm.to(at::kFloat);
    const at::Tensor r = (wanted.square().mean(-1, /*keepdim=*/true) + path.eps).rsqrt();
    // Nothing can be written where the norm all but closes.
    const at::Tensor open = gain.abs() > 1e-3 * gain.abs().mean();
    const at::Tensor through = at::where(open, more / gain, at::zeros_like(more));
    return {r * z.to(at::kFloat), r * wanted + through};
}

}  // namespace headscope
