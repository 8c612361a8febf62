#include "ui/heatmap/head_ticker.h"

#include <algorithm>
#include <cmath>

#include <qcustomplot.h>

#include "ui/heatmap/heatmap_scene.h"

namespace headscope::ui {
namespace {

constexpr char16_t kFigureSpace = u'\u2007';  // as wide as a digit

class HeadTicker : public QCPAxisTicker {
  public:
    /// `padded` makes all labels equally wide, so that the margin beside them does not change with
    /// the labels that happen to be shown.
    HeadTicker(const QCPAxisRect& rect, const HeadOrder& order, bool padded)
        : rect_(rect), order_(order), padded_(padded) {}

  protected:
    double getTickStep(const QCPRange& range) override {
        // Both axes take what the wider labels of the horizontal one need, so that they agree.
        const QFontMetrics metrics(rect_.axis(QCPAxis::atBottom)->tickLabelFont());
        const int widest = metrics.horizontalAdvance(QString::number(order_.count() - 1));
        const double label = std::max(widest, metrics.height()) + 0.6 * metrics.averageCharWidth();
        const double cell = std::max(1, rect_.width()) / std::max(1.0, range.size());
        int step = 1;
        while (step * cell < label && step < order_.count())
            step *= 2;
        return step;
    }

    int getSubTickCount(double /*step*/) override { return 0; }

    QVector<double> createTickVector(double step, const QCPRange& range) override {
        QVector<double> ticks;
        const int stride = std::max(1, static_cast<int>(step));
        const int first = std::max(0, static_cast<int>(std::ceil(range.lower)));
        const int last = std::min(order_.count() - 1, static_cast<int>(std::floor(range.upper)));
        for (int place = (first + stride - 1) / stride * stride; place <= last; place += stride) {
            ticks.push_back(place);
        }
        return ticks;
    }

    QString getTickLabel(double tick, const QLocale& /*locale*/, QChar /*format*/,
                         int /*precision*/) override {
        const int place = static_cast<int>(std::lround(tick));
        if (place < 0 || place >= order_.count()) return {};
        const auto digits = QString::number(order_.count() - 1).size();
        const QString label = QString::number(order_.head_at(place));
        return padded_ ? label.rightJustified(digits, QChar(kFigureSpace)) : label;
    }

  private:
    const QCPAxisRect& rect_;
    const HeadOrder& order_;
    bool padded_;
};

}  // namespace

void set_head_tickers(QCustomPlot& plot, const HeadOrder& order) {
    QCPAxisRect& rect = *plot.axisRect();
    const auto ticker = [&](bool padded) {
        return QSharedPointer<QCPAxisTicker>(new HeadTicker(rect, order, padded));
    };
    rect.axis(QCPAxis::atBottom)->setTicker(ticker(false));
    rect.axis(QCPAxis::atLeft)->setTicker(ticker(true));
}

}  // namespace headscope::ui
