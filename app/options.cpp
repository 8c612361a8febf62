#include "app/options.h"

#include <algorithm>
#include <charconv>

#include "core/base/error.h"
#include "core/base/locations.h"

namespace headscope::app {
namespace {

int parse_layer(std::string_view text) {
    int value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    constexpr int kMost = 100'000;
    if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > kMost) {
        fail(ErrorCode::bad_input,
             "\"{}\" is not a layer; give numbers and ranges such as 0,3,8-15", text);
    }
    return value;
}

}  // namespace

std::filesystem::path Options::model() const {
    return model_path.empty() ? demo_model_dir() : std::filesystem::path(model_path);
}

std::vector<double> Options::given_thresholds() const {
    std::vector<double> distinct;
    for (const double threshold : thresholds) {
        if (std::find(distinct.begin(), distinct.end(), threshold) == distinct.end()) {
            distinct.push_back(threshold);
        }
    }
    return distinct;
}

std::vector<double> Options::thresholds_or_default() const {
    return thresholds.empty() ? std::vector<double>{0.98, 0.99, 0.995} : given_thresholds();
}

MergeRule Options::rule(double threshold) const {
    return {threshold,
            parse_grouping(grouping),
            parse_kv_policy(kv_policy),
            parse_alignment(align),
            parse_mean_weights(weights),
            rescale};
}

CalibrationOptions Options::calibration_text() const {
    return {calibration, calibration_windows};
}

TextOptions Options::text() const {
    return {corpus, parse_protocol(protocol), window, max_windows};
}

ComputeOptions Options::compute() const {
    return {device, dtype, threads, static_cast<std::int64_t>(memory_limit)};
}

std::vector<int> parse_layers(std::string_view text) {
    std::vector<int> layers;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        const std::size_t dash = part.find('-');
        const int first = parse_layer(part.substr(0, dash));
        const int last =
            dash == std::string_view::npos ? first : parse_layer(part.substr(dash + 1));
        if (last < first) {
            fail(ErrorCode::bad_input, "the range {} of layers runs backwards", part);
        }
        for (int layer = first; layer <= last; ++layer)
            layers.push_back(layer);
    }
    std::sort(layers.begin(), layers.end());
    layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
    return layers;
}

}  // namespace headscope::app
