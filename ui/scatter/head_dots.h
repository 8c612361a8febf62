#pragma once

#include <QWidget>
#include <optional>
#include <set>
#include <vector>

#include "ui/session/choices.h"

class QCPColorScale;
class QCPGraph;
class QCustomPlot;

namespace headscope::ui {

class ScaleLabel;

/// One head in a scatter plot.
struct HeadDot {
    HeadRef head;
    double x = 0.0;
    double y = 0.0;
    double color = 0.0;  ///< NaN: none, a neutral dot
};

/// Heads by two values of them, coloured by a third. A click or a dragged rectangle selects; arrow
/// keys walk in the order of the values. Knows no session.
class HeadDots : public QWidget {
    Q_OBJECT

  public:
    explicit HeadDots(QWidget* parent = nullptr);
    ~HeadDots() override;

    [[nodiscard]] QCustomPlot& plot() { return *plot_; }

    struct Titles {
        QString x;
        QString y;
        QString color;

        bool operator==(const Titles&) const = default;
    };
    /// The view stays where only values change, and shows all dots where the titles do.
    void show_dots(std::vector<HeadDot> dots, const Titles& titles);
    void set_selected(const std::set<HeadRef>& heads);
    [[nodiscard]] const std::vector<HeadDot>& dots() const { return dots_; }
    /// The dot under the pointer or the keyboard's cursor.
    [[nodiscard]] std::optional<HeadDot> current() const;

  Q_SIGNALS:
    void current_changed();
    /// A click, Enter or a dragged rectangle; Ctrl and Shift add to what is selected. `last` is the
    /// head that was chosen last, where there is one.
    void selection_chosen(const std::set<headscope::ui::HeadRef>& heads,
                          std::optional<headscope::ui::HeadRef> last);
    void menu_requested(QPoint global);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    class Marks;

    void restyle();
    void fill();
    void fit();
    void show_scale(bool shown);
    bool key_press(int key, Qt::KeyboardModifiers modifiers);
    void walk(bool along_x, int by);
    void click(std::size_t dot, Qt::KeyboardModifiers modifiers);
    void choose_inside(const QRectF& rectangle, Qt::KeyboardModifiers modifiers);
    void begin_band(const QPointF& at);
    void move_band(const QPointF& to);
    void end_band(const QPointF& at, Qt::KeyboardModifiers modifiers);
    void set_current(std::optional<std::size_t> dot);
    [[nodiscard]] QPointF place_of(const HeadDot& dot) const;
    [[nodiscard]] std::optional<std::size_t> dot_at(const QPointF& position) const;
    /// What a click on a dot chooses: where others lie under it, another with every click.
    [[nodiscard]] std::size_t next_at(std::size_t dot) const;

    QCustomPlot* plot_;
    QCPColorScale* scale_;
    ScaleLabel* label_;              ///< of the scale
    std::vector<QCPGraph*> graphs_;  ///< one of each colour, the neutral one first; the plot's
    std::vector<HeadDot> dots_;
    Titles titles_;
    std::set<HeadRef> selected_;
    std::optional<std::size_t> current_;
    std::optional<QRectF> band_;  ///< while it is dragged
};

}  // namespace headscope::ui
