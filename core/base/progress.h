#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

namespace headscope {

/// How far a job is. `stage` is a short phrase for people ("similarity", "evaluating").
struct Progress {
    std::string stage;
    std::int64_t done = 0;
    std::int64_t total = 0;
    std::string unit;       ///< what `done` counts, in the plural ("layers", "windows")
    std::string note = {};  ///< a line that people should see once, such as a change of plan
};

using ProgressFn = std::function<void(const Progress&)>;

/// Lets at most 20 reports a second through, and always the first and the last of a stage, so that
/// a job may report after every step. Not thread-safe: guard it where several threads report.
class ProgressThrottle {
  public:
    explicit ProgressThrottle(ProgressFn sink) : sink_(std::move(sink)) {}

    void report(const Progress& progress);

  private:
    ProgressFn sink_;
    std::string stage_;
    std::chrono::steady_clock::time_point last_{};
};

/// Throws Error(cancelled) once a stop was requested.
void throw_if_stopped(const std::stop_token& stop);

}  // namespace headscope
