#include <array>

#include "core/similarity/measure.h"

namespace headscope::measures {
namespace {

constexpr std::array kProjections{Projection::q, Projection::k, Projection::v};

}  // namespace

/// S. Kornblith et al., arXiv:1905.00414. Blind to any rotation of a head's values.
extern constexpr MeasureSpec cka{
    .name = "cka",
    .kind = MeasureKind::behaviour,
    .title = "Head outputs",
    .text =
        "Linear CKA of the heads' outputs over a text, before the output weights. The model runs "
        "once.",
    .formula = "||C_ij||^2 / (||C_ii|| ||C_jj||), C_ij = cov(z_i, z_j)",
    .projections = kProjections,
};

}  // namespace headscope::measures
