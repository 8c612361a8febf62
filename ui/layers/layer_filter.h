#pragma once

#include <QSortFilterProxyModel>

namespace headscope::ui {

/// Shows all layers, or only those with pairs at the present threshold. The focused layer always
/// stays in view: a slider that is dragged must not move the focus.
class LayerFilter : public QSortFilterProxyModel {
    Q_OBJECT

  public:
    explicit LayerFilter(QObject* parent = nullptr);

    [[nodiscard]] bool only_with_pairs() const { return only_with_pairs_; }
    void set_only_with_pairs(bool only);

  protected:
    [[nodiscard]] bool filterAcceptsRow(int source_row,
                                        const QModelIndex& source_parent) const override;

  private:
    bool only_with_pairs_ = false;
};

}  // namespace headscope::ui
