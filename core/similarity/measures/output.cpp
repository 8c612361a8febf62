#include <array>

#include "core/similarity/measure.h"

namespace headscope::measures {
namespace {

constexpr std::array kProjections{Projection::q, Projection::k, Projection::v, Projection::o};

}  // namespace

extern constexpr MeasureSpec output{
    .name = "output",
    .kind = MeasureKind::behaviour,
    .title = "Contributions",
    .text =
        "The cosine of what the heads add to the residual stream over a text. The model runs once.",
    .formula = "cos(Wo_i z_i, Wo_j z_j)",
    .projections = kProjections,
};

}  // namespace headscope::measures
