#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "core/merging/merge_plan.h"

namespace headscope {

/// A plan that names its heads one by one, as a search finds it, so that it can be made again: what
/// is merged and removed, and how it is refitted. No weights.
struct NamedPlan {
    std::string model_fingerprint;  ///< of the model that it was found for; empty: not said
    GroupsByLayer groups;
    HeadsByLayer removed;
    KvPolicy kv_policy = KvPolicy::within;
    Representative representative = Representative::mean;
    RefitRule refit;
};

nlohmann::ordered_json to_json(const NamedPlan& plan);

/// The rule under which make_merge_plan() makes it, with no thresholds.
MergeRule rule_of(const NamedPlan& plan);

/// Throws Error(bad_input) that names the file and what is missing or wrong in it.
NamedPlan read_plan(const std::filesystem::path& file);

}  // namespace headscope
