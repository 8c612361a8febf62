#pragma once

#include <QWidget>

#include "ui/heatmap/heatmap_scene.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;

namespace headscope::ui {

class FlowLayout;

/// The controls above a heatmap.
class HeatmapTools : public QWidget {
    Q_OBJECT

  public:
    explicit HeatmapTools(QWidget* parent = nullptr);

    [[nodiscard]] HeatmapOptions options() const;
    /// Emits options_changed where they differ.
    void set_options(const HeatmapOptions& options);
    /// Whether there is something to zoom out of.
    void set_zoomed(bool zoomed);
    /// How many heads share a KV head; separators need more than one.
    void set_heads_per_kv_head(int heads);

  Q_SIGNALS:
    void options_changed();
    void reset_zoom_clicked();

  private:
    struct Choice {
        QLabel* label;
        QComboBox* box;
    };

    Choice add_choice(int entries);
    void set_texts();
    void update_separators();

    FlowLayout* layout_;
    Choice order_;
    Choice colors_;
    Choice range_;
    QCheckBox* separators_;
    QPushButton* reset_;
    int heads_per_kv_head_ = 1;
};

}  // namespace headscope::ui
