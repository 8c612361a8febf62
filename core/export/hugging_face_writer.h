#pragma once

#include <memory>

#include "core/export/export_folder.h"
#include "core/export/target_model.h"

namespace headscope {

/// A folder in Hugging Face's layout; see export_checkpoint() and plan_shards().
std::unique_ptr<ModelWriter> hugging_face_writer(const TargetModel& target,
                                                 std::int64_t most_bytes = 0);

}  // namespace headscope
