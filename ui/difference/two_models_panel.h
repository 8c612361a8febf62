#pragma once

#include <QWidget>

#include "ui/panel/panel.h"

class QCheckBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QTreeWidget;

namespace headscope {
struct LayerMatches;
}

namespace headscope::ui {

/// A second checkpoint beside the open one: their heads matched layer by layer, their tensors, and
/// both over the same text.
class TwoModelsPanel : public QWidget {
    Q_OBJECT

  public:
    explicit TwoModelsPanel(const PanelServices& services, QWidget* parent = nullptr);

    /// Compares the open model with the checkpoint at `path`.
    void compare(const QString& path);
    [[nodiscard]] QTreeWidget& layers() { return *layers_; }
    [[nodiscard]] QCheckBox& evaluates() { return *evaluate_; }
    [[nodiscard]] QSpinBox& sequences() { return *sequences_; }
    /// What is said above the tables.
    [[nodiscard]] QString summary() const;
    /// A line for each head: layer, head, the head of the same index and the best match. C locale.
    [[nodiscard]] QString copy_text() const;

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void lay_out();
    void connect_services();
    void ask_for_folder();
    void ask_for_file();
    void refresh();
    void refresh_if_visible();
    void fill_layers();
    void fill_tensors();
    void look_at_layer();

    PanelServices services_;
    QPushButton* open_folder_;
    QPushButton* open_file_;
    QCheckBox* evaluate_;
    QSpinBox* sequences_;
    QLabel* summary_;
    QTreeWidget* layers_;
    QTreeWidget* tensors_;
    const void* shown_ = nullptr;  ///< the result in the tables
};

/// For the registry of panels.
[[nodiscard]] Panel make_two_models_panel(const PanelServices& services);

}  // namespace headscope::ui
