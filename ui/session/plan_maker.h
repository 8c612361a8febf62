#pragma once

#include <memory>
#include <span>
#include <vector>

#include "ui/session/choices.h"
#include "ui/session/opened_model.h"
#include "ui/session/thresholds.h"

namespace headscope::ui {

/// Makes the merge plans that the choices of a moment give at any threshold or thresholds. A value
/// that other threads may use while the choices go on changing.
class PlanMaker {
  public:
    /// `allowed`: the pairs of each layer that the KV policy of `choices` allows. `choices` ask for
    /// no figures that the model does not have.
    PlanMaker(std::shared_ptr<const OpenedModel> model,
              std::shared_ptr<const std::vector<RankedPairs>> allowed, const Choices& choices);

    /// Thresholds of layers that plans may not change do not count.
    [[nodiscard]] MergePlan plan_at(const Thresholds& thresholds) const;

    /// That of the plan at a threshold.
    [[nodiscard]] MergeRule rule_at(double threshold) const { return choices_.rule_at(threshold); }
    /// The plan of a layer, included or not, from the pairs that a threshold selects there.
    [[nodiscard]] LayerPlan layer_plan(int layer, std::span<const HeadPair> selected,
                                       const MergeRule& rule) const;
    /// The text that refits read.
    [[nodiscard]] const CalibrationOptions& calibration() const { return choices_.calibration; }
    [[nodiscard]] const std::shared_ptr<const OpenedModel>& model() const { return model_; }
    /// The layers that plans may change, ascending.
    [[nodiscard]] const std::vector<int>& layers() const { return layers_; }

  private:
    std::shared_ptr<const OpenedModel> model_;
    std::shared_ptr<const std::vector<RankedPairs>> allowed_;
    std::vector<int> layers_;
    Choices choices_;
};

}  // namespace headscope::ui
