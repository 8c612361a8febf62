#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "core/report/analysis.h"

/// Results as a batch would write them, of any size, made of sines.
namespace headscope::testing {

struct SyntheticModel {
    std::string name = "synthetic";
    int layers = 4;
    int heads = 8;
    double original_perplexity = 6.24;
};

/// Similarities between 0 and `highest`; every layer has its own.
inline SimilarityMatrix synthetic_matrix(int layer, int heads, double highest = 0.999) {
    SimilarityMatrix matrix{layer, heads,
                            std::vector<double>(static_cast<std::size_t>(heads * heads))};
    for (int i = 0; i < heads; ++i) {
        for (int j = 0; j < heads; ++j) {
            const double wave = std::abs(std::sin((i + 1.0) * (j + 1.0) * (1.0 + 0.13 * layer)));
            matrix.values[static_cast<std::size_t>(i * heads + j)] = i == j ? 1.0 : highest * wave;
        }
    }
    return matrix;
}

inline Manifest synthetic_manifest(const SyntheticModel& model) {
    Manifest manifest;
    manifest.program_version = "1.2.3";
    manifest.model_path = "/models/" + model.name;
    manifest.settings.model_fingerprint = "f00d" + model.name;
    manifest.settings.measure = "q";
    manifest.settings.rule.grouping = Grouping::components;
    manifest.settings.rule.kv_policy = KvPolicy::average;
    for (int layer = 0; layer < model.layers; ++layer)
        manifest.settings.layers.push_back(layer);
    manifest.settings.protocol = "gptq";
    manifest.settings.window = 2048;
    manifest.settings.windows = 141;
    manifest.settings.bos_rule = "once, in front of the text";
    manifest.settings.corpus_name = "wikitext-2 test";
    manifest.settings.corpus_sha256 = "c0dec0de";
    manifest.settings.tokenizer_fingerprint = "70c570c5";
    manifest.settings.token_count = 288937;
    manifest.settings.token_ids_sha256 = "1d51d51d5";
    manifest.settings.dtype = "bfloat16";
    manifest.settings.device = "cuda:0";
    manifest.started = "2026-01-02T03:04:05Z";
    manifest.duration_seconds = 24.3;
    manifest.evaluated_together = 4;
    return manifest;
}

/// The lower the threshold, the more pairs and the higher the perplexity.
inline Result synthetic_result(const SyntheticModel& model, double threshold) {
    Result result;
    result.threshold = threshold;
    result.plan.rule.threshold = threshold;
    for (int layer = 0; layer < model.layers; ++layer) {
        result.similarity.push_back(synthetic_matrix(layer, model.heads));
        LayerPlan plan;
        plan.layer = layer;
        plan.pairs = find_pairs(result.similarity.back(), threshold);
        result.summary.pairs += static_cast<std::int64_t>(plan.pairs.size());
        result.plan.layers.push_back(std::move(plan));
    }
    result.summary.merged_heads = result.summary.pairs / 2 + 1;
    const double ratio = 1.0 + 0.5 * std::pow(1.0 - threshold, 1.5);
    const double before = model.original_perplexity;
    const double after = before * ratio;
    const double drop = (ratio - 1.0) / 4.0;
    result.original = {
        {before, before * 0.96, before * 1.04}, {0.55, 0.54, 0.56}, 1e5, 55, 100, 141};
    result.merged = {{after, after * 0.96, after * 1.04},
                     {0.55 - drop, 0.54 - drop, 0.56 - drop},
                     1e5,
                     54,
                     100,
                     141};
    result.change = Change{{ratio, 1.0 + (ratio - 1.0) * 0.9, 1.0 + (ratio - 1.0) * 1.1},
                           {-drop, -drop * 1.2, -drop * 0.8}};
    result.manifest = synthetic_manifest(model);
    return result;
}

/// The same as a file of the original experiment: two figures, pairs and matrices.
inline Result without_manifest(Result result) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    for (Metrics* metrics : {&result.original, &result.merged}) {
        for (Estimate* estimate : {&metrics->perplexity, &metrics->accuracy}) {
            estimate->low = -kInfinity;
            estimate->high = kInfinity;
        }
        metrics->nll = 0.0;
        metrics->correct = metrics->predictions = metrics->windows = 0;
    }
    result.change.reset();
    result.manifest.reset();
    const std::int64_t pairs = result.summary.pairs;
    result.summary = {};
    result.summary.pairs = pairs;
    return result;
}

inline AnalyzedRun analyzed(Result result, const std::string& folder = "results") {
    const std::string name = results_file_name(result.threshold);
    return {std::filesystem::path(folder) / name,
            std::make_shared<const Result>(std::move(result))};
}

inline Analysis synthetic_analysis(const SyntheticModel& model,
                                   const std::vector<double>& thresholds) {
    ReadRuns read;
    for (const double threshold : thresholds)
        read.runs.push_back(analyzed(synthetic_result(model, threshold)));
    return analyze(std::move(read));
}

}  // namespace headscope::testing
