#pragma once

#include <QString>
#include <QWidget>

#include "ui/distribution/histogram.h"

class QAction;
class QCustomPlot;
class QMouseEvent;

namespace headscope::ui {

class HistogramView;
class Session;
class UndoGesture;
struct DistributionMarks;

/// The histogram of all similarities that can be selected, with the threshold as a line that can be
/// dragged, or moved by 0.001 with the left and right keys (by 0.01 with Shift).
class DistributionPlot : public QWidget {
    Q_OBJECT

  public:
    explicit DistributionPlot(Session& session, QWidget* parent = nullptr);
    ~DistributionPlot() override;

    /// Brings the plot up to date now, also while it is hidden.
    void refresh();
    [[nodiscard]] QCustomPlot& plot() { return *plot_; }
    [[nodiscard]] const Histogram& histogram() const;

    /// Whether pairs are counted on a logarithmic axis, on which single pairs can be seen.
    [[nodiscard]] bool log_counts() const;
    void set_log_counts(bool on);

    /// The horizontal place of the threshold line in pixels of plot(); at an edge of the axes where
    /// the threshold lies outside the view.
    [[nodiscard]] double line_x() const;

    /// The bins as tab-separated lines with a head line, in the C locale.
    [[nodiscard]] QString copy_text() const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void make_plot();
    void make_actions();
    void connect_mouse();
    void set_texts();

    void update_bars();
    void update_selected();
    void replot_soon();
    void reset_zoom();

    [[nodiscard]] bool near_line(const QMouseEvent& event) const;
    [[nodiscard]] bool has_line() const;
    [[nodiscard]] DistributionMarks marks() const;
    void press(const QMouseEvent& event);
    void move(const QMouseEvent& event);
    void release();
    bool press_key(int key, bool large_step);
    void set_strong(bool strong);
    void choose(double threshold);

    Session& session_;
    UndoGesture* gesture_ = nullptr;
    QCustomPlot* plot_ = nullptr;
    HistogramView* view_ = nullptr;
    QAction* log_action_ = nullptr;
    QAction* reset_action_ = nullptr;
    QAction* copy_action_ = nullptr;
    bool stale_ = true;         ///< the histogram; brought up to date when shown
    bool under_mouse_ = false;  ///< the line
    double grabbed_at_ = 0.0;   ///< pixels from the line
};

}  // namespace headscope::ui
