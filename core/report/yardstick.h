#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/evaluation/metrics/metric.h"
#include "core/evaluation/prepare.h"
#include "core/model/model.h"

namespace headscope {

/// What quantization costs a model: one mixture of llama.cpp's.
struct YardstickStep {
    std::string name;              ///< "Q4_K_M"
    double bits_per_weight = 0.0;  ///< scales included
    std::vector<Metric> metrics;   ///< against the model as it is

    /// The mean KL divergence, nats.
    [[nodiscard]] double kl() const;
};

/// What a yardstick was measured on: KL divergences of another text do not stand on it.
struct YardstickText {
    std::string model_fingerprint;
    std::string protocol;
    std::int64_t window = 0;  ///< tokens
    std::string corpus_sha256;

    bool operator==(const YardstickText&) const = default;
};

/// The ladder of a model, from the finest mixture to the coarsest.
struct Yardstick {
    YardstickText text;
    std::string corpus_name;
    std::int64_t windows = 0;  ///< that were evaluated
    std::string dtype;
    std::vector<Metric> original;
    std::vector<YardstickStep> steps;
};

/// Evaluates the model as it is, then under each mixture: weights are quantized and read back in
/// memory, as they are read. It holds the original and one other. Throws what evaluate() throws.
Yardstick measure_yardstick(const Checkpoint& checkpoint, const PreparedText& text,
                            const ComputeOptions& compute, const ProgressFn& progress = {},
                            const std::stop_token& stop = {});

/// Where a mean KL divergence (nats) stands on the ladder, for people: "as much as Q5_K_M" within a
/// quarter of its own, "between Q6_K and Q5_K_M", "less than Q8_0", "more than Q3_K_M".
std::string place_on(const Yardstick& yardstick, double kl);

/// The same of a variant's metrics; empty where they have no divergence.
std::string place_on(const Yardstick& yardstick, const std::vector<Metric>& metrics);

/// What tables call a row of such texts.
inline constexpr const char* kYardstickHeading = "costs, in quantization (yardstick)";

nlohmann::ordered_json to_json(const Yardstick& yardstick);

/// The file of a text's yardstick in a folder of caches.
std::filesystem::path yardstick_file(const std::filesystem::path& cache_dir,
                                     const YardstickText& text);

/// Keeps it there, whole or not at all; nothing where `cache_dir` is empty.
void keep_yardstick(const std::filesystem::path& cache_dir, const Yardstick& yardstick);

/// What was kept for this text; none where nothing was, or the file is damaged.
std::optional<Yardstick> find_yardstick(const std::filesystem::path& cache_dir,
                                        const YardstickText& text);

}  // namespace headscope
