#pragma once

#include <QAbstractTableModel>

#include "ui/runs/run_store.h"

namespace headscope::ui {

/// The runs of a store, a row each, in the store's order.
///
/// Cells that are not known are empty. SortRole gives raw numbers (shares and ratios, seconds), and
/// nothing for an empty cell; the tool tip of any cell tells everything about its run, since
/// numbers of different protocols do not compare.
class RunModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column {
        state_column,
        threshold_column,
        measure_column,
        pairs_column,
        heads_column,
        perplexity_change_column,
        perplexity_column,
        accuracy_change_column,
        accuracy_column,
        kl_column,
        same_top_column,
        progress_column,
        remaining_column,
        rate_column,
        settings_column,
        duration_column,
        model_column,
        column_count
    };

    enum Role {
        SortRole = Qt::UserRole,
        IdRole,     ///< int: the run's id
        ShareRole,  ///< double in [0, 1] of an active run, else nothing; of the state column
    };

    explicit RunModel(RunStore& store, QObject* parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

  private:
    RunStore& store_;
};

}  // namespace headscope::ui
