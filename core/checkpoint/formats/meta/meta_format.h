#pragma once

#include "core/checkpoint/formats/checkpoint_format.h"

namespace headscope {

/// Meta's own releases: params.json and consolidated.NN.pth. See meta_layout.h and meta_params.h.
extern const CheckpointFormat kMetaFormat;

}  // namespace headscope
