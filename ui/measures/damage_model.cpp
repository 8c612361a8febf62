#include "ui/measures/damage_model.h"

#include <QLocale>
#include <cmath>
#include <utility>

#include "ui/style/text.h"

namespace headscope::ui {
namespace {

constexpr double kThousandths = 1000.0;

QString signed_text(double value) {
    const QString text = QLocale().toString(value * kThousandths, 'f', 3);
    return value < 0.0 ? text : QLocale().positiveSign() + text;
}

}  // namespace

QString loss_text(const Estimate& loss) {
    if (!std::isfinite(loss.low) || !std::isfinite(loss.high)) return signed_text(loss.value);
    return QStringLiteral("%1 [%2, %3]")
        .arg(signed_text(loss.value), signed_text(loss.low), signed_text(loss.high));
}

void DamageModel::show(std::shared_ptr<const DamageResult> result) {
    beginResetModel();
    result_ = std::move(result);
    endResetModel();
}

int DamageModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || result_ == nullptr ? 0 : static_cast<int>(result_->pairs.size());
}

int DamageModel::columnCount(const QModelIndex& parent) const {
    if (parent.isValid()) return 0;
    return first_measure + (result_ == nullptr ? 0 : static_cast<int>(result_->measures.size()));
}

QVariant DamageModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const PairDamage& row = pair(index.row());
    if (role == kValueRole) return value(row, index.column());
    if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    if (index.column() == loss) return loss_text(row.loss());
    if (index.column() < loss) return value(row, index.column()).toString();
    return similarity_text(value(row, index.column()).toDouble());
}

QVariant DamageModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::ToolTipRole && section == loss) {
        return tr(
            "Change of the loss when only this pair is merged, in thousandths of a nat for "
            "each predicted token, with its 95 % interval");
    }
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case layer:
            return tr("Layer");
        case first_head:
        case second_head:
            return tr("Head");
        case loss:
            return tr("Damage (millinats)");
        default:
            break;
    }
    const auto measure = static_cast<std::size_t>(section - first_measure);
    return qstring(name_of(result_->measures[measure]));
}

QVariant DamageModel::value(const PairDamage& pair, int column) const {
    switch (column) {
        case layer:
            return pair.layer;
        case first_head:
            return pair.heads.first;
        case second_head:
            return pair.heads.second;
        case loss:
            return pair.loss().value;
        default:
            return pair.similarities[static_cast<std::size_t>(column - first_measure)];
    }
}

}  // namespace headscope::ui
