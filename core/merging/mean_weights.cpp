#include "core/merging/mean_weights.h"

#include "core/base/error.h"

namespace headscope {

std::string_view name_of(MeanWeights weights) {
    switch (weights) {
        case MeanWeights::plain:
            return "plain";
        case MeanWeights::norm:
            return "norm";
        case MeanWeights::usage:
            return "usage";
    }
    return "";
}

MeanWeights parse_mean_weights(std::string_view name) {
    for (const MeanWeights weights : {MeanWeights::plain, MeanWeights::norm, MeanWeights::usage}) {
        if (name_of(weights) == name) return weights;
    }
    fail(ErrorCode::bad_input, "\"{}\" is not a way to weight heads; choose plain, norm or usage",
         name);
}

}  // namespace headscope
