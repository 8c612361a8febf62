#include "core/measures/head_sums_torch.h"

#include <ATen/ATen.h>

#include "core/similarity/gram.h"

namespace headscope {
namespace {

std::vector<float> floats_of(const at::Tensor& tensor) {
    const at::Tensor here = tensor.to(at::kCPU, at::kFloat).contiguous();
    return {here.data_ptr<float>(), here.data_ptr<float>() + here.numel()};
}

/// The upper triangle of a matrix of pairs of heads, [heads, heads] in float64.
std::vector<double> packed(const at::Tensor& pairs) {
    const at::Tensor here = pairs.to(at::kCPU).contiguous();
    const auto heads = static_cast<int>(here.size(0));
    const double* values = here.data_ptr<double>();
    std::vector<double> triangle;
    triangle.reserve(packed_size(heads));
    for (int i = 0; i < heads; ++i)
        triangle.insert(triangle.end(), values + i * heads + i, values + (i + 1) * heads);
    return triangle;
}

}  // namespace

void HeadSums::add(const at::Tensor& attended, const ModelConfig& config) {
    const at::Tensor values = attended.to(at::kFloat);
    if (!product_.defined()) {
        heads_ = values.size(1) / config.head_dim;
        head_dim_ = config.head_dim;
        shift_ = values.mean(0);
        sum_ = at::zeros({values.size(1)}, values.options().dtype(at::kDouble));
        product_ = at::zeros({values.size(1), values.size(1)}, values.options());
    }
    const at::Tensor shifted = values - shift_;
    tokens_ += values.size(0);
    sum_.add_(shifted.sum(0, /*keepdim=*/false, at::kDouble));
    product_.addmm_(shifted.t(), shifted);
}

void HeadSums::extend(const std::function<void(at::Tensor&)>& over_others, bool first) {
    // With d what the own shift has over the common one, values shifted by that are v + d.
    const at::Tensor own = shift_.to(at::kDouble);
    at::Tensor common = first ? own.clone() : at::zeros_like(own);
    over_others(common);
    const at::Tensor d = own - common;
    const auto tokens = static_cast<double>(tokens_);
    at::Tensor product = product_.to(at::kDouble)
                             .addr_(sum_, d)
                             .addr_(d, sum_)
                             .addr_(d, d, /*beta=*/1, /*alpha=*/tokens);
    sum_.add_(d, tokens);
    at::Tensor count = at::full({1}, tokens, own.options());
    for (at::Tensor* sums : {&product, &sum_, &count})
        over_others(*sums);
    shift_ = common.to(at::kFloat);
    product_ = product.to(at::kFloat);
    tokens_ = static_cast<std::int64_t>(count.item<double>());
}

std::int64_t HeadSums::bytes(const ModelConfig& config) {
    const std::int64_t width = config.most_heads().heads * config.head_dim;
    return 3 * width * width * static_cast<std::int64_t>(sizeof(float));
}

/// Of the shifted values.
at::Tensor HeadSums::mean() const {
    return sum_ / static_cast<double>(tokens_);
}

at::Tensor HeadSums::covariance() const {
    const at::Tensor m = mean().to(at::kFloat);
    return (product_ / static_cast<double>(tokens_)).addr_(m, m, /*beta=*/1, /*alpha=*/-1);
}

at::Tensor HeadSums::second() const {
    const at::Tensor m = (mean() + shift_).to(at::kFloat);
    return covariance().addr_(m, m);
}

HeadMoments HeadSums::moments(int layer) const {
    return {layer, static_cast<int>(heads_), static_cast<int>(head_dim_), floats_of(second()),
            floats_of((mean() + shift_).to(at::kFloat))};
}

std::vector<double> HeadSums::outputs(const at::Tensor& o) const {
    const at::Tensor moments = second();
    // <O_i z_i, O_j z_j> = sum((O_i^T O_j) * (z_i z_j^T)), a head's rows of products at a time.
    const at::Tensor columns = o.to(at::kFloat);
    std::vector<at::Tensor> products;
    for (std::int64_t head = 0; head < heads_; ++head) {
        const at::Tensor own = columns.narrow(1, head * head_dim_, head_dim_);
        const at::Tensor weighted =
            at::mm(own.t(), columns).mul_(moments.narrow(0, head * head_dim_, head_dim_));
        products.push_back(weighted.view({head_dim_, heads_, head_dim_})
                               .sum(at::IntArrayRef{0, 2}, false, at::kDouble));
    }
    return packed(at::stack(products));
}

std::vector<double> HeadSums::squares() const {
    return packed(covariance()
                      .view({heads_, head_dim_, heads_, head_dim_})
                      .square()
                      .sum(at::IntArrayRef{1, 3}, false, at::kDouble));
}

}  // namespace headscope
