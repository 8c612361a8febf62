#include <array>

#include "core/similarity/measure.h"

namespace headscope::measures {
namespace {

constexpr std::array kProjections{Projection::q, Projection::k};

}  // namespace

extern constexpr MeasureSpec attention{
    .name = "attention",
    .kind = MeasureKind::behaviour,
    .title = "Attention",
    .text =
        "How far the heads' attention agrees over a text: 1 less the mean total variation "
        "distance. The model runs once.",
    .formula = "1 - mean_t 1/2 sum_s |p_i(t, s) - p_j(t, s)|",
    .projections = kProjections,
};

}  // namespace headscope::measures
