#pragma once

#include "core/checkpoint/checkpoint_contents.h"

namespace headscope {

/// Arranges the tensors of a model whose heads are only compared (ComparedOnly) as those of any
/// other: the queries of gated heads without their gates, keys that are values under both names,
/// keys and values of another layer under the names of each layer that uses them. What layers
/// without comparable heads have in the place of these keeps its bytes under another name. The
/// table and the config must be there.
void arrange_compared_attention(CheckpointContents& contents);

}  // namespace headscope
