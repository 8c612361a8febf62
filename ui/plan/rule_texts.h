#pragma once

#include <QString>

#include "core/merging/merge_plan.h"

namespace headscope::ui {

/// A choice on screen.
struct Choice {
    QString name;
    QString explanation;
};

[[nodiscard]] Choice describe(Grouping value);
[[nodiscard]] Choice describe(KvPolicy value);
[[nodiscard]] Choice describe(Alignment value);
[[nodiscard]] Choice describe(MeanWeights value);
[[nodiscard]] Choice describe(Representative value);
[[nodiscard]] Choice describe(Refit value);
[[nodiscard]] Choice describe(RefitTarget value);
[[nodiscard]] Choice describe(RefitLayers value);

}  // namespace headscope::ui
