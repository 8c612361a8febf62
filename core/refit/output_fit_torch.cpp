#include "core/refit/output_fit_torch.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <ATen/ATen.h>

#include "core/base/error.h"

namespace headscope {
namespace {

std::vector<float> floats_of(const at::Tensor& tensor) {
    const at::Tensor here = tensor.to(at::kCPU, at::kFloat).contiguous();
    return {here.data_ptr<float>(), here.data_ptr<float>() + here.numel()};
}

/// The columns of the first head of each group, and that of the bias.
at::Tensor kept_columns(const std::vector<HeadGroup>& heads, std::int64_t head_dim,
                        std::int64_t width, bool bias, const at::Tensor& like) {
    std::vector<std::int64_t> columns;
    for (const HeadGroup& group : heads) {
        for (std::int64_t i = 0; i < head_dim; ++i)
            columns.push_back(group.front() * head_dim + i);
    }
    if (bias) columns.push_back(width);
    return at::tensor(columns, at::kLong).to(like.device());
}

/// The same output with what identical heads write in the columns of the first.
at::Tensor folded(const at::Tensor& o, const std::vector<HeadGroup>& heads, std::int64_t head_dim) {
    at::Tensor sum = at::zeros_like(o);
    for (const HeadGroup& group : heads) {
        at::Tensor to = sum.narrow(1, group.front() * head_dim, head_dim);
        for (const int head : group)
            to.add_(o.narrow(1, head * head_dim, head_dim));
    }
    return sum;
}

/// X with (A + diag(shift)) X = B by Cholesky; a matrix that rounding left not quite positive is
/// shifted further.
at::Tensor solve(const at::Tensor& a, const at::Tensor& shift, const at::Tensor& b) {
    at::Tensor more = shift;
    for (int attempt = 0; attempt < 8; ++attempt, more = more * 10.0) {
        const auto [factor, failed] = at::linalg_cholesky_ex(a + at::diag(more));
        if (failed.item<std::int64_t>() == 0) return at::cholesky_solve(b, factor);
    }
    fail(ErrorCode::unsupported,
         "the moments of a layer cannot be solved; use more calibration text or --dtype float32");
}

}  // namespace

OutputMoments::Products OutputMoments::products(const at::Tensor& z, const at::Tensor& y,
                                                bool bias) {
    at::Tensor wide = z.to(at::kFloat);
    if (bias) wide = at::cat({wide, at::ones({wide.size(0), 1}, wide.options())}, 1);
    const at::Tensor target = y.to(at::kFloat);
    return {at::mm(wide.t(), wide), at::mm(wide.t(), target),
            target.square().sum(at::kDouble).item<double>()};
}

void OutputMoments::add(const Products& products) {
    if (!zz_.defined()) {
        zz_ = at::zeros(products.zz.sizes(), products.zz.options().dtype(at::kDouble));
        zy_ = at::zeros(products.zy.sizes(), products.zy.options().dtype(at::kDouble));
    }
    zz_.add_(products.zz);
    zy_.add_(products.zy);
    yy_ += products.yy;
}

void OutputMoments::extend(const std::function<void(at::Tensor&)>& over_others) {
    at::Tensor yy = at::full({1}, yy_, zz_.options());
    for (at::Tensor* sums : {&zz_, &zy_, &yy})
        over_others(*sums);
    yy_ = yy.item<double>();
}

double OutputMoments::error(const at::Tensor& o) const {
    const at::Tensor cross = (o * zy_.t()).sum();
    const at::Tensor own = (at::mm(o, zz_) * o).sum();
    const double left = yy_ - 2.0 * cross.item<double>() + own.item<double>();
    return std::max(left, 0.0) / std::max(yy_, 1e-300);  // NaN stays NaN
}

OutputFit fit_output(const OutputMoments& moments, const std::vector<HeadGroup>& heads,
                     std::int64_t head_dim, const at::Tensor& o, const at::Tensor& o_bias,
                     double ridge) {
    const std::int64_t width = o.size(1);
    const bool bias = o_bias.defined();
    at::Tensor left = folded(o.to(at::kDouble), heads, head_dim);
    if (bias) left = at::cat({left, o_bias.to(at::kDouble).unsqueeze(1)}, 1);
    OutputFit fit;
    fit.before = moments.error(left);
    if (!std::isfinite(fit.before)) {
        fail(ErrorCode::unsupported,
             "the attention over the calibration text is not a number: values overflow; use "
             "--dtype float32");
    }
    at::Tensor fitted = at::zeros_like(left);
    const at::Tensor columns = kept_columns(heads, head_dim, width, bias, o);
    if (columns.numel() > 0) {
        const at::Tensor a = moments.zz().index_select(0, columns).index_select(1, columns);
        const at::Tensor kept = left.index_select(1, columns);
        const at::Tensor diagonal = a.diagonal().narrow(0, 0, a.size(0) - (bias ? 1 : 0));
        double scale = diagonal.numel() > 0 ? ridge * diagonal.mean().item<double>() : 0.0;
        if (!(scale > 0.0)) scale = 1e-12;
        at::Tensor shift = at::full({a.size(0)}, scale, a.options());
        if (bias) shift[-1] = 1e-9 * scale;  // a mean is not shrunk
        const at::Tensor b = moments.zy().index_select(0, columns) + shift.unsqueeze(1) * kept.t();
        fitted.index_copy_(1, columns, solve(a, shift, b).t().contiguous());
    }
    fit.after = moments.error(fitted);
    fit.weights = {o.size(0), width, floats_of(fitted.narrow(1, 0, width)),
                   bias ? floats_of(fitted.select(1, width)) : std::vector<float>{}};
    return fit;
}

}  // namespace headscope
