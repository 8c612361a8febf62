#include "core/evaluation/score_collector.h"

namespace headscope {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

ScoreCollector::ScoreCollector(Scores& scores, std::size_t open, std::int64_t passes,
                               bool count_passes, const ProgressFn& progress,
                               const ScoresFn& partial)
    : scores_(scores),
      progress_(progress),
      partial_(partial),
      done_(scores.windows_done()),
      total_(done_ + static_cast<std::int64_t>(open)),
      passes_total_(passes),
      count_passes_(count_passes) {
    report();
}

void ScoreCollector::add(std::span<const std::int64_t> windows,
                         const std::vector<std::vector<WindowScore>>& values) {
    const std::scoped_lock lock(mutex_);
    for (std::size_t w = 0; w < windows.size(); ++w) {
        const auto index = static_cast<std::size_t>(windows[w]);
        for (std::size_t v = 0; v < values[w].size(); ++v)
            scores_.values[v][index] = values[w][v];
        scores_.done[index] = 1;
        ++done_;
    }
    constexpr auto kInterval = std::chrono::milliseconds(50);
    if (done_ == total_ || Clock::now() - last_partial_ >= kInterval) send_partial();
    report();
}

void ScoreCollector::add_passes(std::int64_t passes) {
    const std::scoped_lock lock(mutex_);
    passes_done_ += passes;
    if (count_passes_ && passes_done_ < passes_total_) report();
}

void ScoreCollector::take_back_passes(std::int64_t passes) {
    const std::scoped_lock lock(mutex_);
    passes_done_ -= passes;
}

bool ScoreCollector::has(std::int64_t window) const {
    const std::scoped_lock lock(mutex_);
    return scores_.done[static_cast<std::size_t>(window)] != 0;
}

void ScoreCollector::say(const std::string& note) {
    const std::scoped_lock lock(mutex_);
    report(note);
}

void ScoreCollector::send_partial() {
    last_partial_ = Clock::now();
    if (partial_) partial_(scores_);
}

void ScoreCollector::report(const std::string& note) {
    if (count_passes_ && done_ < total_) {
        progress_.report({"evaluating", passes_done_, passes_total_, "layer passes", note});
    } else {
        progress_.report({"evaluating", done_, total_, "windows", note});
    }
}

}  // namespace headscope
