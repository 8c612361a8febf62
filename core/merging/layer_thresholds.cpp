#include "core/merging/layer_thresholds.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/error.h"

namespace headscope {
namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Whether all of `text` is a number; `value` is untouched where it is not.
template <typename Value>
bool parse_number(std::string_view text, Value& value) {
    Value parsed{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, parsed);
    if (error != std::errc() || stop != end) return false;
    value = parsed;
    return true;
}

struct Range {
    int first = -1;
    int last = -1;
};

/// "3" or "0-3".
Range parse_range(std::string_view text, std::string_view part) {
    constexpr int kMost = 100'000;
    Range range;
    const std::size_t dash = text.find('-');
    const bool numbers = parse_number(trimmed(text.substr(0, dash)), range.first) &&
                         (dash == std::string_view::npos ||
                          parse_number(trimmed(text.substr(dash + 1)), range.last));
    if (dash == std::string_view::npos) range.last = range.first;
    if (!numbers || range.first < 0 || range.last < range.first || range.last > kMost) {
        fail(ErrorCode::bad_input,
             "\"{}\" does not begin with a layer; give layers with thresholds, such as "
             "3:0.98,7:0.91 or 0-3:0.98",
             part);
    }
    return range;
}

double parse_threshold(std::string_view text, std::string_view part) {
    double threshold = std::nan("");
    if (!parse_number(trimmed(text), threshold) || !(threshold >= -1.0 && threshold <= 1.0)) {
        fail(ErrorCode::bad_input,
             "\"{}\" does not end with a similarity from -1 to 1; give layers with thresholds, "
             "such as 3:0.98,7:0.91",
             part);
    }
    return threshold;
}

}  // namespace

LayerThresholds parse_layer_thresholds(std::string_view text) {
    LayerThresholds thresholds;
    for (bool more = true; more;) {
        const std::size_t comma = text.find(',');
        const std::string_view part = trimmed(text.substr(0, comma));
        more = comma != std::string_view::npos;
        if (more) text.remove_prefix(comma + 1);
        const std::size_t colon = part.find(':');
        if (colon == std::string_view::npos) {
            fail(ErrorCode::bad_input,
                 "\"{}\" is not a layer with its threshold; give a list such as 3:0.98,7:0.91",
                 part);
        }
        const Range layers = parse_range(part.substr(0, colon), part);
        const double threshold = parse_threshold(part.substr(colon + 1), part);
        for (int layer = layers.first; layer <= layers.last; ++layer) {
            if (!thresholds.emplace(layer, threshold).second)
                fail(ErrorCode::bad_input, "layer {} has two thresholds; give it one", layer);
        }
    }
    return thresholds;
}

std::string layer_thresholds_text(const LayerThresholds& thresholds) {
    std::string text;
    for (const auto& [layer, threshold] : thresholds) {
        char buffer[400];
        const auto end =
            std::to_chars(buffer, buffer + sizeof(buffer), threshold, std::chars_format::fixed).ptr;
        text += fmt::format("{}{}:{}", text.empty() ? "" : ",", layer,
                            std::string_view(buffer, static_cast<std::size_t>(end - buffer)));
    }
    return text;
}

double lowest_threshold(const LayerThresholds& thresholds) {
    double lowest = 1.0;
    for (const auto& [layer, threshold] : thresholds)
        lowest = std::min(lowest, threshold);
    return lowest;
}

double threshold_between(double selected, double left_out) {
    double power =
        1.0;  // of ten: exact as far as it goes here, so that the quotient is the decimal
    for (int decimals = 0; decimals <= 15; ++decimals, power *= 10.0) {
        const double threshold = std::floor(selected * power) / power + 0.0;  // no "-0"
        if (threshold > left_out && threshold <= selected) return threshold;
    }
    return selected;
}

}  // namespace headscope
