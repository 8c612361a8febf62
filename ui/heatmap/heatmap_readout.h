#pragma once

#include <QString>
#include <QWidget>

#include "ui/heatmap/heatmap_plot.h"

class QLabel;

namespace headscope::ui {

class Session;

/// What becomes of two heads of a layer under a plan of it.
enum class PairFate {
    merged,            ///< a pair, both in one group
    merged_by_others,  ///< no pair, but other pairs bring both into one group
    pair_only,         ///< a pair, but its heads are not in one group
    none,
};

[[nodiscard]] PairFate fate_of(const LayerPlan& plan, int head, int other);

/// Two lines about two heads of the focused layer: what they are, and whether they are merged. Its
/// height does not depend on the texts, which are cut where the width does not do.
class HeatmapReadout : public QWidget {
    Q_OBJECT

  public:
    explicit HeatmapReadout(QWidget* parent = nullptr);

    /// The heads of a cell of the focused layer of `session`, which has a model.
    void show_cell(const Session& session, HeatmapCell cell);
    /// How to get a read-out.
    void show_hint();
    void clear();
    /// Both lines, uncut.
    [[nodiscard]] QString text() const;

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void show_lines(const QString& first, const QString& second, bool pinned);
    void elide();

    QString first_;
    QString second_;
    QLabel* first_line_;
    QLabel* second_line_;
    QLabel* pinned_;
};

}  // namespace headscope::ui
