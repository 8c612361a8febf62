#include "core/report/analysis.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/report/setting_phrases.h"
#include "core/similarity/layer_list.h"

namespace headscope {
namespace {

struct RunKeys {
    std::vector<Setting> evaluation;
    std::vector<Setting> merging;
};

/// Of another program's file only its figures and its layers are known.
RunKeys keys_without_manifest(const Result& result) {
    std::vector<int> layers;
    for (const LayerPlan& layer : result.plan.layers)
        layers.push_back(layer.layer);
    return {{{"original_perplexity", fmt::format("{}", result.original.perplexity.value)},
             {"original_accuracy", fmt::format("{}", result.original.accuracy.value)}},
            {{"layers", layers_text(layers)}}};
}

RunKeys keys_of(const Result& result) {
    if (!result.manifest) return keys_without_manifest(result);
    const RunSettings& settings = result.manifest->settings;
    return {settings_of(settings, SettingRole::evaluation),
            settings_of(settings, SettingRole::merging)};
}

bool is_per_layer(const AnalyzedRun& run) {
    return run.result->plan.layer_thresholds.has_value();
}

/// Thresholds of layers are no point on a curve, and so a way to merge of their own.
Setting layer_thresholds_of(const Result& result) {
    const auto& of_layers = result.plan.layer_thresholds;
    return {"layer_thresholds", of_layers ? layer_thresholds_text(*of_layers) : "none"};
}

std::string model_of(const Result& result) {
    if (!result.manifest) return "unknown model";
    std::filesystem::path path =
        std::filesystem::path(result.manifest->model_path).lexically_normal();
    if (path.filename().empty()) path = path.parent_path();  // it ended with a slash
    return path.filename().empty() ? result.manifest->model_path : path.filename().string();
}

/// The element of `all` that has these settings; a new one at the end where none has.
template <typename Element>
Element& with_settings(std::vector<Element>& all, std::vector<Setting> settings) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Element& element) {
        return element.settings == settings;
    });
    if (found != all.end()) return *found;
    all.emplace_back().settings = std::move(settings);
    return all.back();
}

std::string started(const AnalyzedRun& run) {
    return run.result->manifest ? run.result->manifest->started : std::string();
}

/// Puts a run at its place. The one that must make way for another is named in `notes`.
void insert(AnalysisSeries& series, AnalyzedRun run, std::vector<std::string>& notes) {
    const double threshold = run.result->threshold;
    const auto at = std::lower_bound(
        series.runs.begin(), series.runs.end(), threshold,
        [](const AnalyzedRun& other, double value) { return other.result->threshold < value; });
    if (at == series.runs.end() || at->result->threshold != threshold) {
        series.runs.insert(at, std::move(run));
        return;
    }
    if (started(run) >= started(*at)) std::swap(run, *at);
    notes.push_back(
        fmt::format("{} is left out: {} has the same settings and threshold, and is newer.",
                    run.file.empty() ? "An earlier run" : run.file.string(),
                    at->file.empty() ? "a later run" : at->file.string()));
}

/// What tells each element from the others; empty texts where there is only one.
template <typename Element>
void name_all(std::vector<Element>& all) {
    if (all.size() < 2) return;
    for (Element& element : all) {
        std::vector<Setting> differing;
        for (const Setting& setting : element.settings) {
            const bool same = std::all_of(all.begin(), all.end(), [&](const Element& other) {
                return std::find(other.settings.begin(), other.settings.end(), setting) !=
                       other.settings.end();
            });
            if (!same) differing.push_back(setting);
        }
        element.name = fmt::format("{}", fmt::join(difference_phrases(differing), ", "));
    }
}

/// Models whose names differ are told apart by these, not by their fingerprints.
void name_sections(std::vector<AnalysisSection>& sections) {
    name_all(sections);
    std::set<std::string> models;
    for (const AnalysisSection& section : sections)
        models.insert(section.model);
    if (models.size() < 2) return;
    for (AnalysisSection& section : sections)
        section.name = section.model + (section.name.empty() ? "" : ", " + section.name);
}

template <typename Element>
std::string numbered_names(const std::vector<Element>& all) {
    std::string text;
    for (std::size_t i = 0; i < all.size(); ++i)
        text += fmt::format("{}({}) {}", i == 0 ? "" : "; ", i + 1, all[i].name);
    return text;
}

void add_notes(Analysis& analysis) {
    if (analysis.sections.size() > 1) {
        analysis.notes.push_back(
            fmt::format("These runs do not all compare. They were evaluated in {} ways, each of "
                        "which has a section and charts of its own: {}.",
                        analysis.sections.size(), numbered_names(analysis.sections)));
    }
    for (const AnalysisSection& section : analysis.sections) {
        if (section.series.size() < 2) continue;
        analysis.notes.push_back(
            fmt::format("{}eads were merged in {} ways, each of which is a curve of its own: {}.",
                        section.name.empty() ? "H" : section.name + ": h", section.series.size(),
                        numbered_names(section.series)));
    }
    const bool bare = std::any_of(
        analysis.sections.begin(), analysis.sections.end(),
        [](const AnalysisSection& section) { return !section.runs().front().result->manifest; });
    if (bare) {
        analysis.notes.emplace_back(
            "Some files have no manifest: their model, corpus and protocol are not known, nor are "
            "intervals. They are taken as comparable where the original has the same figures.");
    }
}

/// Whether two matrices can be of the same model: kernels and devices differ in rounding only.
bool alike(const SimilarityMatrix& a, const SimilarityMatrix& b) {
    constexpr double kRounding = 1e-4;
    return std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(),
                      [](double x, double y) { return std::abs(x - y) <= kRounding; });
}

bool fits(const SimilaritySet& set, const Result& result) {
    for (const SimilarityMatrix& matrix : result.similarity) {
        for (const auto& known : set.layers) {
            if (known->layer == matrix.layer && !alike(*known, matrix)) return false;
        }
    }
    return true;
}

void add_similarity(std::vector<SimilaritySet>& sets, const std::shared_ptr<const Result>& result) {
    if (result->similarity.empty()) return;
    const std::string model = model_of(*result);
    const std::string measure =
        result->manifest ? result->manifest->settings.measure : std::string();
    auto set = std::find_if(sets.begin(), sets.end(), [&](const SimilaritySet& other) {
        return other.model == model && other.measure == measure && fits(other, *result);
    });
    if (set == sets.end()) set = sets.insert(sets.end(), {model, measure, {}, {}});
    for (const SimilarityMatrix& matrix : result->similarity) {
        const auto at =
            std::lower_bound(set->layers.begin(), set->layers.end(), matrix.layer,
                             [](const auto& other, int layer) { return other->layer < layer; });
        if (at != set->layers.end() && (*at)->layer == matrix.layer) continue;
        set->layers.insert(at, {result, &matrix});  // keeps the whole result alive
    }
    const auto at =
        std::lower_bound(set->thresholds.begin(), set->thresholds.end(), result->threshold);
    if (at == set->thresholds.end() || *at != result->threshold)
        set->thresholds.insert(at, result->threshold);
}

}  // namespace

std::vector<AnalyzedRun> AnalysisSection::runs() const {
    std::vector<AnalyzedRun> all;
    for (const AnalysisSeries& one : series)
        all.insert(all.end(), one.runs.begin(), one.runs.end());
    return all;
}

std::size_t Analysis::run_count() const {
    std::size_t count = 0;
    for (const AnalysisSection& section : sections)
        count += section.runs().size();
    return count;
}

Analysis analyze(ReadRuns read) {
    std::stable_sort(read.runs.begin(), read.runs.end(),
                     [](const AnalyzedRun& a, const AnalyzedRun& b) {
                         return a.result->threshold < b.result->threshold;
                     });
    const bool per_layer = std::any_of(read.runs.begin(), read.runs.end(), is_per_layer);
    Analysis analysis;
    analysis.unread = std::move(read.unread);
    for (AnalyzedRun& run : read.runs) {
        RunKeys keys = keys_of(*run.result);
        if (per_layer) keys.merging.push_back(layer_thresholds_of(*run.result));
        AnalysisSection& section = with_settings(analysis.sections, std::move(keys.evaluation));
        AnalysisSeries& series = with_settings(section.series, std::move(keys.merging));
        insert(series, std::move(run), analysis.notes);
    }
    for (AnalysisSection& section : analysis.sections) {
        const Result& first = *section.series.front().runs.front().result;
        section.model = model_of(first);
        section.original = first.original;
        name_all(section.series);
        for (const AnalyzedRun& run : section.runs())
            add_similarity(analysis.similarity, run.result);
    }
    name_sections(analysis.sections);
    add_notes(analysis);
    return analysis;
}

std::vector<int> most_alike_layers(const Analysis& analysis, std::size_t count) {
    std::map<int, double> highest;
    for (const SimilaritySet& set : analysis.similarity) {
        for (const auto& matrix : set.layers) {
            const auto at = highest.try_emplace(matrix->layer, -1.0).first;
            at->second = std::max(at->second, matrix->highest_off_diagonal());
        }
    }
    std::vector<std::pair<double, int>> ranked;
    for (const auto& [layer, similarity] : highest)
        ranked.emplace_back(-similarity, layer);
    std::sort(ranked.begin(), ranked.end());
    std::vector<int> layers;
    for (std::size_t i = 0; i < std::min(count, ranked.size()); ++i)
        layers.push_back(ranked[i].second);
    std::sort(layers.begin(), layers.end());
    return layers;
}

std::int64_t merged_heads(const Result& result) {
    if (result.summary.merged_heads > 0) return result.summary.merged_heads;
    std::int64_t count = 0;
    for (const LayerPlan& layer : result.plan.layers) {
        std::set<int> heads;
        for (const HeadPair& pair : layer.pairs)
            heads.insert({pair.first, pair.second});
        count += static_cast<std::int64_t>(heads.size());
    }
    return count;
}

Change change_of(const Result& result) {
    return result.change ? *result.change
                         : change_without_intervals(result.original, result.merged);
}

}  // namespace headscope
