#include "core/report/yardstick.h"

#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/checkpoint/quantization/mixture.h"
#include "core/evaluation/evaluator.h"
#include "core/report/json_values.h"
#include "core/report/metric_table.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kFormatVersion = 1;

/// Counts the windows of all models together.
ProgressFn part_of(const ProgressFn& progress, std::size_t part, std::size_t parts) {
    if (!progress) return {};
    return [&progress, part, parts](Progress at) {
        if (at.unit == "windows") {
            at.done += static_cast<std::int64_t>(part) * at.total;
            at.total *= static_cast<std::int64_t>(parts);
        }
        progress(at);
    };
}

Scores evaluate_step(const Checkpoint& checkpoint, const ComputeOptions& compute,
                     const EvaluationParams& params, const ProgressFn& progress,
                     const std::stop_token& stop) {
    const Model model = Model::load(checkpoint, compute, progress, stop);
    return evaluate(model, params, progress, {}, stop).scores;
}

bool read_step(const nlohmann::json& json, const std::string& source, YardstickStep& step) {
    if (!json.is_object() || !json.contains("metrics")) return false;
    step.metrics = metrics_from_json(json.at("metrics"), source);
    return read_value(json.value("name", nlohmann::json()), step.name) &&
           read_value(json.value("bits_per_weight", nlohmann::json()), step.bits_per_weight) &&
           find_metric(step.metrics, "kl_divergence") != nullptr;
}

std::optional<Yardstick> from_json(const nlohmann::json& json, const std::string& source) {
    Yardstick found;
    int version = 0;
    const auto read = [&](const char* key, auto& to) {
        return json.contains(key) && read_value(json.at(key), to);
    };
    const bool good =
        json.is_object() && read("format_version", version) && version == kFormatVersion &&
        read("model_fingerprint", found.text.model_fingerprint) &&
        read("protocol", found.text.protocol) && read("window", found.text.window) &&
        read("corpus_sha256", found.text.corpus_sha256) && read("corpus", found.corpus_name) &&
        read("windows", found.windows) && read("dtype", found.dtype) && json.contains("original") &&
        json.contains("steps") && json.at("steps").is_array();
    if (!good) return std::nullopt;
    found.original = metrics_from_json(json.at("original"), source);
    for (const nlohmann::json& step : json.at("steps")) {
        if (!read_step(step, source, found.steps.emplace_back())) return std::nullopt;
    }
    return found;
}

}  // namespace

double YardstickStep::kl() const {
    const Metric* metric = find_metric(metrics, "kl_divergence");
    return metric != nullptr ? metric->value.value : std::numeric_limits<double>::quiet_NaN();
}

Yardstick measure_yardstick(const Checkpoint& checkpoint, const PreparedText& text,
                            const ComputeOptions& compute, const ProgressFn& progress,
                            const std::stop_token& stop) {
    const std::size_t parts = all_mixtures().size() + 1;
    const Model model = Model::load(checkpoint, compute, progress, stop);
    EvaluationParams params{{{}}, text.windows, {}};
    params.divergence = true;
    params.keep = predictions_of(model, *text.windows);
    const Scores original = evaluate(model, params, part_of(progress, 0, parts), {}, stop).scores;
    params.base = std::exchange(params.keep, nullptr);

    Yardstick yardstick{
        {checkpoint.fingerprint(stop), std::string(name_of(text.windows->protocol())),
         text.windows->window(), text.corpus_sha256},
        text.corpus_name,
        text.windows->count(),
        std::string(name_of(model.dtype())),
        original.metric_list(0),
        {}};
    for (const Mixture mixture : all_mixtures()) {
        Scores both = original;
        const Scores scores =
            evaluate_step(checkpoint.quantized(mixture), compute, params,
                          part_of(progress, yardstick.steps.size() + 1, parts), stop);
        both.values.push_back(scores.values.front());
        yardstick.steps.push_back({std::string(name_of(mixture)),
                                   bits_per_weight(mixture, checkpoint.config()),
                                   both.metric_list(1)});
    }
    return yardstick;
}

std::string place_on(const Yardstick& yardstick, double kl) {
    const double kSame = std::log(1.25);
    const YardstickStep* finer = nullptr;
    const YardstickStep* nearest = nullptr;
    const YardstickStep* coarser = nullptr;
    const auto apart = [&](const YardstickStep& step) {
        return std::abs(std::log(kl / step.kl()));
    };
    for (const YardstickStep& step : yardstick.steps) {
        if (nearest == nullptr || apart(step) < apart(*nearest)) nearest = &step;
        if (step.kl() <= kl && (finer == nullptr || step.kl() >= finer->kl())) finer = &step;
        if (step.kl() > kl && (coarser == nullptr || step.kl() < coarser->kl())) coarser = &step;
    }
    if (nearest == nullptr || !std::isfinite(kl)) return {};
    if (apart(*nearest) <= kSame) return fmt::format("as much as {}", nearest->name);
    if (finer == nullptr) return fmt::format("less than {}", coarser->name);
    if (coarser == nullptr) return fmt::format("more than {}", finer->name);
    return fmt::format("between {} and {}", finer->name, coarser->name);
}

std::string place_on(const Yardstick& yardstick, const std::vector<Metric>& metrics) {
    const Metric* kl = find_metric(metrics, "kl_divergence");
    return kl != nullptr ? place_on(yardstick, kl->value.value) : std::string();
}

Json to_json(const Yardstick& yardstick) {
    Json steps = Json::array();
    for (const YardstickStep& step : yardstick.steps) {
        steps.push_back({{"name", step.name},
                         {"bits_per_weight", step.bits_per_weight},
                         {"metrics", to_json(step.metrics)}});
    }
    return {{"format_version", kFormatVersion},
            {"model_fingerprint", yardstick.text.model_fingerprint},
            {"protocol", yardstick.text.protocol},
            {"window", yardstick.text.window},
            {"windows", yardstick.windows},
            {"corpus", yardstick.corpus_name},
            {"corpus_sha256", yardstick.text.corpus_sha256},
            {"dtype", yardstick.dtype},
            {"original", to_json(yardstick.original)},
            {"steps", std::move(steps)}};
}

fs::path yardstick_file(const fs::path& cache_dir, const YardstickText& text) {
    const std::string key = fmt::format("{} {} {} {}", text.model_fingerprint, text.protocol,
                                        text.window, text.corpus_sha256);
    return cache_dir / "yardsticks" / (sha256_hex(key).substr(0, 32) + ".json");
}

void keep_yardstick(const fs::path& cache_dir, const Yardstick& yardstick) {
    if (cache_dir.empty()) return;
    const fs::path file = yardstick_file(cache_dir, yardstick.text);
    make_folder(file.parent_path());
    write_file_atomically(file, dump_readable(to_json(yardstick)));
}

std::optional<Yardstick> find_yardstick(const fs::path& cache_dir, const YardstickText& text) {
    std::error_code error;
    const fs::path file = yardstick_file(cache_dir, text);
    if (cache_dir.empty() || !fs::is_regular_file(file, error)) return std::nullopt;
    try {
        std::optional<Yardstick> found = from_json(read_json_file(file), file.string());
        return found && found->text == text ? std::move(found) : std::nullopt;
    } catch (const Error&) {
        return std::nullopt;  // it can be measured again
    }
}

}  // namespace headscope
