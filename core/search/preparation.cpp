#include "core/search/preparation.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/measures/compare_heads.h"
#include "core/measures/merge_calibration.h"
#include "core/report/run_settings.h"

namespace headscope {
namespace {

/// Ascending, each once, so that equal choices make equal settings.
std::vector<int> sorted(std::vector<int> layers) {
    std::sort(layers.begin(), layers.end());
    layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
    return layers;
}

bool watches(const std::vector<Measure>& measures) {
    return std::any_of(measures.begin(), measures.end(),
                       [](Measure measure) { return kind_of(measure) == MeasureKind::behaviour; });
}

}  // namespace

Preparation::Preparation(const WorkParams& params, const std::vector<Measure>& measures,
                         const std::stop_token& stop, const std::vector<Measure>& beside)
    : params_(params),
      checkpoint_(Checkpoint::open(params.model_path, params.opening)),
      layers_(sorted(choose_layers(checkpoint_.config(), params.layers))) {
    const ResolvedCompute compute = resolve(params.compute);  // told before anything slow
    text_ = prepare_text(checkpoint_, params.text, params.cache_dir, stop);
    settings_ = make_run_settings(checkpoint_, measures.front(), params.rule, layers_, text_,
                                  compute, stop);
    for (std::size_t i = 1; i < measures.size(); ++i)
        settings_.measure += fmt::format(",{}", name_of(measures[i]));
    if (watches(measures) || watches(beside) || params.rule.reads_calibration()) {
        calibration_ = prepare_calibration(checkpoint_, params.calibration, params.text.corpus,
                                           params.cache_dir, stop);
        settings_.calibration = calibration_.record;
    }
}

std::vector<SimilarityMatrix> Preparation::similarity(Measure measure, const ProgressFn& progress,
                                                      const std::stop_token& stop) {
    const HeadComparison comparison{measure, layers_, params_.compute, calibration_.windows};
    return agree_on(compare_heads(
        checkpoint_, comparison, [&] { return model(progress, stop); }, progress, stop));
}

std::vector<LayerCalibration> Preparation::merge_calibration(const ProgressFn& progress,
                                                             const std::stop_token& stop) {
    if (!params_.merge_calibration.empty()) return params_.merge_calibration;
    return calibrate_merge(
        params_.rule, layers_, calibration_.windows, [&] { return model(progress, stop); },
        progress, stop);
}

std::vector<RankedPairs> Preparation::allowed_pairs(
    const std::vector<SimilarityMatrix>& matrices) const {
    std::vector<RankedPairs> pairs;
    for (const SimilarityMatrix& matrix : matrices) {
        const auto heads_per_kv =
            static_cast<int>(checkpoint_.config().heads_of(matrix.layer).heads_per_kv_head());
        pairs.push_back(RankedPairs(matrix).allowed_by(params_.rule.kv_policy, heads_per_kv));
    }
    return pairs;
}

const Model& Preparation::model(const ProgressFn& progress, const std::stop_token& stop) {
    if (!model_) model_.emplace(Model::load(checkpoint_, params_.compute, progress, stop));
    return *model_;
}

Manifest Preparation::manifest(const std::string& started, double seconds,
                               int evaluated_together) const {
    Manifest manifest;
    manifest.program_version = params_.program_version;
    manifest.model_path = params_.model_path.string();
    manifest.settings = settings_;
    manifest.window_order_seed = Windows::kOrderSeed;
    manifest.started = started;
    manifest.duration_seconds = seconds;
    manifest.evaluated_together = evaluated_together;
    return manifest;
}

void make_output_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!error && std::filesystem::is_directory(folder)) return;
    fail(ErrorCode::bad_input, "{}: cannot be made a folder for results ({})", folder.string(),
         error ? error.message() : "it is a file");
}

}  // namespace headscope
