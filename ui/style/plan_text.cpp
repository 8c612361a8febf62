#include "ui/style/plan_text.h"

#include <QCoreApplication>
#include <algorithm>

#include "ui/style/text.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::PlanText)
};

}  // namespace

QString per_layer_text() {
    return Text::tr("per layer", "in the place of a threshold");
}

QString layer_thresholds_list(const LayerThresholds& thresholds) {
    QString list = QString::fromStdString(layer_thresholds_text(thresholds));
    // So that a long one can be wrapped.
    return list.replace(QLatin1Char(','), QStringLiteral(", "));
}

QString layer_thresholds_range(const LayerThresholds& thresholds) {
    if (thresholds.empty()) return {};
    const auto [low, high] = std::minmax_element(
        thresholds.begin(), thresholds.end(),
        [](const auto& one, const auto& other) { return one.second < other.second; });
    if (low->second == high->second) return threshold_text(low->second);
    return QStringLiteral("%1\u00a0\u2013\u00a0%2")  // on one line
        .arg(threshold_text(low->second), threshold_text(high->second));
}

}  // namespace headscope::ui
