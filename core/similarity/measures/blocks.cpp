// The measures of weights as they lie in the checkpoint.

#include <array>

#include "core/similarity/block_similarity.h"

namespace headscope::measures {
namespace {

constexpr std::array kAll{Projection::q, Projection::k, Projection::v, Projection::o};

constexpr std::span<const Projection> some(std::size_t begin, std::size_t count) {
    return std::span<const Projection>(kAll).subspan(begin, count);
}

constexpr std::string_view kCosine = "The cosine of the heads' weights, flattened.";
constexpr std::string_view kKvCosine =
    "The cosine of the weights of the heads' KV heads: 1 where they share one.";

}  // namespace

extern constexpr MeasureSpec q{
    .name = "q",
    .title = "Query weights",
    .text = kCosine,
    .formula = "cos(Wq_i, Wq_j)",
    .projections = some(0, 1),
    .compute = compute_block_similarity,
};

extern constexpr MeasureSpec k{
    .name = "k",
    .title = "Key weights",
    .text = kKvCosine,
    .formula = "cos(Wk_kv(i), Wk_kv(j))",
    .projections = some(1, 1),
    .compute = compute_block_similarity,
};

extern constexpr MeasureSpec v{
    .name = "v",
    .title = "Value weights",
    .text = kKvCosine,
    .formula = "cos(Wv_kv(i), Wv_kv(j))",
    .projections = some(2, 1),
    .compute = compute_block_similarity,
};

extern constexpr MeasureSpec o{
    .name = "o",
    .title = "Output weights",
    .text = kCosine,
    .formula = "cos(Wo_i, Wo_j)",
    .projections = some(3, 1),
    .compute = compute_block_similarity,
};

/// Head-wise Shareable Attention, arXiv:2402.11819.
extern constexpr MeasureSpec qk{
    .name = "qk",
    .title = "Query and key weights",
    .text = kCosine,
    .formula = "cos(w_i, w_j), w_i = [Wq_i; Wk_kv(i)]",
    .projections = some(0, 2),
    .compute = compute_block_similarity,
};

extern constexpr MeasureSpec qkvo{
    .name = "qkvo",
    .title = "All four weights",
    .text = kCosine,
    .formula = "cos(w_i, w_j), w_i = [Wq_i; Wk_kv(i); Wv_kv(i); Wo_i]",
    .projections = some(0, 4),
    .compute = compute_block_similarity,
};

}  // namespace headscope::measures
