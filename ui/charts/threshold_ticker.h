#pragma once

#include <QFontMetrics>
#include <algorithm>
#include <utility>
#include <vector>

#include <qcustomplot.h>

#include "core/report/results.h"
#include "ui/style/text.h"

namespace headscope::ui {

/// A tick at every threshold, and the numbers of as many as do not touch: the lowest, the highest,
/// and from the left those that have room.
class ThresholdTicker : public QCPAxisTicker {
  public:
    /// `thresholds`: rising, each once.
    ThresholdTicker(const QCPAxis& axis, std::vector<double> thresholds)
        : axis_(axis), thresholds_(std::move(thresholds)) {}

  protected:
    int getSubTickCount(double /*step*/) override { return 0; }

    QVector<double> createTickVector(double /*step*/, const QCPRange& range) override {
        QVector<double> ticks;
        for (const double threshold : thresholds_) {
            if (range.contains(threshold)) ticks.push_back(threshold);
        }
        labelled_.clear();
        if (ticks.isEmpty()) return ticks;
        labelled_.push_back(ticks.back());
        for (const double tick : ticks) {
            if (fits(tick, range)) labelled_.push_back(tick);
        }
        return ticks;
    }

    QString getTickLabel(double tick, const QLocale& /*locale*/, QChar /*format*/,
                         int /*precision*/) override {
        const bool labelled =
            std::find(labelled_.begin(), labelled_.end(), tick) != labelled_.end();
        return labelled ? text(tick) : QString();
    }

  private:
    [[nodiscard]] static QString text(double threshold) {
        return qstring(headscope::threshold_text(threshold));
    }

    /// Whether its number keeps clear of all that are chosen.
    [[nodiscard]] bool fits(double tick, const QCPRange& range) const {
        const QFontMetrics metrics(axis_.tickLabelFont());
        const double scale = axis_.axisRect()->width() / range.size();
        const double gap = metrics.averageCharWidth();
        return std::all_of(labelled_.begin(), labelled_.end(), [&](double other) {
            const double widths =
                metrics.horizontalAdvance(text(tick)) + metrics.horizontalAdvance(text(other));
            return std::abs(tick - other) * scale >= widths / 2.0 + gap;
        });
    }

    const QCPAxis& axis_;
    std::vector<double> thresholds_;
    std::vector<double> labelled_;
};

}  // namespace headscope::ui
