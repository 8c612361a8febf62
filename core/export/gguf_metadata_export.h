#pragma once

#include <vector>

#include "core/checkpoint/formats/gguf/gguf_writer.h"
#include "core/export/export.h"
#include "core/export/gguf_source.h"
#include "core/export/target_model.h"

namespace headscope {

/// The architecture that llama.cpp has for the model: that of its family, or, where its layers
/// differ in their heads, `deci`, which is a Llama with numbers of heads for each layer. Throws
/// Error(unsupported) that says why where llama.cpp computes something else than the model.
const GgufArchitecture& choose_gguf_architecture(const TargetModel& target);

/// The metadata of the file: those of a GGUF source with what changes, otherwise made from the
/// config and the tokenizer's files. `type` is what the weights are stored in, never `automatic`.
/// Throws Error(unsupported) where the tokenizer cannot be said in GGUF.
GgufPairs make_gguf_pairs(const TargetModel& target, const GgufArchitecture& architecture,
                          ExportType type, const GgufSource* source);

/// rope_freqs.weight: what the frequencies of a model with `llama3` scaling are divided by; empty
/// for other scalings. See RopeConfig.
std::vector<float> llama3_divisors(const ModelConfig& config);

/// For people: what llama.cpp does otherwise than the model, a sentence each.
std::vector<std::string> gguf_notes(const TargetModel& target);

}  // namespace headscope
