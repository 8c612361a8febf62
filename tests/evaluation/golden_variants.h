#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "core/evaluation/sharing.h"
#include "core/similarity/similarity.h"
#include "tests/support/test_files.h"

namespace headscope::testing {

/// The original, then one variant for each run of a golden file.
inline std::vector<Variant> golden_variants(const nlohmann::json& file,
                                            const Checkpoint& checkpoint) {
    const auto matrices = compute_similarity(checkpoint, {}, {}, {});
    std::vector<Variant> variants(1);
    for (const auto& run : file.at("runs")) {
        const MergeRule rule{run.at("threshold").get<double>(),
                             parse_grouping(run.at("grouping").get<std::string>()),
                             parse_kv_policy(run.at("kv").get<std::string>())};
        variants.push_back(variant_of(make_merge_plan(matrices, checkpoint.config(), rule)));
    }
    return variants;
}

/// The golden metrics of variant `index` in the order of golden_variants().
inline const nlohmann::json& golden_metrics(const nlohmann::json& file, std::size_t index) {
    return index == 0 ? file.at("original") : file.at("runs").at(index - 1).at("merged");
}

inline bool near(double value, double wanted, double relative) {
    return std::abs(value - wanted) <= relative * std::abs(wanted);
}

}  // namespace headscope::testing
