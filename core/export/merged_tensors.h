#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/export/target_model.h"
#include "core/model/merged_projections.h"

namespace headscope {

/// The tensors that a variant changes, one layer at a time: files usually have a layer's tensors
/// next to each other.
class MergedTensors {
  public:
    explicit MergedTensors(const TargetModel& target);

    /// Whether the variant touches the tensor.
    [[nodiscard]] bool has(const std::string& name) const { return layer_of_.contains(name); }

    /// The bytes of a tensor that the variant touches, in the checkpoint's dtype; nothing for
    /// another. Each can be taken once.
    std::optional<std::vector<std::byte>> take(const std::string& name);

  private:
    ProjectionBytes::iterator find(const std::string& name);
    void make(int layer);

    const TargetModel& target_;
    std::map<std::string, int> layer_of_;
    ProjectionBytes made_;
};

}  // namespace headscope
