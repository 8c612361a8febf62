#include "ui/scatter/head_axis.h"

#include <algorithm>

#include "ui/panel/panel.h"
#include "ui/session/session.h"

namespace headscope::ui {
namespace {

const QString kLayer = QStringLiteral("layer");

HeadValues layers_of(const Session& session) {
    HeadValues values;
    for (std::size_t layer = 0; layer < session.model()->matrices.size(); ++layer) {
        const auto heads = static_cast<std::size_t>(session.model()->matrices[layer].heads);
        values.of_layers.emplace_back(heads, static_cast<double>(layer));
    }
    return values;
}

}  // namespace

HeadAxis::HeadAxis(const PanelServices& services, QWidget* parent) : QComboBox(parent) {
    setSizeAdjustPolicy(AdjustToContents);
    setMinimumContentsLength(9);  // of a narrow window
    addItem(tr("Layer"), kLayer);
    for (const HeadMeasure& measure : head_measures()) {
        addItem(measure.title(services), QLatin1String(measure.id));
        setItemData(count() - 1, measure.explanation(), Qt::ToolTipRole);
    }
}

QString HeadAxis::id() const {
    return currentData().toString();
}

void HeadAxis::set_id(const QString& id) {
    const int found = findData(id);
    if (found >= 0) setCurrentIndex(found);
}

const HeadMeasure* HeadAxis::measure() const {
    const auto& all = head_measures();
    const auto found = std::ranges::find_if(
        all, [this](const HeadMeasure& measure) { return id() == QLatin1String(measure.id); });
    return found != all.end() ? &*found : nullptr;
}

QString HeadAxis::title(const PanelServices& services) const {
    const HeadMeasure* chosen = measure();
    return chosen != nullptr ? chosen->title(services) : tr("Layer");
}

HeadValues HeadAxis::values(const PanelServices& services) const {
    const HeadMeasure* chosen = measure();
    return chosen != nullptr ? chosen->values(services) : layers_of(services.session);
}

void HeadAxis::want(const PanelServices& services) const {
    const HeadMeasure* chosen = measure();
    if (chosen != nullptr && chosen->want != nullptr) chosen->want(services);
}

void HeadAxis::refresh_titles(const PanelServices& services) {
    for (const HeadMeasure& measure : head_measures())
        setItemText(findData(QLatin1String(measure.id)), measure.title(services));
    setToolTip(currentData(Qt::ToolTipRole).toString());
}

}  // namespace headscope::ui
