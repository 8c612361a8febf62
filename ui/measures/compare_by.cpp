#include "ui/measures/compare_by.h"

#include "core/base/locations.h"
#include "core/measures/calibration.h"
#include "core/measures/compare_heads.h"

namespace headscope::ui {

std::shared_ptr<const OpenedModel> compare_by(const OpenedModel& model, Measure measure,
                                              const ProgressFn& progress,
                                              const std::stop_token& stop) {
    HeadComparison comparison;
    comparison.measure = measure;
    if (kind_of(measure) == MeasureKind::behaviour) {
        comparison.calibration =
            prepare_calibration(model.checkpoint, {}, {}, cache_dir(), stop).windows;
    }
    const ModelFn load = [&] { return Model::load(model.checkpoint, {}, progress, stop); };
    OpenedModel other{model.checkpoint, measure, {}, {}};
    other.matrices = compare_heads(model.checkpoint, comparison, load, progress, stop);
    other.ranked.reserve(other.matrices.size());
    for (const SimilarityMatrix& matrix : other.matrices)
        other.ranked.emplace_back(matrix);
    return std::make_shared<const OpenedModel>(std::move(other));
}

}  // namespace headscope::ui
