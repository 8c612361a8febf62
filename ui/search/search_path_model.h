#pragma once

#include <QAbstractTableModel>

#include "core/search/search_path.h"

namespace headscope::ui {

/// The path of a search, a row for each step and each check on all windows, in their order.
class SearchPathModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { what, layer, threshold, gain, change, column_count };

    using QAbstractTableModel::QAbstractTableModel;

    void show(SearchPath path, Gain gained);
    void append(const SearchPath::value_type& entry);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

  private:
    SearchPath path_;
    Gain gain_ = Gain::merged;
};

/// The path as tab-separated lines with a head line, in the C locale.
[[nodiscard]] QString as_tsv(const SearchPath& path);

}  // namespace headscope::ui
