#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/checkpoint/checkpoint.h"

namespace headscope {

/// Where and in what a model computes.
struct ComputeOptions {
    /// auto, cpu, cuda or cuda:N; cuda:all, cuda:0-3 or cuda:0,2: several GPUs.
    std::string device = "auto";
    std::string dtype = "auto";     ///< auto, float32 (f32), bfloat16 (bf16) or float16 (f16)
    int threads = 0;                ///< on the CPU; 0: all cores
    std::int64_t memory_limit = 0;  ///< bytes of each device's memory to use; 0: what is free

    bool operator==(const ComputeOptions&) const = default;
};

/// Where and in what a model computes, once "auto" is decided.
struct ResolvedCompute {
    std::string device;  ///< "cpu", "cuda:0"
    DType dtype = DType::f32;
    /// Further GPUs. Where the weights fit on one GPU, each has a copy and all share the windows of
    /// an evaluation; where they do not, the layers are spread over them and visit the first in
    /// turn.
    std::vector<std::string> others = {};
};

/// Decides "auto": CUDA where it works, else the CPU; float32 on the CPU, bfloat16 elsewhere. A
/// process that a launcher started gets its own GPU where several are named.
/// Throws Error(device) when an explicit device does not work, Error(unsupported) for a dtype that
/// the device cannot compute in, Error(bad_input) for a name that is neither.
ResolvedCompute resolve(const ComputeOptions& options);

struct LoadedModel;  // tensors; see core/model/loaded_model_torch.h

/// A model with its original weights on a device; where they do not fit, with those that every
/// window needs, while the layers are read from the files when their turn comes. A value: copies
/// share the weights, which never change. Safe to use from many threads.
class Model {
  public:
    /// Loads the weights. Throws what resolve() throws, and Error(cancelled).
    static Model load(const Checkpoint& checkpoint, const ComputeOptions& options,
                      const ProgressFn& progress = {}, const std::stop_token& stop = {});

    [[nodiscard]] const Checkpoint& checkpoint() const { return checkpoint_; }
    [[nodiscard]] const ModelConfig& config() const { return checkpoint_.config(); }
    [[nodiscard]] DType dtype() const { return compute_.dtype; }  ///< of the activations
    [[nodiscard]] const std::string& device() const {
        return compute_.device;
    }                                                       ///< "cpu", "cuda:0"
    [[nodiscard]] int threads() const { return threads_; }  ///< that the CPU gives to it
    [[nodiscard]] const LoadedModel& loaded() const { return *loaded_; }

  private:
    Model(Checkpoint checkpoint, ResolvedCompute compute, int threads,
          std::shared_ptr<const LoadedModel> loaded);

    Checkpoint checkpoint_;
    ResolvedCompute compute_;
    int threads_ = 0;
    std::shared_ptr<const LoadedModel> loaded_;
};

}  // namespace headscope
