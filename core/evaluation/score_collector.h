#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/evaluator.h"

namespace headscope {

/// Collects the scores of windows as they are finished and passes them on, not too often. Safe for
/// many threads.
class ScoreCollector {
  public:
    /// `open` windows and `passes` layer computations are ahead; the latter are what progress is
    /// counted in where `count_passes` is set, since then windows are finished many at a time.
    ScoreCollector(Scores& scores, std::size_t open, std::int64_t passes, bool count_passes,
                   const ProgressFn& progress, const ScoresFn& partial);

    /// Takes the scores of some windows: values[i][variant] is of windows[i].
    void add(std::span<const std::int64_t> windows,
             const std::vector<std::vector<WindowScore>>& values);

    void add_passes(std::int64_t passes);

    /// Forgets passes whose windows could not be finished.
    void take_back_passes(std::int64_t passes);

    /// Whether the scores of a window are there.
    [[nodiscard]] bool has(std::int64_t window) const;

    /// Reports progress with a line for people.
    void say(const std::string& note);

    /// Passes the scores on, whatever the time. Not for use while threads are adding.
    void send_partial();

    [[nodiscard]] std::int64_t passes_done() const { return passes_done_; }

  private:
    void report(const std::string& note = {});

    Scores& scores_;
    ProgressThrottle progress_;
    const ScoresFn& partial_;
    std::int64_t done_;
    std::int64_t total_;
    std::int64_t passes_done_ = 0;
    std::int64_t passes_total_;
    bool count_passes_;
    std::chrono::steady_clock::time_point last_partial_{};
    mutable std::mutex mutex_;
};

}  // namespace headscope
