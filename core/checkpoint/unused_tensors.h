#pragma once

#include <string>
#include <vector>

#include "core/checkpoint/tensor_table.h"

namespace headscope {

/// Tensors that lie in the files of a checkpoint and that its architecture has no place for.
struct UnusedTensors {
    std::vector<std::string> names;     ///< all of them, sorted
    std::vector<std::string> changing;  ///< those that a model which used them would differ by
    bool adapters = false;              ///< some are LoRA matrices

    /// For people: "14 tensors are not used: a, b, c and 11 more"; empty where there are none.
    [[nodiscard]] std::string text() const;
};

/// What of `table` is not among `used` (sorted names) and no buffer that models recompute. Tensors
/// of the first `layers` layers and of what surrounds them are `changing`: the architecture that
/// they were made for computes something else. Further layers, as for the prediction of several
/// tokens, and parts for images and sound are not.
UnusedTensors find_unused_tensors(const TensorTable& table, const std::vector<std::string>& used,
                                  std::int64_t layers);

/// "a, b, c and 11 more".
std::string name_some(const std::vector<std::string>& names);

}  // namespace headscope
