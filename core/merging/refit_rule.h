#pragma once

#include <string_view>

namespace headscope {

/// What is fitted again after heads were merged or removed.
enum class Refit {
    none,
    output,          ///< the output weights of the attention of changed layers
    output_and_mlp,  ///< those of their MLP too
};

/// What a refitted layer is to write.
enum class RefitTarget {
    layer,      ///< what the original's attention wrote
    residual,   ///< that, and what the residual stream lacks by then
    automatic,  ///< whichever has the lower loss on held-out calibration sequences
};

/// Which layers are refitted.
enum class RefitLayers {
    changed,  ///< those whose heads were merged or removed
    all,      ///< those, and every layer behind the first of them
};

struct RefitRule {
    Refit refit = Refit::none;
    RefitTarget target = RefitTarget::automatic;
    RefitLayers layers = RefitLayers::changed;
    int distill = 0;  ///< steps in which the fitted weights are trained further (core/refit)
    double distill_rate = 0.0003;  ///< the highest learning rate of that, see DistillParams

    bool operator==(const RefitRule&) const = default;
};

/// "none", "output", "output+mlp"; "layer", "residual", "auto"; "changed", "all".
std::string_view name_of(Refit refit);
std::string_view name_of(RefitTarget target);
std::string_view name_of(RefitLayers layers);

/// Throw Error(bad_input) that lists the choices.
Refit parse_refit(std::string_view name);
RefitTarget parse_refit_target(std::string_view name);
RefitLayers parse_refit_layers(std::string_view name);

/// A whole number from 0 to 1,000,000. Throws Error(bad_input) that quotes the text.
int parse_distill_steps(std::string_view text);

/// Above 0 and at most 1. Throws Error(bad_input) that quotes the text.
double parse_distill_rate(std::string_view text);

}  // namespace headscope
