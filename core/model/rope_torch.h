#pragma once

#include <cstdint>
#include <vector>

#include "core/architecture/model_config.h"
#include "core/model/ops_torch.h"

namespace headscope {

/// Angular frequencies of the rotary embedding, radians per token, [rotated/2], with the scaling
/// of the config applied, as transformers computes it: `linear` divides all by the factor; `llama3`
/// divides the slow ones, keeps the fast ones and blends between (Llama 3.1's reference
/// implementation, apply_scaling); `yarn` does so over the index of the pair. `dynamic` raises the
/// base where a window of `length` tokens is longer than the original context; it is the only one
/// that depends on the length, with `longrope`, which divides each frequency by a number of its
/// own, of one list within the original context and of another beyond it. (A transformers model
/// that generates keeps the base of the longest sequence it has met; here each window stands
/// alone.)
std::vector<double> rope_frequencies(const RopeConfig& rope, std::int64_t head_dim,
                                     std::int64_t length = 0);

/// Cosine and sine of position * frequency for positions 0..length-1, times the attention factor,
/// on `device`.
ops::RopeTable make_rope_table(const RopeConfig& rope, std::int64_t head_dim, std::int64_t length,
                               c10::Device device);

}  // namespace headscope
