#pragma once

#include <QList>
#include <QTimer>
#include <QWidget>
#include <memory>
#include <vector>

#include "ui/runs/run_store.h"

class QComboBox;
class QCustomPlot;
class QLabel;
class QTabWidget;

namespace headscope::ui {

class ThresholdCurve;
class TrainingCurve;
class WindowsCurve;

/// Plots of runs: figures against the windows done, live, and against the threshold; and, where
/// weights were trained, the loss against the steps, live.
class RunCurves : public QWidget {
    Q_OBJECT

  public:
    explicit RunCurves(RunStore& store, QWidget* parent = nullptr);
    ~RunCurves() override;

    /// Whose curves the first plot shows. Where none of these runs is there any more: the running
    /// ones and the latest.
    void show_runs(const QList<int>& ids);

    [[nodiscard]] QCustomPlot& windows_plot() { return *windows_plot_; }
    [[nodiscard]] QCustomPlot& threshold_plot() { return *threshold_plot_; }
    [[nodiscard]] QCustomPlot& training_plot() { return *training_plot_; }
    /// The one in view.
    [[nodiscard]] QCustomPlot& plot();

    /// The numbers behind the plot in view: tab-separated, raw, in the C locale.
    [[nodiscard]] QString copy_text() const;

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    struct Page {
        QWidget* widget;
        QComboBox* figure;
        QLabel* figure_label;
        QLabel* message;
    };

    Page add_page(QCustomPlot& plot);
    void set_texts();
    void set_page_texts(const Page& page, const QStringList& figures);
    void restyle();
    void mark_dirty();
    void refresh();
    void refresh_windows();
    void refresh_thresholds();
    void refresh_training();
    [[nodiscard]] std::vector<const Run*> shown_runs() const;

    RunStore& store_;
    QList<int> selected_;
    QCustomPlot* windows_plot_;
    QCustomPlot* threshold_plot_;
    QCustomPlot* training_plot_;
    std::unique_ptr<WindowsCurve> windows_curve_;
    std::unique_ptr<ThresholdCurve> threshold_curve_;
    std::unique_ptr<TrainingCurve> training_curve_;
    QTabWidget* tabs_;
    Page windows_page_{};
    Page threshold_page_{};
    QTimer refresh_timer_;
    bool windows_dirty_ = true;
    bool thresholds_dirty_ = true;
};

struct Panel;
struct PanelServices;

/// For the registry of panels.
[[nodiscard]] Panel make_curves_panel(const PanelServices& services);

}  // namespace headscope::ui
