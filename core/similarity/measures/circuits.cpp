// The measures of products of a head's weights, which no rotation of its inner basis changes.

#include <array>

#include "core/similarity/circuit_similarity.h"

namespace headscope::measures {
namespace {

constexpr std::array kQueryKey{Projection::q, Projection::k};
constexpr std::array kOutputValue{Projection::o, Projection::v};

}  // namespace

extern constexpr MeasureSpec qk_circuit{
    .name = "qk-circuit",
    .kind = MeasureKind::circuit,
    .title = "Query-key circuit",
    .text =
        "The cosine of the forms by which the heads score a query and a key. The basis that a "
        "head uses inside does not matter.",
    .formula = "cos(Wq_i^T Wk_kv(i), Wq_j^T Wk_kv(j))",
    .projections = kQueryKey,
    .compute = compute_circuit_similarity,
};

extern constexpr MeasureSpec ov_circuit{
    .name = "ov-circuit",
    .kind = MeasureKind::circuit,
    .title = "Output-value circuit",
    .text =
        "The cosine of the maps from what the heads read to what they write. The basis that a "
        "head uses inside does not matter.",
    .formula = "cos(Wo_i Wv_kv(i), Wo_j Wv_kv(j))",
    .projections = kOutputValue,
    .compute = compute_circuit_similarity,
};

}  // namespace headscope::measures
