#include "ui/layers/layer_model.h"

#include <utility>

#include "ui/style/text.h"

namespace headscope::ui {

LayerModel::LayerModel(Session& session, QObject* parent)
    : QAbstractListModel(parent), session_(session) {
    connect(&session, &Session::model_changed, this, &LayerModel::reset);
    connect(&session, &Session::plan_changed, this, &LayerModel::follow_plan);
    connect(&session, &Session::focus_changed, this, &LayerModel::follow_focus);
    reset();
}

int LayerModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

QVariant LayerModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const int layer = index.row();
    const Row& row = rows_[static_cast<std::size_t>(layer)];
    switch (role) {
        case Qt::DisplayRole:
            return tr("Layer %1").arg(layer);
        case Qt::CheckStateRole:
            return row.included ? Qt::Checked : Qt::Unchecked;
        case Qt::ToolTipRole:
        case Qt::AccessibleTextRole:
            return description(layer);
        case LayerRole:
            return layer;
        case ThumbnailRole:
            return thumbnail(layer);
        case HighestRole:
            return row.highest;
        case PairsRole:
            return static_cast<qlonglong>(row.pairs);
        case FocusedRole:
            return layer == focused_;
        case ThresholdRole:
            return row.own_threshold ? QVariant(*row.own_threshold) : QVariant();
        default:
            return {};
    }
}

bool LayerModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::CheckStateRole || !checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return false;
    }
    std::set<int> excluded = session_.choices().excluded_layers;
    if (value.toInt() == Qt::Checked) {
        excluded.erase(index.row());
    } else {
        excluded.insert(index.row());
    }
    session_.choose_layers(excluded);  // comes back as plan_changed
    return true;
}

Qt::ItemFlags LayerModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable |
           Qt::ItemNeverHasChildren;
}

void LayerModel::set_color_scheme(ColorScheme scheme) {
    if (scheme == scheme_) return;
    scheme_ = scheme;
    if (rows_.empty()) return;
    range_ = thumbnail_range(*session_.model(), scheme_);
    for (Row& row : rows_) {
        row.thumbnail = {};
    }
    Q_EMIT dataChanged(index(0), index(rowCount() - 1), {ThumbnailRole});
}

void LayerModel::reset() {
    beginResetModel();
    rows_.clear();
    focused_ = session_.focused_layer();
    if (const auto& model = session_.model()) {
        range_ = thumbnail_range(*model, scheme_);
        for (int layer = 0; layer < model->layers(); ++layer) {
            const SimilarityMatrix& matrix = model->matrices[static_cast<std::size_t>(layer)];
            rows_.push_back({matrix.highest_off_diagonal(),
                             session_.layer_summary(layer).pairs,
                             session_.included(layer),
                             own_threshold(layer),
                             {}});
        }
    }
    endResetModel();
}

void LayerModel::follow_plan() {
    for (int layer = 0; layer < rowCount(); ++layer) {
        Row& row = rows_[static_cast<std::size_t>(layer)];
        const std::int64_t pairs = session_.layer_summary(layer).pairs;
        const bool included = session_.included(layer);
        const std::optional<double> own = own_threshold(layer);
        if (pairs == row.pairs && included == row.included && own == row.own_threshold) continue;
        row.pairs = pairs;
        row.included = included;
        row.own_threshold = own;
        Q_EMIT dataChanged(index(layer), index(layer));
    }
}

std::optional<double> LayerModel::own_threshold(int layer) const {
    return session_.per_layer() ? session_.threshold_of(layer) : std::nullopt;
}

void LayerModel::follow_focus(int layer) {
    const int before = std::exchange(focused_, layer);
    if (before == layer) return;
    // The new one first: a filter that keeps the focused layer shows it before it drops the other.
    for (const int changed : {layer, before}) {
        if (changed < rowCount()) Q_EMIT dataChanged(index(changed), index(changed), {FocusedRole});
    }
}

const QImage& LayerModel::thumbnail(int layer) const {
    const auto at = static_cast<std::size_t>(layer);
    QImage& image = rows_[at].thumbnail;
    if (image.isNull()) image = make_thumbnail(session_.model()->matrices[at], range_, scheme_);
    return image;
}

QString LayerModel::description(int layer) const {
    const Row& row = rows_[static_cast<std::size_t>(layer)];
    const int pairs = static_cast<int>(row.pairs);
    const QString text =
        row.included
            ? tr("Layer %1, included in the merge; highest similarity %2; %Ln pair(s) at the "
                 "present threshold",
                 nullptr, pairs)
            : tr("Layer %1, excluded from the merge; highest similarity %2; %Ln pair(s) at the "
                 "present threshold",
                 nullptr, pairs);
    const QString said = text.arg(layer).arg(similarity_text(row.highest));
    if (!session_.per_layer()) return said;
    return row.own_threshold
               ? tr("%1; its own threshold is %2").arg(said, threshold_text(*row.own_threshold))
               : tr("%1; it has no threshold of its own, so nothing is merged").arg(said);
}

}  // namespace headscope::ui
