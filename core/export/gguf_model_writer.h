#pragma once

#include <memory>

#include "core/export/export_folder.h"
#include "core/export/target_model.h"

namespace headscope {

/// The name of the file that the writer makes, without ".gguf" and what tells parts apart.
inline constexpr const char* kGgufStem = "model";

/// model.gguf, or parts of it of at most `most_bytes` (0: any; see cut_into_gguf_shards), for
/// llama.cpp: metadata, tokenizer and chat template of the source, weights in `type`. Vectors are
/// float32, and so are rows that are no whole blocks of the type float16. With `keep`, what a GGUF
/// source stores in blocks is copied block by block where the plan changes nothing but which heads
/// stay; what it changes is stored in F32, F16 or BF16 where the source has that, otherwise in
/// Q8_0.
///
/// Throws Error(unsupported) where GGUF or llama.cpp lack what the model needs.
std::unique_ptr<ModelWriter> gguf_model_writer(const TargetModel& target, ExportType type,
                                               std::int64_t most_bytes);

}  // namespace headscope
