#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "core/base/progress.h"
#include "core/report/figure_text.h"

namespace headscope::app {

using figures::bytes_text;
using figures::change_text;
using figures::count_text;
using figures::duration_text;
using figures::percent_text;
using figures::perplexity_text;
using figures::points_text;

/// Shows what a job is doing: a bar with rate and remaining time where standard error is a
/// terminal, now and then a plain line elsewhere, or JSON lines on standard output. Safe for many
/// threads.
class Display {
  public:
    /// `silent`: nothing is shown at all, as in processes beside the first of a job.
    explicit Display(bool json, bool silent = false);
    ~Display() { end_line(); }
    Display(const Display&) = delete;
    Display& operator=(const Display&) = delete;

    [[nodiscard]] bool json() const { return json_; }

    void progress(const Progress& progress);

    /// A short text behind the bar, such as the running perplexity.
    void note(const std::string& text);

    /// One JSON line; nothing where the output is not JSON.
    void event(const nlohmann::ordered_json& event);

    /// A line for people on standard output, without what could steer their terminal; nothing where
    /// the output is JSON.
    void print(const std::string& text);

    /// Leaves the bar, so that what follows begins on a line of its own.
    void end_line();

  private:
    using Clock = std::chrono::steady_clock;

    void draw_bar(const Progress& progress, double seconds);
    void print_plain(const Progress& progress, double seconds);

    bool json_;
    bool silent_;
    bool terminal_;
    bool bar_open_ = false;
    std::string stage_;
    std::string note_;
    std::int64_t stage_start_done_ = 0;
    Clock::time_point stage_start_;
    Clock::time_point last_plain_;
    std::mutex mutex_;
};

}  // namespace headscope::app
