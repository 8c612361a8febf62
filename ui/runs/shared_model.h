#pragma once

#include <mutex>
#include <optional>
#include <stop_token>

#include "core/base/progress.h"
#include "core/model/model.h"

namespace headscope::ui {

/// The loaded model of the window, of which there is one at a time: evaluations and measures of
/// behaviour use the same weights. Safe for many threads.
class SharedModel {
  public:
    /// The model, loaded unless it is there with the same options. Where another thread is loading,
    /// waits for that. Throws what Model::load throws.
    Model get(const Checkpoint& checkpoint, const ComputeOptions& compute,
              const ProgressFn& progress, const std::stop_token& stop);

    /// Gives the memory back, unless somebody still uses it.
    void release();

  private:
    std::timed_mutex mutex_;
    const ModelConfig* config_ = nullptr;  ///< tells opened checkpoints apart; the model keeps it
    ComputeOptions compute_;
    std::optional<Model> model_;
};

}  // namespace headscope::ui
