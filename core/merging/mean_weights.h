#pragma once

#include <string_view>

namespace headscope {

/// How much each head counts in the mean of its group. A KV head counts as much as all the heads
/// that it serves together: the mean of K and V is in error for each of them. So where all heads
/// count alike, all KV heads do.
enum class MeanWeights {
    plain,  ///< all heads alike
    norm,   ///< by ||O_h V_h||_F, the size of what the head writes for white input; unlike that of
            ///< O alone it does not change with the head's inner basis, or as O grows and V shrinks
    usage,  ///< by the root of the mean ||O_h z_h||^2 over a calibration text: the same with what
            ///< the head really attended to
};

std::string_view name_of(MeanWeights weights);

/// Throws Error(bad_input) that lists the choices.
MeanWeights parse_mean_weights(std::string_view name);

}  // namespace headscope
