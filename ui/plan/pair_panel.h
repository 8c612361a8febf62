#pragma once

#include <QWidget>
#include <memory>

#include "ui/session/session.h"

class QCheckBox;
class QLabel;
class QPushButton;
class QStackedWidget;
class QTableView;

namespace headscope::ui {

class PairCopy;
class PairModel;

/// The pairs that the present choices select, as a table. Its current row and the session's pinned
/// pair follow each other.
class PairPanel : public QWidget {
    Q_OBJECT

  public:
    explicit PairPanel(Session& session, QWidget* parent = nullptr);
    ~PairPanel() override;

    /// The selected rows, or all where none is selected, as tab-separated values with a header, in
    /// the C locale; similarities in full.
    [[nodiscard]] QString copy_text() const;

    [[nodiscard]] QSize sizeHint() const override;

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void lay_out();
    void set_up_table();
    void fit_columns();
    void set_texts();
    /// After the model was made anew.
    void update_state();
    [[nodiscard]] QString empty_text() const;
    void follow_focus();
    void follow_pin();
    void pin_row(int row);
    /// Puts copy_text() on the clipboard, after some turns of the event loop where it is long.
    void copy();
    void copy_more();

    Session& session_;
    PairModel* model_;
    QTableView* table_;
    QStackedWidget* stack_;
    QLabel* empty_;
    QLabel* count_;
    QCheckBox* only_focused_;
    QPushButton* copy_;
    QAction* copy_action_;
    std::unique_ptr<PairCopy> copying_;
    /// The table and the session are being brought together: neither is the user's choice.
    bool following_ = false;
};

struct Panel;
struct PanelServices;

/// For the registry of panels.
[[nodiscard]] Panel make_pair_panel(const PanelServices& services);

}  // namespace headscope::ui
