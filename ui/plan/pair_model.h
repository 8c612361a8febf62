#pragma once

#include <QAbstractTableModel>
#include <QTimer>
#include <cstdint>
#include <optional>
#include <vector>

#include "ui/session/session.h"

namespace headscope::ui {

/// The pairs of the included layers, a row each.
///
/// It sorts by itself, because there can be 160,000 of them (80 layers of 64 heads at threshold
/// -1): a proxy would ask for two QVariants in each of millions of comparisons. Its pairs are kept
/// by falling similarity, and the order of any other column follows from that by counting, in time
/// that is linear in the pairs. While the threshold moves it is made anew a few times a second at
/// most, and not at all while nobody looks at it.
class PairModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { layer, first_head, second_head, similarity, kv_heads, group, column_count };
    /// The raw value, for sorting, editing and copying: int, or double for similarities.
    static constexpr int kValueRole = Qt::UserRole;

    struct Row {
        double similarity = 0.0;
        std::int32_t layer = 0;
        std::int16_t first = 0;
        std::int16_t second = 0;
        std::int16_t first_kv = 0;
        std::int16_t second_kv = 0;
        std::int32_t group = 0;  ///< of its layer, from 1; 0 where the grouping leaves it unmerged
    };

    explicit PairModel(Session& session, QObject* parent = nullptr);

    /// Whether it follows the plan by itself; it does not when it is made.
    void set_live(bool live);
    /// Follows the plan now, if it has changed.
    void refresh();

    /// Shows the pairs of one layer, or of all included layers.
    void set_only_layer(std::optional<int> only);

    /// The pair of a row, counted as they are shown.
    [[nodiscard]] const Row& pair(int row) const {
        return pairs_[static_cast<std::size_t>(order_[static_cast<std::size_t>(row)])];
    }
    /// The row of a pair; nothing where it is not shown.
    [[nodiscard]] std::optional<int> find(int pair_layer, const HeadsOfInterest& heads) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;
    /// Rows that are equal in `column` are ordered by falling similarity, then layer and heads.
    void sort(int column, Qt::SortOrder order) override;

  private:
    void mark_dirty();
    void rebuild();
    void append(const LayerPlan& plan, const HeadCounts& heads);
    /// Pairs in the order of the present column, as indices into pairs_.
    [[nodiscard]] std::vector<std::int32_t> ordered() const;
    [[nodiscard]] std::vector<std::int32_t> rising_similarity() const;
    [[nodiscard]] static QString text_of(const Row& row, int column);
    [[nodiscard]] static QVariant value_of(const Row& row, int column);

    Session& session_;
    QTimer timer_;
    std::vector<Row> pairs_;           ///< by falling similarity, then layer and heads
    std::vector<std::int32_t> order_;  ///< [row] -> its place in pairs_
    std::optional<int> only_;
    int sort_column_ = similarity;
    Qt::SortOrder sort_order_ = Qt::DescendingOrder;
    bool live_ = false;
    bool dirty_ = true;
};

}  // namespace headscope::ui
