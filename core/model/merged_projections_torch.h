#pragma once

#include "core/model/merged_projections.h"

/// What merged_projections.h has the engine module do.
namespace headscope {

HeadContents find_merged_contents(const Checkpoint& checkpoint, int layer, const LayerMerge& merge);

ProjectionBytes make_merged_projections(const Checkpoint& checkpoint, int layer,
                                        const LayerMerge& merge, const HeadSelection* selection);

}  // namespace headscope
