#pragma once

#include <QWidget>
#include <optional>
#include <set>
#include <vector>

#include "ui/session/choices.h"
#include "ui/style/color_map.h"

class QCPColorMap;
class QCPColorScale;
class QCustomPlot;

namespace headscope::ui {

class ScaleLabel;

/// A value of every head of a model as coloured cells: layers from left to right, heads downwards.
/// Knows no session.
class HeadMap : public QWidget {
    Q_OBJECT

  public:
    using Values = std::vector<std::vector<double>>;

    explicit HeadMap(QWidget* parent = nullptr);
    ~HeadMap() override;

    [[nodiscard]] QCustomPlot& plot() { return *plot_; }

    /// [layer][head]; NaN has a neutral colour.
    void show_values(Values values, const QString& title);
    void set_selected(const std::set<HeadRef>& heads);
    /// Heads, and all heads of layers, that the merge leaves out, and heads that the plan removes.
    void set_marks(std::set<HeadRef> excluded, std::set<HeadRef> removed);
    /// The head under the pointer or the keyboard's cursor.
    [[nodiscard]] std::optional<HeadRef> current() const { return current_; }
    [[nodiscard]] double value(HeadRef head) const;

  Q_SIGNALS:
    void current_changed();
    /// A click or Enter; with Shift all between the last and this, with Ctrl one more or less.
    void selection_chosen(const std::set<headscope::ui::HeadRef>& heads,
                          headscope::ui::HeadRef last);
    void menu_requested(QPoint global);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    class Marks;

    void restyle();
    void fill();
    bool key_press(int key, Qt::KeyboardModifiers modifiers);
    void press(HeadRef head, Qt::KeyboardModifiers modifiers);
    void set_current(std::optional<HeadRef> head);
    [[nodiscard]] std::optional<HeadRef> head_at(QPointF position) const;
    [[nodiscard]] int most_heads() const;

    QCustomPlot* plot_;
    QCPColorMap* cells_;
    QCPColorScale* scale_;
    ScaleLabel* label_;  ///< of the scale
    Values values_;
    std::set<HeadRef> selected_;
    std::set<HeadRef> excluded_;
    std::set<HeadRef> removed_;
    std::optional<HeadRef> current_;
    HeadRef anchor_;
};

}  // namespace headscope::ui
