#include "ui/measures/compare_by.h"

namespace headscope::ui {

std::shared_ptr<const OpenedModel> compare_by(const OpenedModel& model, Measure measure,
                                              const ProgressFn& progress,
                                              const std::stop_token& stop) {
    const Measuring measuring{measure, model.measuring.calibration, {}};
    const ModelFn load = [&] { return Model::load(model.checkpoint, {}, progress, stop); };
    return measure_anew(model, measuring, {}, {}, load, progress, stop);
}

}  // namespace headscope::ui
