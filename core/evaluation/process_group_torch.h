#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include "core/base/process_rank.h"

namespace headscope {

/// The processes that a launcher started together, through libtorch's process groups: Gloo between
/// hosts, NCCL for what GPUs sum. Every process must make the same calls in the same order; each
/// call returns when all have made it. A process that dies is noticed: at once in a call, and
/// within seconds while the others compute. Calls throw Error(device)
/// then.
class ProcessGroup {
  public:
    /// The group of this process; the first call connects it. Throws Error(device) where the others
    /// cannot be reached, Error(unsupported) in a build without process groups.
    static ProcessGroup& instance();

    /// Ends the group in an orderly way, once all have done their work. Without it the process ends
    /// as one that failed.
    static void leave();

    [[nodiscard]] const ProcessRank& place() const;

    /// Replaces each value by its sum over all processes, with NCCL where `device` is a GPU.
    void sum(std::vector<double>& values, const c10::Device& device);

    /// Replaces the elements, float64, by their sums over all processes, with NCCL where they lie
    /// on a GPU.
    void sum(at::Tensor& values);

    /// The smallest of the values that the processes give.
    double smallest(double value);

    /// What rank 0 gives, everywhere.
    std::string broadcast(const std::string& text);

    /// Asked to stop when another process stopped, failed or was lost. What comes next must be a
    /// call of the group, in which all learn why, or which says which process was lost.
    [[nodiscard]] std::stop_token others_stopped() const;

    /// Tells the others, which hear of it within a second, that this process will not go on.
    void stop_others();

    ~ProcessGroup();
    ProcessGroup(const ProcessGroup&) = delete;
    ProcessGroup& operator=(const ProcessGroup&) = delete;

  private:
    ProcessGroup();

    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace headscope
