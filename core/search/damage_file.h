#pragma once

#include <filesystem>

#include <nlohmann/json_fwd.hpp>

#include "core/search/damage.h"

namespace headscope {

/// The report: what was asked for, the damage of each pair with its interval and its similarity by
/// each measure, rank correlations, the manifest. JSON has no infinity: bounds that there are not
/// are null.
nlohmann::ordered_json to_json(const DamageParams& params, const DamageResult& result);

/// Writes it whole or not at all.
void write_damage(const std::filesystem::path& file, const DamageParams& params,
                  const DamageResult& result);

}  // namespace headscope
