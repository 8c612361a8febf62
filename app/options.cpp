#include "app/options.h"

#include <algorithm>
#include <utility>

#include "core/base/locations.h"
#include "core/base/version.h"

namespace headscope::app {

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
    MergeRule rule = merging;
    rule.threshold = threshold;
    return rule;
}

CalibrationOptions Options::calibration_text() const {
    // A fit wants all the text that there is, where a measure is content with less.
    const bool all = merging.refit.refit != Refit::none && !was_given("--calibration_windows");
    return {calibration, all ? 0 : calibration_windows};
}

std::vector<std::string> Options::protocols() const {
    std::vector<std::string> names;
    for (std::size_t at = 0; at <= protocol.size();) {
        const std::size_t end = std::min(protocol.find(',', at), protocol.size());
        std::string name = protocol.substr(at, end - at);
        at = end + 1;
        if (std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(std::move(name));
    }
    return names;
}

TextOptions Options::text(const std::string& of_protocol) const {
    const ProtocolPreset& preset = find_preset(of_protocol);
    return {corpus, preset.protocol, window != 0 ? window : preset.window, max_windows,
            std::string(preset.sentence_separator)};
}

ComputeOptions Options::compute() const {
    return {device, dtype, threads, static_cast<std::int64_t>(memory_limit)};
}

WorkParams Options::work() const {
    WorkParams work;
    work.model_path = model();
    work.opening = opening();
    work.layers = parse_layers(layers);
    work.rule = rule(0.0);
    work.text = text();
    work.calibration = calibration_text();
    work.compute = compute();
    work.cache_dir = cache_dir();
    work.program_version = kVersion;
    return work;
}

}  // namespace headscope::app
