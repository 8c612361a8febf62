#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/evaluation/metrics/metric.h"

namespace headscope {

/// {name, title, unit, value, low, high, higher_is_better}; null for an interval or a direction
/// that is not known, and for a value that is not finite.
nlohmann::ordered_json to_json(const Metric& metric);
nlohmann::ordered_json to_json(const std::vector<Metric>& metrics);

/// Reads what to_json() writes. Throws Error(bad_input) naming `source` and the field.
std::vector<Metric> metrics_from_json(const nlohmann::json& json, const std::string& source);

/// "0.01234 [0.01190, 0.01278]", "98.76 % [98.71, 98.81]": a value with its 95 % interval.
std::string metric_text(const Metric& metric);

/// "KL divergence (nats, lower is better)"
std::string metric_heading(const Metric& metric);

/// Rows of a table of metrics: the heading, then the text of each of `columns`, empty where a
/// column lacks the metric. A row for every metric of any column, in their order; headlines only
/// where `all` is not set.
std::vector<std::vector<std::string>> metric_rows(const std::vector<std::vector<Metric>>& columns,
                                                  bool all);

}  // namespace headscope
