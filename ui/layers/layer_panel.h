#pragma once

#include <QWidget>
#include <set>

#include "ui/session/session.h"
#include "ui/style/color_map.h"

class QCheckBox;
class QLabel;
class QMenu;
class QSettings;
class QStackedWidget;
class QToolButton;

namespace headscope::ui {

class LayerFilter;
class LayerModel;
class LayerView;

/// The layers of the model as tiles: which of them the merge includes, and which is focused. The
/// current tile and the session's focused layer are always the same.
class LayerPanel : public QWidget {
    Q_OBJECT

  public:
    explicit LayerPanel(Session& session, QWidget* parent = nullptr);

    /// Of the thumbnails.
    void set_color_scheme(ColorScheme scheme);

    /// The filter; key "layers/only_with_pairs".
    void save_state(QSettings& settings) const;
    void restore_state(const QSettings& settings);

    [[nodiscard]] QSize sizeHint() const override;

  private:
    void lay_out();
    void add_actions();
    void connect_view();
    void set_texts();
    void update_header();
    void follow_model();
    void follow_focus();
    /// The layers of the selected tiles.
    [[nodiscard]] std::set<int> selected() const;
    void include(const std::set<int>& layers, bool included);
    void include_all(bool included);
    void invert();
    void toggle_selected();

    Session& session_;
    LayerModel* model_;
    LayerFilter* filter_;
    LayerView* view_;
    QStackedWidget* stack_;
    QLabel* empty_;
    QLabel* count_;
    QCheckBox* only_with_pairs_;
    QToolButton* include_;
    QMenu* menu_;
    QAction* include_all_;
    QAction* exclude_all_;
    QAction* include_selected_;
    QAction* exclude_selected_;
    QAction* invert_;
    /// The view is made to follow: its current tile is not the user's choice.
    bool following_ = false;
};

struct Panel;
struct PanelServices;

/// For the registry of panels.
[[nodiscard]] Panel make_layer_panel(const PanelServices& services);

}  // namespace headscope::ui
