#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include <ATen/ATen.h>

#include "core/measures/activation_measure_torch.h"
#include "core/similarity/gram.h"

namespace headscope::activations {
namespace {

/// Elements of the rows of attention of all heads that are made together: what fits the CPU's
/// caches, or keeps a GPU busy.
std::int64_t elements_at_once(const c10::Device& device) {
    return device.is_cpu() ? std::int64_t{1} << 20 : std::int64_t{1} << 25;
}

/// The sum over the tokens of how far the rows of attention of two heads of a layer lie apart. The
/// rows are made again from queries and keys, some at a time, and compared at once: those of a
/// whole window would take memory that grows with its square.
class AttentionDistance : public PairSums {
  public:
    void add(const AttentionActivity& activity) override;
    void add(const PairSums& other) override;
    void extend(const std::function<void(at::Tensor& sums)>& over_others) override;

    /// The mean total variation distance.
    [[nodiscard]] std::vector<double> values() const override;

  private:
    void add_rows(const at::Tensor& queries, const at::Tensor& keys, std::int64_t first,
                  std::int64_t count, const ops::AttentionLayout& layout);

    at::Tensor sum_;  ///< [heads, heads], float64
    std::int64_t tokens_ = 0;
};

std::int64_t bytes_of_adding(const c10::Device& device) {
    constexpr std::int64_t kCopies = 4;  // scores, shares, their transposed copy, distances
    return kCopies * elements_at_once(device) * static_cast<std::int64_t>(sizeof(float));
}

void AttentionDistance::add(const AttentionActivity& activity) {
    const ops::AttentionLayout& layout = activity.layout;
    if (!sum_.defined()) {
        sum_ = at::zeros({layout.heads, layout.heads}, activity.qkv.options().dtype(at::kDouble));
    }
    const auto part = [&](std::int64_t window, std::int64_t first, std::int64_t heads) {
        return activity.qkv.narrow(0, window * layout.window, layout.window)
            .narrow(1, first * layout.head_dim, heads * layout.head_dim)
            .view({layout.window, heads, layout.head_dim})
            .transpose(0, 1)
            .to(at::kFloat);
    };
    const std::int64_t most = std::max<std::int64_t>(
        1, elements_at_once(activity.qkv.device()) / (layout.heads * layout.window));
    for (std::int64_t window = 0; window < layout.windows; ++window) {
        const at::Tensor queries = part(window, 0, layout.heads);
        const at::Tensor keys = part(window, layout.heads, layout.kv_heads);
        for (std::int64_t first = 0; first < layout.window; first += most)
            add_rows(queries, keys, first, std::min(most, layout.window - first), layout);
    }
    tokens_ += layout.windows * layout.window;
}

void AttentionDistance::add(const PairSums& other) {
    const auto& its = static_cast<const AttentionDistance&>(other);
    sum_ = sum_.defined() ? sum_ + its.sum_ : its.sum_;
    tokens_ += its.tokens_;
}

void AttentionDistance::extend(const std::function<void(at::Tensor&)>& over_others) {
    at::Tensor count = at::full({1}, static_cast<double>(tokens_), sum_.options());
    over_others(sum_);
    over_others(count);
    tokens_ = static_cast<std::int64_t>(count.item<double>());
}

/// queries: [heads, window, head_dim]; keys: [kv_heads, window, head_dim].
void AttentionDistance::add_rows(const at::Tensor& queries, const at::Tensor& keys,
                                 std::int64_t first, std::int64_t count,
                                 const ops::AttentionLayout& layout) {
    const std::int64_t begin =
        layout.slides() ? std::max<std::int64_t>(0, first - layout.sliding_window + 1) : 0;
    const std::int64_t seen = first + count - begin;
    const at::Tensor positions =
        at::arange(begin, begin + seen, queries.options().dtype(at::kLong));
    const at::Tensor distance = positions.narrow(0, first - begin, count).unsqueeze(1) - positions;
    at::Tensor hidden = distance.lt(0);
    if (layout.slides()) hidden = hidden.logical_or(distance.ge(layout.sliding_window));
    at::Tensor scores =
        queries.narrow(1, first, count)
            .reshape({layout.kv_heads, layout.heads / layout.kv_heads * count, layout.head_dim})
            .matmul(keys.narrow(1, begin, seen).transpose(1, 2))
            .view({layout.heads, count, seen}) *
        layout.score_scale();
    scores = ops::capped(std::move(scores), layout.cap)
                 .masked_fill_(hidden, -std::numeric_limits<float>::infinity());
    if (layout.sinks.defined()) {
        const at::Tensor sinks = layout.sinks.view({-1, 1, 1}).expand({layout.heads, count, 1});
        scores = at::cat({scores, sinks}, -1);
    }
    const at::Tensor shares = scores.softmax(-1);
    const at::Tensor by_token = shares.transpose(0, 1).contiguous();  // [count, heads, seen]
    sum_.add_(at::cdist(by_token, by_token, /*p=*/1.0).sum(0, /*keepdim=*/false, at::kDouble));
}

std::vector<double> AttentionDistance::values() const {
    const at::Tensor here = sum_.to(at::kCPU).contiguous();
    const auto heads = static_cast<int>(here.size(0));
    std::vector<double> triangle;
    triangle.reserve(packed_size(heads));
    for (int i = 0; i < heads; ++i) {
        for (int j = i; j < heads; ++j) {
            triangle.push_back(0.5 * here.data_ptr<double>()[i * heads + j] /
                               static_cast<double>(tokens_));
        }
    }
    return triangle;
}

}  // namespace

extern const ActivationMeasure attention;
const ActivationMeasure attention{
    .values = ActivationMeasure::Values::distances,
    .own_sums = []() -> std::unique_ptr<PairSums> { return std::make_unique<AttentionDistance>(); },
    .own_bytes = bytes_of_adding,
};

}  // namespace headscope::activations
