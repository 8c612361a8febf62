#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/formats/gguf/gguf_writer.h"

namespace headscope {

/// Sets `tokenizer.ggml.*` and the chat template from the tokenizer's files in the checkpoint's
/// folder. Throws Error(bad_input) and Error(unsupported) that name the file.
void set_gguf_vocabulary(const Checkpoint& checkpoint, GgufPairs& pairs);

}  // namespace headscope
