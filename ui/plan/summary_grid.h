#pragma once

#include <QWidget>
#include <array>

#include "core/merging/merge_plan.h"

class QBoxLayout;
class QGridLayout;
class QLabel;

namespace headscope::ui {

/// A plan in numbers, and what it could save. Two columns of them where there is room.
class SummaryGrid : public QWidget {
    Q_OBJECT

  public:
    explicit SummaryGrid(QWidget* parent = nullptr);

    /// `heads` and `kv_heads` are those of the included layers, merged or not.
    void show_summary(const PlanSummary& summary, std::int64_t heads, std::int64_t kv_heads);
    /// Shows no numbers.
    void clear();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    enum Item {
        pairs,
        groups,
        merged_heads,
        removed_heads,
        identical_heads,
        kv_heads_touched,
        side_effects,
        removable_heads,
        removable_kv_heads,
        parameters,
        bytes,
        kv_cache,
        item_count
    };

    void add_items(QGridLayout* grid, int first, int last);
    void describe(Item item, const QString& name, const QString& explanation);
    void set_texts();
    void set(Item item, const QString& text);

    QBoxLayout* box_;
    QLabel* savings_;
    std::array<QLabel*, item_count> names_{};
    std::array<QLabel*, item_count> values_{};
};

}  // namespace headscope::ui
