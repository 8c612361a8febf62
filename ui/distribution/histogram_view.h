#pragma once

#include <QObject>
#include <QRect>
#include <functional>

#include "ui/distribution/histogram.h"

class QCPBars;
class QCustomPlot;
class QPainter;

namespace headscope::ui {

/// Shows a histogram in a plot: its bars, coloured from the threshold on, and its axes.
class HistogramView : public QObject {
    Q_OBJECT

  public:
    /// `threshold`: asked each time the plot is drawn, so that moving it changes no data.
    HistogramView(QCustomPlot& plot, std::function<double()> threshold);

    [[nodiscard]] const Histogram& histogram() const { return histogram_; }
    /// Shows all of it.
    void set_histogram(Histogram histogram);
    /// What is selected of each bin, where that is not all from the threshold on; empty: it is.
    void set_selected(std::vector<std::int64_t> counts);
    [[nodiscard]] bool splits_at_threshold() const { return selected_counts_.empty(); }
    [[nodiscard]] bool log_counts() const { return log_counts_; }
    void set_log_counts(bool on);
    /// Takes colours and fonts from the plot's widget.
    void apply_style();
    void reset_zoom();

    /// What is painted over the bars.
    void set_overlay(std::function<void(QPainter&)> paint);

    [[nodiscard]] QRect axes_rect() const;
    /// The ends of the similarities in view.
    [[nodiscard]] double view_low() const;
    [[nodiscard]] double view_high() const;
    [[nodiscard]] double x_of(double similarity) const;
    [[nodiscard]] double similarity_at(double x) const;
    /// The pixel of the threshold line: at an edge of the axes where it lies outside the view.
    [[nodiscard]] double threshold_x() const;

  private:
    void update_bars();
    void show_counts(QCPBars& bars, const std::vector<std::int64_t>& counts);
    void update_counts_axis();
    void keep_in_range();

    QCustomPlot& plot_;
    std::function<double()> threshold_;
    QCPBars* below_ = nullptr;
    QCPBars* selected_ = nullptr;
    Histogram histogram_;
    std::vector<std::int64_t> selected_counts_;
    bool log_counts_ = true;
};

}  // namespace headscope::ui
