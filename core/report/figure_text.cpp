#include "core/report/figure_text.h"

#include <cmath>
#include <cstddef>

#include <fmt/format.h>

namespace headscope::figures {
namespace {

constexpr double kLargest = 1e5;  // beyond it, digits behind the point say nothing

std::string fixed(double value, int digits) {
    return std::abs(value) < kLargest ? fmt::format("{:.{}f}", value, digits)
                                      : fmt::format("{:.5g}", value);
}

std::string with_sign(double value, int digits) {
    return std::abs(value) < kLargest ? fmt::format("{:+.{}f}", value, digits)
                                      : fmt::format("{:+.5g}", value);
}

template <typename TextOf>
std::string with_interval(const Estimate& estimate, TextOf text_of, const char* unit) {
    const std::string value = text_of(estimate.value) + unit;
    if (!std::isfinite(estimate.low) || !std::isfinite(estimate.high)) return value;
    return fmt::format("{} [{}, {}]", value, text_of(estimate.low), text_of(estimate.high));
}

}  // namespace

std::string duration_text(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return "?";
    const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
    if (whole >= 3600) {
        return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
    }
    return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string count_text(std::int64_t count) {
    std::string text = std::to_string(count);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > (count < 0 ? 1 : 0);
         at -= 3) {
        text.insert(static_cast<std::size_t>(at), ",");
    }
    return text;
}

std::string bytes_text(std::int64_t bytes) {
    auto value = static_cast<double>(bytes);
    for (const char* unit : {"B", "kB", "MB", "GB", "TB"}) {
        if (value < 1000.0)
            return fmt::format("{:.{}f} {}", value, value < 10.0 && *unit != 'B' ? 1 : 0, unit);
        value /= 1000.0;
    }
    return fmt::format("{:.1f} PB", value);
}

std::string perplexity_text(double perplexity) {
    return fixed(perplexity, 4);
}

std::string perplexity_text(const Estimate& perplexity) {
    return with_interval(
        perplexity, [](double value) { return fixed(value, 4); }, "");
}

std::string percent_text(double share) {
    return fixed(100.0 * share, 3) + " %";
}

std::string percent_text(const Estimate& share) {
    return with_interval(
        share, [](double value) { return fixed(100.0 * value, 3); }, " %");
}

std::string change_text(const Estimate& ratio) {
    return with_interval(
        ratio, [](double value) { return with_sign(100.0 * (value - 1.0), 4); }, " %");
}

std::string points_text(const Estimate& difference) {
    return with_interval(
        difference, [](double value) { return with_sign(100.0 * value, 3); }, "");
}

}  // namespace headscope::figures
