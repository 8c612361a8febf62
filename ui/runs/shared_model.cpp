#include "ui/runs/shared_model.h"

#include <chrono>

namespace headscope::ui {

Model SharedModel::get(const Checkpoint& checkpoint, const ComputeOptions& compute,
                       const ProgressFn& progress, const std::stop_token& stop) {
    constexpr auto kPatience = std::chrono::milliseconds(20);
    std::unique_lock lock(mutex_, std::defer_lock);
    while (!lock.try_lock_for(kPatience))
        throw_if_stopped(stop);
    if (model_ && config_ == &checkpoint.config() && compute_ == compute) return *model_;
    model_.reset();  // there may not be memory for both
    model_ = Model::load(checkpoint, compute, progress, stop);
    config_ = &model_->config();
    compute_ = compute;
    return *model_;
}

void SharedModel::release() {
    const std::scoped_lock lock(mutex_);
    model_.reset();
}

}  // namespace headscope::ui
