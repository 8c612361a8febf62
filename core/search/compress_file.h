#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/search/greedy_removal.h"
#include "core/search/plan_file.h"

namespace headscope {

/// What compress() left in compress.json: the points on the way, a front of damage against size.
struct RemovalFront {
    std::string model_fingerprint;  ///< of the model that it was found for
    RefitRule refit = {Refit::output, RefitTarget::residual, RefitLayers::changed};
    std::vector<RemovalPoint> points;  ///< in the order of rounds, each with more removed
};

nlohmann::ordered_json to_json(const RemovalPoint& point);

/// Throws what nlohmann::json throws where something is missing or of another type.
std::vector<RemovalPoint> removal_points(const nlohmann::json& points);

/// Throws Error(bad_input) that names the file and what is missing or wrong in it.
RemovalFront read_removal_front(const std::filesystem::path& file);

/// The plan of a point, as --plan takes it.
NamedPlan plan_of(const RemovalFront& front, const RemovalPoint& point);

}  // namespace headscope
