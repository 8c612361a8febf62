#include "core/model/merged_projections.h"

#include "core/model/model_engine.h"

namespace headscope {

HeadContents merged_contents(const Checkpoint& checkpoint, int layer, const LayerMerge& merge) {
    return model_engine().merged_contents(checkpoint, layer, merge);
}

ProjectionBytes merged_projections(const Checkpoint& checkpoint, int layer, const LayerMerge& merge,
                                   const HeadSelection* selection) {
    return model_engine().merged_projections(checkpoint, layer, merge, selection);
}

}  // namespace headscope
