#pragma once

#include <string_view>

namespace headscope {

/// What is fitted again after heads were merged or removed.
enum class Refit {
    none,
    output,  ///< the output weights of the changed layers
};

/// What a refitted layer is to write.
enum class RefitTarget {
    layer,      ///< what the original's attention wrote
    residual,   ///< that, and what the residual stream lacks by then
    automatic,  ///< whichever has the lower loss on held-out calibration sequences
};

struct RefitRule {
    Refit refit = Refit::none;
    RefitTarget target = RefitTarget::automatic;

    bool operator==(const RefitRule&) const = default;
};

/// "none", "output"; "layer", "residual", "auto".
std::string_view name_of(Refit refit);
std::string_view name_of(RefitTarget target);

/// Throw Error(bad_input) that lists the choices.
Refit parse_refit(std::string_view name);
RefitTarget parse_refit_target(std::string_view name);

}  // namespace headscope
