#pragma once

#include "core/checkpoint/formats/checkpoint_format.h"

namespace headscope {

/// Hugging Face's folders: config.json, and the tensors in one file or in shards that an index
/// lists. The older of the two has files of torch.save.
extern const CheckpointFormat kSafetensorsFormat;
extern const CheckpointFormat kTorchFormat;

}  // namespace headscope
