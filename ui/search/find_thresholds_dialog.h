#pragma once

#include <QDialog>
#include <functional>

#include "ui/search/search_path_model.h"
#include "ui/search/threshold_search.h"

class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QTreeView;

namespace headscope::ui {

/// Asks for a budget, searches for thresholds of layers that keep it, shows the way there and what
/// was found, and makes that the session's choices. Not modal: the window stays live. Closing it
/// ends the search; the same one goes on from there when it is started again.
class FindThresholdsDialog : public QDialog {
    Q_OBJECT

  public:
    /// Gives what a search with the present choices is made with; the dialog adds what it asks for.
    using ParamsFn = std::function<SearchParams()>;

    FindThresholdsDialog(Session& session, ThresholdSearch& search, ParamsFn params,
                         QWidget* parent = nullptr);

    /// What is asked for. Needs an open model.
    [[nodiscard]] SearchParams params() const;

    void reject() override;

  private:
    QWidget* make_questions();
    void make_table();
    QWidget* make_buttons();
    QLayout* make_progress();
    void start_or_cancel();
    void refresh();
    void refresh_subject();
    void add_to_path();
    void fit_columns();
    void show_progress(const Progress& progress);
    void copy_path();

    Session& session_;
    ThresholdSearch& search_;
    ParamsFn params_;
    SearchPathModel* path_;
    QLabel* subject_;
    QWidget* questions_;
    QDoubleSpinBox* budget_;
    QComboBox* gain_;
    QSpinBox* candidates_;
    QSpinBox* probe_windows_;
    QPushButton* start_;
    QProgressBar* progress_;
    QLabel* stage_;
    QTreeView* table_;
    QLabel* outcome_;
    QPushButton* use_;
};

}  // namespace headscope::ui
