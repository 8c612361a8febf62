#include <array>

#include "core/similarity/measure.h"

namespace headscope::measures {
namespace {

constexpr std::array kProjections{Projection::q, Projection::k, Projection::v, Projection::o};

}  // namespace

/// Of both directions the larger. Source: see core/measures/redundancy_torch.h.
extern constexpr MeasureSpec redundancy{
    .name = "redundancy",
    .kind = MeasureKind::behaviour,
    .title = "Redundancy",
    .text =
        "The share of what one head writes over a text that a refit of the other's output weights "
        "could write instead. The model runs once.",
    .formula = "1 - tr(Wo_j S Wo_j^T) / tr(Wo_j M_jj Wo_j^T), S = M_jj - M_ji (M_ii + r)^-1 M_ij",
    .projections = kProjections,
};

}  // namespace headscope::measures
