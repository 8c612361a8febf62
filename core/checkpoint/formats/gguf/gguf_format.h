#pragma once

#include "core/checkpoint/formats/checkpoint_format.h"

namespace headscope {

/// GGUF files, the format of llama.cpp, single or split.
extern const CheckpointFormat kGgufFormat;

}  // namespace headscope
