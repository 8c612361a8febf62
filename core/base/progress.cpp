#include "core/base/progress.h"

#include "core/base/error.h"

namespace headscope {

void ProgressThrottle::report(const Progress& progress) {
    if (!sink_) return;
    constexpr auto kInterval = std::chrono::milliseconds(50);
    const auto now = std::chrono::steady_clock::now();
    const bool first = progress.stage != stage_;
    const bool last = progress.done >= progress.total;
    if (!first && !last && progress.note.empty() && now - last_ < kInterval) return;
    stage_ = progress.stage;
    last_ = now;
    sink_(progress);
}

void throw_if_stopped(const std::stop_token& stop) {
    if (stop.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
}

}  // namespace headscope
