#include "ui/measures/measure_box.h"

#include "ui/style/measure_text.h"

namespace headscope::ui {

MeasureBox::MeasureBox(QWidget* parent) : QComboBox(parent) {
    for (const Measure measure : all_measures()) {
        addItem(measure_title(measure), static_cast<int>(measure));
        setItemData(count() - 1, measure_explanation(measure), Qt::ToolTipRole);
    }
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setMinimumContentsLength(16);
    connect(this, &QComboBox::currentIndexChanged, this, [this] {
        setToolTip(measure_explanation(measure()));
        Q_EMIT measure_chosen(measure());
    });
    setToolTip(measure_explanation(measure()));
}

Measure MeasureBox::measure() const {
    return static_cast<Measure>(currentData().toInt());
}

void MeasureBox::set_measure(Measure measure) {
    setCurrentIndex(findData(static_cast<int>(measure)));
}

}  // namespace headscope::ui
