#pragma once

#include "core/evaluation/prepare.h"
#include "core/merging/merge_plan.h"
#include "core/model/model.h"
#include "core/report/manifest.h"
#include "core/similarity/similarity.h"

namespace headscope {

/// The settings of a run for its manifest. `layers`: those that the plan may change, ascending.
/// Computes the checkpoint's fingerprint, which reads parts of its files and heeds `stop`.
RunSettings make_run_settings(const Checkpoint& checkpoint, Measure measure, Grouping grouping,
                              KvPolicy kv_policy, std::vector<int> layers, const PreparedText& text,
                              const ResolvedCompute& compute, const std::stop_token& stop = {});

}  // namespace headscope
