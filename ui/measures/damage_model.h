#pragma once

#include <QAbstractTableModel>
#include <memory>

#include "core/search/damage.h"

namespace headscope::ui {

/// The measured pairs, a row each: what merging them alone does to the loss, and how alike each
/// measure finds them.
class DamageModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { layer, first_head, second_head, loss, first_measure };
    /// The raw value, for sorting and copying: int, or double.
    static constexpr int kValueRole = Qt::UserRole;

    using QAbstractTableModel::QAbstractTableModel;

    void show(std::shared_ptr<const DamageResult> result);
    [[nodiscard]] const PairDamage& pair(int row) const {
        return result_->pairs[static_cast<std::size_t>(row)];
    }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

  private:
    [[nodiscard]] QVariant value(const PairDamage& pair, int column) const;

    std::shared_ptr<const DamageResult> result_;
};

/// A rise of the loss in thousandths of a nat a prediction, with its interval:
/// "+0.12 [+0.03, +0.21]".
[[nodiscard]] QString loss_text(const Estimate& loss);

}  // namespace headscope::ui
