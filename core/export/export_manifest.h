#pragma once

#include <string>

#include "core/checkpoint/checkpoint.h"
#include "core/export/export.h"

namespace headscope {

/// The text of headscope_manifest.json: format and program, when it was made, the source and its
/// fingerprint, measure and rule (with "layer_thresholds" where each layer has a threshold of its
/// own), the plan of each layer with its summary, the tensors that changed, and, where heads were
/// removed, what each remaining head stands for. The manifest of a source that was itself merged is
/// part of it.
std::string make_export_manifest(const Checkpoint& checkpoint, const std::string& fingerprint,
                                 const ExportParams& params, const ExportResult& result);

}  // namespace headscope
