#pragma once

#include <optional>

#include "core/merging/layer_thresholds.h"

namespace headscope::ui {

/// From which similarity on heads are a pair: one threshold for all layers, or one for each.
class Thresholds {
  public:
    Thresholds(double for_all);  // NOLINT(google-explicit-constructor): a threshold is one for all
    explicit Thresholds(LayerThresholds of_layers);

    /// The threshold of all layers; the lowest of them, where each has its own.
    [[nodiscard]] double lowest() const { return lowest_; }
    /// That of a layer; nothing where it has none, and so merges nothing.
    [[nodiscard]] std::optional<double> of(int layer) const;
    /// Where each layer has its own.
    [[nodiscard]] const std::optional<LayerThresholds>& of_layers() const { return of_layers_; }

    bool operator==(const Thresholds&) const = default;

  private:
    double lowest_;
    std::optional<LayerThresholds> of_layers_;
};

}  // namespace headscope::ui
