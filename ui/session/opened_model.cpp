#include "ui/session/opened_model.h"

#include <algorithm>

#include "core/base/locations.h"

namespace headscope::ui {
namespace {

void rank(OpenedModel& model) {
    model.ranked.reserve(model.matrices.size());
    for (const SimilarityMatrix& matrix : model.matrices)
        model.ranked.emplace_back(matrix);
}

}  // namespace

const LayerCalibration* OpenedModel::merge_calibration(int layer) const {
    return figures != nullptr ? find_layer(figures->layers, layer) : nullptr;
}

std::optional<std::pair<double, double>> OpenedModel::similarity_range() const {
    std::optional<std::pair<double, double>> range;
    for (const RankedPairs& layer : ranked) {
        if (layer.all().empty()) continue;
        const double high = layer.all().front().similarity;
        const double low = layer.all().back().similarity;
        if (!range) range.emplace(low, high);
        range->first = std::min(range->first, low);
        range->second = std::max(range->second, high);
    }
    return range;
}

std::string OpenedModel::name() const {
    const std::filesystem::path& path = checkpoint.path();
    const std::string name =
        path.extension() == ".gguf" ? path.stem().string() : path.filename().string();
    return name.empty() ? path.parent_path().filename().string() : name;
}

std::shared_ptr<const OpenedModel> open_model(const std::filesystem::path& path, Measure measure,
                                              const ProgressFn& progress,
                                              const std::stop_token& stop,
                                              const OpenOptions& options) {
    OpenedModel model{Checkpoint::open(path, options), measure, {}, {}, {measure, {}, {}}, {}};
    model.matrices = compute_similarity(model.checkpoint, {measure, {}, 0}, progress, stop);
    rank(model);
    return std::make_shared<const OpenedModel>(std::move(model));
}

std::shared_ptr<const OpenedModel> measure_anew(const OpenedModel& opened,
                                                const Measuring& measuring,
                                                const ComputeOptions& compute,
                                                const std::filesystem::path& corpus,
                                                const ModelFn& model, const ProgressFn& progress,
                                                const std::stop_token& stop) {
    OpenedModel anew{opened.checkpoint, measuring.measure, {}, {}, measuring, {}};
    HeadComparison comparison{measuring.measure, {}, compute, {}};
    if (kind_of(measuring.measure) == MeasureKind::behaviour) {
        if (progress) progress({"tokenizing", 0, 0, ""});
        const CalibrationText text = prepare_calibration(opened.checkpoint, measuring.calibration,
                                                         corpus, cache_dir(), stop);
        anew.calibration = text.record;
        comparison.calibration = text.windows;
    }
    anew.matrices = compare_heads(anew.checkpoint, comparison, model, progress, stop);
    rank(anew);
    return std::make_shared<const OpenedModel>(std::move(anew));
}

std::shared_ptr<const OpenedModel> with_figures(
    const std::shared_ptr<const OpenedModel>& opened,
    const std::shared_ptr<const MergeFigures>& figures) {
    if (opened->figures == figures) return opened;
    OpenedModel anew = *opened;
    anew.figures = figures;
    return std::make_shared<const OpenedModel>(std::move(anew));
}

bool same_checkpoint(const OpenedModel* a, const OpenedModel* b) {
    // Copies of a checkpoint share their contents.
    return a != nullptr && b != nullptr && &a->config() == &b->config();
}

}  // namespace headscope::ui
