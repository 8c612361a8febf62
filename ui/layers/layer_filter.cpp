#include "ui/layers/layer_filter.h"

#include "ui/layers/layer_model.h"

namespace headscope::ui {

LayerFilter::LayerFilter(QObject* parent) : QSortFilterProxyModel(parent) {}

void LayerFilter::set_only_with_pairs(bool only) {
    if (only == only_with_pairs_) return;
    only_with_pairs_ = only;
    invalidateRowsFilter();
}

bool LayerFilter::filterAcceptsRow(int source_row, const QModelIndex& source_parent) const {
    if (!only_with_pairs_) return true;
    const QModelIndex index = sourceModel()->index(source_row, 0, source_parent);
    return index.data(LayerModel::PairsRole).toLongLong() > 0 ||
           index.data(LayerModel::FocusedRole).toBool();
}

}  // namespace headscope::ui
