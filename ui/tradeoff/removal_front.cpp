#include "ui/tradeoff/removal_front.h"

#include <QObject>

#include "core/base/error.h"

namespace headscope::ui {

std::shared_ptr<const OpenedFront> open_front(const std::filesystem::path& file,
                                              const std::shared_ptr<const OpenedModel>& model,
                                              const std::stop_token& stop) {
    OpenedFront opened{QString::fromStdString(file.string()), model, read_removal_front(file), {}};
    if (opened.front.model_fingerprint != model->checkpoint.fingerprint(stop)) {
        throw Error(ErrorCode::bad_input,
                    QObject::tr("%1 was found for another model than %2. Open that model first.")
                        .arg(opened.file, QString::fromStdString(model->name()))
                        .toStdString());
    }
    for (const RemovalPoint& point : opened.front.points) {
        const MergePlan plan =
            make_merge_plan(model->matrices, model->config(), rule_of(plan_of(opened.front, point)),
                            LayerThresholds());
        opened.summaries.push_back(summarize(plan, model->config()));
    }
    return std::make_shared<const OpenedFront>(std::move(opened));
}

Choices with_plan(Choices choices, const NamedPlan& plan) {
    choices.select_by = SelectBy::per_layer;
    choices.layer_thresholds.clear();
    choices.excluded_heads.clear();
    choices.merged_groups = plan.groups;
    choices.removed_heads = head_refs(plan.removed);
    for (const auto& [layer, heads] : plan.removed)
        choices.excluded_layers.erase(layer);
    for (const auto& [layer, groups] : plan.groups)
        choices.excluded_layers.erase(layer);
    choices.kv_policy = plan.kv_policy;
    choices.representative = plan.representative;
    choices.refit = plan.refit;
    if (choices.calibration == CalibrationOptions()) choices.calibration.windows = 0;
    return choices;
}

}  // namespace headscope::ui
