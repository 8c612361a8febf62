#include "ui/session/thresholds.h"

#include <utility>

namespace headscope::ui {

Thresholds::Thresholds(double for_all) : lowest_(for_all) {}

Thresholds::Thresholds(LayerThresholds of_layers)
    : lowest_(lowest_threshold(of_layers)), of_layers_(std::move(of_layers)) {}

std::optional<double> Thresholds::of(int layer) const {
    if (!of_layers_) return lowest_;
    const auto found = of_layers_->find(layer);
    return found == of_layers_->end() ? std::nullopt : std::optional(found->second);
}

}  // namespace headscope::ui
