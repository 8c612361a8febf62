#include "app/display.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/console.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

namespace headscope::app {
namespace {

int terminal_width() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

/// "12.3/s, 0:41 left"; empty before anything is known.
std::string rate_text(const Progress& progress, std::int64_t done_here, double seconds) {
    if (done_here <= 0 || seconds < 0.2) return {};
    const double rate = static_cast<double>(done_here) / seconds;
    const double left = static_cast<double>(progress.total - progress.done) / rate;
    return fmt::format("{:.1f}/s, {} left", rate, duration_text(left));
}

/// "3/12", or "3" where nobody knows of how many.
std::string count_of(const Progress& progress) {
    if (progress.total <= 0) return std::to_string(progress.done);
    return fmt::format("{}/{}", progress.done, progress.total);
}

}  // namespace

Display::Display(bool json, bool silent)
    : json_(json), silent_(silent), terminal_(!json && ::isatty(STDERR_FILENO) != 0) {}

void Display::progress(const Progress& progress) {
    if (silent_) return;
    if (!progress.note.empty()) {
        event({{"event", "note"}, {"text", progress.note}});
        end_line();
        const std::scoped_lock lock(mutex_);
        if (!json_) write_error_stream(printable_text(progress.note) + "\n");
    }
    if (json_) {
        event({{"event", "progress"},
               {"stage", progress.stage},
               {"done", progress.done},
               {"total", progress.total},
               {"unit", progress.unit}});
        return;
    }
    const std::scoped_lock lock(mutex_);
    const auto now = Clock::now();
    if (progress.stage != stage_) {
        stage_ = progress.stage;
        note_.clear();
        stage_start_ = now;
        stage_start_done_ = progress.done;
        last_plain_ = {};
    }
    const double seconds = std::chrono::duration<double>(now - stage_start_).count();
    terminal_ ? draw_bar(progress, seconds) : print_plain(progress, seconds);
}

void Display::draw_bar(const Progress& progress, double seconds) {
    constexpr int kCells = 16;
    const double share = progress.total > 0 ? static_cast<double>(progress.done) /
                                                  static_cast<double>(progress.total)
                                            : 0.0;
    const int filled = static_cast<int>(std::lround(share * kCells));
    const bool endless = progress.total <= 0;
    std::string line = fmt::format("{:<11} [{}{}] {} {}", progress.stage,
                                   std::string(static_cast<std::size_t>(filled), '#'),
                                   std::string(static_cast<std::size_t>(kCells - filled), '.'),
                                   count_of(progress), progress.unit);
    const bool done = !endless && progress.done >= progress.total;
    const std::string rate =
        endless ? "" : rate_text(progress, progress.done - stage_start_done_, seconds);
    if (done) {
        line += fmt::format("  {}", duration_text(seconds));
    } else if (!rate.empty()) {
        line += "  " + rate;
    }
    if (!note_.empty()) line += "  " + note_;
    const auto width = static_cast<std::size_t>(terminal_width() - 1);
    if (line.size() > width) line.resize(width);
    write_error_stream(fmt::format("\r{}\033[K{}", line, done ? "\n" : ""));
    bar_open_ = !done;
}

void Display::print_plain(const Progress& progress, double seconds) {
    constexpr auto kInterval = std::chrono::seconds(10);
    const auto now = Clock::now();
    const bool endless = progress.total <= 0;
    const bool done = !endless && progress.done >= progress.total;
    if (!done && now - last_plain_ < kInterval) return;
    last_plain_ = now;
    const std::string rate = done ? duration_text(seconds)
                             : endless
                                 ? ""
                                 : rate_text(progress, progress.done - stage_start_done_, seconds);
    write_error_stream(fmt::format("{}: {} {}{}{}{}{}\n", progress.stage, count_of(progress),
                                   progress.unit, rate.empty() ? "" : ", ", rate,
                                   note_.empty() ? "" : ", ", note_));
}

void Display::note(const std::string& text) {
    const std::scoped_lock lock(mutex_);
    note_ = text;
}

void Display::event(const nlohmann::ordered_json& event) {
    if (!json_ || silent_) return;
    const std::scoped_lock lock(mutex_);
    write_output_stream(dump_line(event) + "\n");
}

void Display::print(const std::string& text) {
    if (json_ || silent_) return;
    end_line();
    write_output_stream(printable_text(text) + "\n");
}

void Display::end_line() {
    const std::scoped_lock lock(mutex_);
    if (bar_open_) write_error_stream("\n");
    bar_open_ = false;
}

}  // namespace headscope::app
