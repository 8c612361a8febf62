#include "core/report/metric_table.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/report/json_values.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

/// A finite number, or `otherwise` for null; false for anything else.
bool read_number(const nlohmann::json& json, const char* key, double otherwise, double& out) {
    out = otherwise;
    if (!json.contains(key) || json.at(key).is_null()) return true;
    return read_value(json.at(key), out);
}

Metric metric_from_json(const nlohmann::json& json, const std::string& source) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    Metric metric;
    const auto text = [&](const char* key, std::string& out) {
        return json.contains(key) && read_value(json.at(key), out);
    };
    const bool good =
        json.is_object() && text("name", metric.name) && text("unit", metric.unit) &&
        read_number(json, "value", std::numeric_limits<double>::quiet_NaN(), metric.value.value) &&
        read_number(json, "low", -kInfinity, metric.value.low) &&
        read_number(json, "high", kInfinity, metric.value.high);
    if (!good) fail(ErrorCode::bad_input, "{}: a metric without name, unit or value", source);
    if (!text("title", metric.title)) metric.title = metric.name;
    bool flag = false;
    if (json.contains("higher_is_better") && read_value(json.at("higher_is_better"), flag))
        metric.higher_is_better = flag;
    metric.headline = json.contains("headline") && read_value(json.at("headline"), flag) && flag;
    return metric;
}

/// Four significant digits, as many for each end of an interval.
std::string digits_of(double value) {
    if (value == 0.0) return "0";
    const double size = std::abs(value);
    if (size >= 1e5 || size < 1e-4) return fmt::format("{:.3e}", value);
    const int before = static_cast<int>(std::floor(std::log10(size))) + 1;
    return fmt::format("{:.{}f}", value, std::clamp(4 - before, 0, 8));
}

}  // namespace

Json to_json(const Metric& metric) {
    return {{"name", metric.name},
            {"title", metric.title},
            {"unit", metric.unit},
            {"value", number(metric.value.value)},
            {"low", number(metric.value.low)},
            {"high", number(metric.value.high)},
            {"higher_is_better",
             metric.higher_is_better ? Json(*metric.higher_is_better) : Json(nullptr)},
            {"headline", metric.headline}};
}

Json to_json(const std::vector<Metric>& metrics) {
    Json json = Json::array();
    for (const Metric& metric : metrics)
        json.push_back(to_json(metric));
    return json;
}

std::vector<Metric> metrics_from_json(const nlohmann::json& json, const std::string& source) {
    if (!json.is_array()) fail(ErrorCode::bad_input, "{}: metrics that are no list", source);
    std::vector<Metric> metrics;
    for (const nlohmann::json& entry : json)
        metrics.push_back(metric_from_json(entry, source));
    return metrics;
}

std::string metric_text(const Metric& metric) {
    const bool percent = metric.unit == "fraction";
    const auto text = [&](double value) { return digits_of(percent ? 100.0 * value : value); };
    const std::string value = text(metric.value.value) + (percent ? " %" : "");
    if (!metric.has_interval()) return value;
    return fmt::format("{} [{}, {}]", value, text(metric.value.low), text(metric.value.high));
}

std::string metric_heading(const Metric& metric) {
    std::string notes = metric.unit == "fraction" ? "" : metric.unit;
    if (metric.higher_is_better) {
        if (!notes.empty()) notes += ", ";
        notes += *metric.higher_is_better ? "higher is better" : "lower is better";
    }
    return notes.empty() ? metric.title : fmt::format("{} ({})", metric.title, notes);
}

std::vector<std::vector<std::string>> metric_rows(const std::vector<std::vector<Metric>>& columns,
                                                  bool all) {
    std::vector<const Metric*> kinds;
    for (const std::vector<Metric>& column : columns) {
        for (const Metric& metric : column) {
            const bool known = std::any_of(kinds.begin(), kinds.end(), [&](const Metric* kind) {
                return kind->name == metric.name;
            });
            if (!known && (all || metric.headline)) kinds.push_back(&metric);
        }
    }
    std::vector<std::vector<std::string>> rows;
    for (const Metric* kind : kinds) {
        std::vector<std::string> row{metric_heading(*kind)};
        for (const std::vector<Metric>& column : columns) {
            const Metric* metric = find_metric(column, kind->name);
            row.push_back(metric != nullptr ? metric_text(*metric) : std::string());
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace headscope
