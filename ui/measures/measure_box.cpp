#include "ui/measures/measure_box.h"

#include "ui/style/text.h"

namespace headscope::ui {

MeasureBox::MeasureBox(QWidget* parent) : QComboBox(parent) {
    for (const Measure measure : all_measures()) {
        addItem(qstring(name_of(measure)), static_cast<int>(measure));
        setItemData(count() - 1, describe(measure), Qt::ToolTipRole);
    }
    connect(this, &QComboBox::currentIndexChanged, this, [this] {
        setToolTip(describe(measure()));
        Q_EMIT measure_chosen(measure());
    });
    setToolTip(describe(measure()));
}

Measure MeasureBox::measure() const {
    return static_cast<Measure>(currentData().toInt());
}

void MeasureBox::set_measure(Measure measure) {
    setCurrentIndex(findData(static_cast<int>(measure)));
}

QString describe(Measure measure) {
    switch (measure) {
        case Measure::q:
            return MeasureBox::tr("Cosine of the heads' query weights");
        case Measure::k:
            return MeasureBox::tr("Cosine of the key weights; 1 within a KV group");
        case Measure::v:
            return MeasureBox::tr("Cosine of the value weights; 1 within a KV group");
        case Measure::o:
            return MeasureBox::tr("Cosine of the output weights");
        case Measure::qk:
            return MeasureBox::tr("Cosine of query and key weights together");
        case Measure::qkvo:
            return MeasureBox::tr("Cosine of all four weights together");
        case Measure::qk_circuit:
            return MeasureBox::tr(
                "What a head looks for: query times key, whatever basis it uses inside");
        case Measure::ov_circuit:
            return MeasureBox::tr(
                "What a head writes: output times value, whatever basis it uses inside");
        case Measure::attention:
            return MeasureBox::tr("Where the heads look over a calibration text");
        case Measure::output:
            return MeasureBox::tr("What the heads write over a calibration text");
        case Measure::cka:
            return MeasureBox::tr("What the heads compute over a calibration text, in any basis");
        case Measure::redundancy:
            return MeasureBox::tr("What one head writes that a refit of the other could write");
    }
    return {};
}

}  // namespace headscope::ui
