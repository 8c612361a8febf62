#pragma once

#include <QWidget>

#include "ui/session/session.h"

class QLabel;

namespace headscope::ui {

class LayerBars;
class RuleChoices;
class SummaryGrid;

/// How heads are merged, and what the plan comes to: as numbers, and for each layer.
class PlanPanel : public QWidget {
    Q_OBJECT

  public:
    explicit PlanPanel(Session& session, QWidget* parent = nullptr);

    /// The rule and the summary as lines "quantity <tab> value", in the C locale, sizes in bytes.
    /// Empty while no model is open.
    [[nodiscard]] QString copy_text() const;

    [[nodiscard]] QSize sizeHint() const override;

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void lay_out();
    void set_texts();
    void follow_plan();

    Session& session_;
    RuleChoices* rule_;
    SummaryGrid* summary_;
    QLabel* bars_title_;
    LayerBars* bars_;
    QAction* copy_;
    bool dirty_ = true;
};

struct Panel;
struct PanelServices;

/// For the registry of panels.
[[nodiscard]] Panel make_plan_panel(const PanelServices& services);

}  // namespace headscope::ui
