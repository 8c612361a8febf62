#pragma once

#include <QString>
#include <QWidget>

class QCustomPlot;
class QLabel;
class QSettings;
class QStackedLayout;

namespace headscope::ui {

class DistributionPlot;
class LiveEstimateView;
class Session;

/// Where the user chooses the threshold: the distribution of similarities, the controls, and what
/// the choice does to perplexity.
class DistributionPanel : public QWidget {
    Q_OBJECT

  public:
    explicit DistributionPanel(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] LiveEstimateView& live_view() { return *live_view_; }
    /// To be exported as an image.
    [[nodiscard]] QCustomPlot& plot();
    /// The bins of the histogram as tab-separated lines, in the C locale.
    [[nodiscard]] QString copy_text() const;

    void save_state(QSettings& settings) const;
    void restore_state(const QSettings& settings);

  Q_SIGNALS:
    /// Thresholds of layers are wanted that keep a budget.
    void find_thresholds_requested();

  private:
    void set_texts();
    void update_page();

    Session& session_;
    QStackedLayout* pages_ = nullptr;
    QLabel* empty_ = nullptr;
    DistributionPlot* distribution_ = nullptr;
    LiveEstimateView* live_view_ = nullptr;
};

struct Panel;
struct PanelServices;

/// For the registry of panels.
[[nodiscard]] Panel make_distribution_panel(const PanelServices& services);

}  // namespace headscope::ui
