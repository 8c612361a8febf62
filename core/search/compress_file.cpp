#include "core/search/compress_file.h"

#include <limits>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/report/results.h"

namespace headscope {
namespace {

/// A bound that is null is infinite.
Estimate estimate_of(const nlohmann::json& json) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const auto bound = [&json](const char* key, double infinite) {
        return json.at(key).is_null() ? infinite : json.at(key).get<double>();
    };
    return {json.at("value").get<double>(), bound("low", -kInfinity), bound("high", kInfinity)};
}

}  // namespace

nlohmann::ordered_json to_json(const RemovalPoint& point) {
    return {{"units", point.units},
            {"heads", point.heads},
            {"remove", heads_text(point.removed)},
            {"change", to_json(point.change)},
            {"kl_divergence", point.kl}};
}

std::vector<RemovalPoint> removal_points(const nlohmann::json& points) {
    std::vector<RemovalPoint> all;
    for (const nlohmann::json& point : points) {
        RemovalPoint read;
        read.removed = parse_heads(point.at("remove").get<std::string>());
        read.units = point.at("units").get<std::int64_t>();
        read.heads = point.at("heads").get<std::int64_t>();
        read.change = {estimate_of(point.at("change").at("perplexity_ratio")),
                       estimate_of(point.at("change").at("accuracy_difference"))};
        read.kl = point.value("kl_divergence", 0.0);  // files of before lack it
        all.push_back(std::move(read));
    }
    return all;
}

RemovalFront read_removal_front(const std::filesystem::path& file) {
    const nlohmann::json json = read_json_file(file);
    try {
        const nlohmann::json& settings = json.at("settings");
        RemovalFront front{settings.at("model_fingerprint").get<std::string>(),
                           {},
                           removal_points(json.at("points"))};
        front.refit = {Refit::output,
                       parse_refit_target(settings.at("refit_target").get<std::string>()),
                       RefitLayers::changed};
        // Files of before lack these.
        if (settings.contains("refit"))
            front.refit.refit = parse_refit(settings.at("refit").get<std::string>());
        if (settings.contains("refit_layers"))
            front.refit.layers = parse_refit_layers(settings.at("refit_layers").get<std::string>());
        return front;
    } catch (const nlohmann::json::exception&) {
        fail(ErrorCode::bad_input,
             "{}: not a file that compress wrote; \"settings\" or \"points\" is missing or damaged",
             file.string());
    } catch (const Error& error) {
        fail(ErrorCode::bad_input, "{}: {}", file.string(), error.what());
    }
}

NamedPlan plan_of(const RemovalFront& front, const RemovalPoint& point) {
    NamedPlan plan;
    plan.model_fingerprint = front.model_fingerprint;
    plan.removed = point.removed;
    plan.refit = front.refit;
    return plan;
}

}  // namespace headscope
