#pragma once

#include "core/checkpoint/tensor_table.h"

namespace headscope {

/// Replaces the tensors in which gpt-oss stacks all experts of a layer by those of each expert,
/// read as float32:
///
///   mlp.experts.gate_up_proj         [experts, hidden, 2 ffn], or in MXFP4
///   mlp.experts.gate_up_proj_blocks  [experts, 2 ffn, hidden / 32, 16] with ..._scales
///   mlp.experts.gate_up_proj_bias    [experts, 2 ffn]
///   mlp.experts.down_proj            [experts, ffn, hidden], or ..._blocks and ..._scales
///   mlp.experts.down_proj_bias       [experts, hidden]
///
/// become `mlp.experts.{expert}.gate_proj.weight` [ffn, hidden] and so on; of gate and up the
/// features alternate. MXFP4: 32 values in 16 bytes, the low half of a byte first, times 2 to the
/// power of the scale minus 127 (Open Compute Project, Microscaling formats 1.0). Does nothing
/// where there are none. Throws Error(bad_input) that names a tensor whose shape does not fit.
void split_packed_experts(TensorTable& table);

}  // namespace headscope
