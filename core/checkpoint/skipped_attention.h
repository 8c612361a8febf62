#pragma once

#include "core/architecture/tensor_map.h"
#include "core/checkpoint/checkpoint_contents.h"

namespace headscope {

/// Whether no file holds the tensor: add_skipped_attention() made it.
bool is_made_up(const TensorSource& source);

/// A tensor of zeros that lies in no file.
TensorSource zeros(const ExpectedTensor& tensor, const CheckpointContents& contents);

/// Gives layers whose attention is skipped, of which the files hold no attention, one head that
/// writes nothing: tensors of zeros in float32, which lie in no file. So all that works on layers
/// works on these too, and x + 0 is x. The table and the config must be there.
void add_skipped_attention(CheckpointContents& contents);

}  // namespace headscope
