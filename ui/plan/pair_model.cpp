#include "ui/plan/pair_model.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "core/base/merge_runs.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

/// What one column compares by, as one number that rises.
std::int64_t sort_key(const PairModel::Row& row, int column) {
    switch (column) {
        case PairModel::layer:
            return row.layer;
        case PairModel::first_head:
            return row.first;
        case PairModel::second_head:
            return row.second;
        case PairModel::kv_heads:
            return std::int64_t{row.first_kv} << 32 | row.second_kv;
        case PairModel::group:  // unmerged pairs come last
            return row.group > 0 ? row.group : std::numeric_limits<std::int64_t>::max();
        default:
            return 0;
    }
}

auto natural_order(const PairModel::Row& row) {
    return std::tuple(-row.similarity, row.layer, row.first, row.second);
}

}  // namespace

PairModel::PairModel(Session& session, QObject* parent)
    : QAbstractTableModel(parent), session_(session) {
    constexpr int kPauseMs = 50;
    timer_.setSingleShot(true);
    timer_.setInterval(kPauseMs);
    connect(&timer_, &QTimer::timeout, this, &PairModel::refresh);
    connect(&session, &Session::plan_changed, this, &PairModel::mark_dirty);
    connect(&session, &Session::model_changed, this, [this] {
        timer_.stop();
        dirty_ = true;
        beginResetModel();  // pairs of another model are never shown
        rows_.clear();
        endResetModel();
    });
}

void PairModel::set_live(bool live) {
    live_ = live;
    if (live_) {
        refresh();
    } else {
        timer_.stop();
    }
}

void PairModel::refresh() {
    timer_.stop();
    if (dirty_) rebuild();
}

void PairModel::set_only_layer(std::optional<int> only) {
    if (only == only_) return;
    only_ = only;
    dirty_ = true;
    if (live_) refresh();
}

std::optional<int> PairModel::find(int pair_layer, const HeadsOfInterest& heads) const {
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) {
        return row.layer == pair_layer && row.first == heads.first && row.second == heads.second;
    });
    if (found == rows_.end()) return std::nullopt;
    return static_cast<int>(found - rows_.begin());
}

int PairModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int PairModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : column_count;
}

QVariant PairModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return text_of(row, index.column());
        case Qt::EditRole:
        case kValueRole:
            return value_of(row, index.column());
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignRight | Qt::AlignVCenter);
        default:
            return {};
    }
}

QVariant PairModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= column_count) return {};
    if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    const bool tool_tip = role == Qt::ToolTipRole;
    if (!tool_tip && role != Qt::DisplayRole) return {};
    switch (section) {
        case layer:
            return tool_tip ? tr("The layer of the pair, from 0") : tr("Layer");
        case first_head:
            return tool_tip ? tr("The first head of the pair, from 0") : tr("Head");
        case second_head:
            return tool_tip ? tr("The second head of the pair, from 0") : tr("Head");
        case similarity:
            return tool_tip ? tr("How alike the two heads are, from \u2212" "1 to 1") : tr("Similarity");
        case kv_heads:
            return tool_tip ? tr("The key/value heads that serve the two heads") : tr("KV heads");
        default:
            return tool_tip ? tr("The number of its group in its layer, from 1; empty where the "
                                 "grouping leaves the pair unmerged")
                            : tr("Group");
    }
}

bool PairModel::before(const Row& a, const Row& b) const {
    const bool rising = order_ == Qt::AscendingOrder;
    if (sort_column_ == similarity) {
        if (a.similarity != b.similarity) return (a.similarity < b.similarity) == rising;
    } else {
        const std::int64_t key_a = sort_key(a, sort_column_);
        const std::int64_t key_b = sort_key(b, sort_column_);
        if (key_a != key_b) return (key_a < key_b) == rising;
    }
    return natural_order(a) < natural_order(b);
}

void PairModel::sort(int column, Qt::SortOrder order) {
    if (column < 0 || column >= column_count) return;
    sort_column_ = column;
    order_ = order;
    std::vector<std::int32_t> from(rows_.size());  // [new row] -> old row
    std::iota(from.begin(), from.end(), 0);
    const auto row = [this](std::int32_t at) -> const Row& {
        return rows_[static_cast<std::size_t>(at)];
    };
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    std::sort(from.begin(), from.end(),
              [&](std::int32_t a, std::int32_t b) { return before(row(a), row(b)); });
    std::vector<Row> sorted(rows_.size());
    std::vector<int> to(rows_.size());  // [old row] -> new row
    for (std::size_t i = 0; i < from.size(); ++i) {
        sorted[i] = row(from[i]);
        to[static_cast<std::size_t>(from[i])] = static_cast<int>(i);
    }
    rows_ = std::move(sorted);
    const QModelIndexList old = persistentIndexList();
    QModelIndexList moved;
    moved.reserve(old.size());
    for (const QModelIndex& at : old) {
        moved.append(index(to[static_cast<std::size_t>(at.row())], at.column()));
    }
    changePersistentIndexList(old, moved);
    Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

void PairModel::mark_dirty() {
    dirty_ = true;
    // Not started anew when it runs: it shall also fire while the threshold moves.
    if (live_ && !timer_.isActive()) timer_.start();
}

void PairModel::rebuild() {
    dirty_ = false;
    beginResetModel();
    rows_.clear();
    if (const auto& model = session_.model()) {
        const int heads = static_cast<int>(model->config().num_attention_heads);
        const int heads_per_kv = static_cast<int>(model->config().heads_per_kv_head());
        rows_.reserve(static_cast<std::size_t>(session_.summary().pairs));
        std::vector<std::ptrdiff_t> layer_ends = {0};
        for (int at = 0; at < model->layers(); ++at) {
            const bool wanted = !only_ || *only_ == at;
            if (wanted && session_.included(at)) {
                append(session_.layer_plan(at), heads, heads_per_kv);
                layer_ends.push_back(static_cast<std::ptrdiff_t>(rows_.size()));
            }
        }
        sort_rows(std::move(layer_ends));
    }
    endResetModel();
}

void PairModel::sort_rows(std::vector<std::ptrdiff_t> layer_ends) {
    const auto order = [this](const Row& a, const Row& b) { return before(a, b); };
    if (sort_column_ != similarity || order_ != Qt::DescendingOrder) {
        std::sort(rows_.begin(), rows_.end(), order);
        return;
    }
    merge_runs(rows_, std::move(layer_ends), order);  // each layer's pairs are in this order
}

void PairModel::append(const LayerPlan& plan, int heads, int heads_per_kv) {
    std::vector<std::int32_t> group_of(static_cast<std::size_t>(heads), 0);
    std::int32_t number = 0;
    for (const HeadGroup& members : plan.groups) {
        ++number;
        for (const int head : members) {
            group_of[static_cast<std::size_t>(head)] = number;
        }
    }
    for (const HeadPair& pair : plan.pairs) {
        const std::int32_t of_first = group_of[static_cast<std::size_t>(pair.first)];
        const std::int32_t of_second = group_of[static_cast<std::size_t>(pair.second)];
        rows_.push_back({pair.similarity, plan.layer, static_cast<std::int16_t>(pair.first),
                         static_cast<std::int16_t>(pair.second),
                         static_cast<std::int16_t>(pair.first / heads_per_kv),
                         static_cast<std::int16_t>(pair.second / heads_per_kv),
                         of_first == of_second ? of_first : 0});
    }
}

QString PairModel::text_of(const Row& row, int column) {
    switch (column) {
        case layer:
            return count_text(row.layer);
        case first_head:
            return count_text(row.first);
        case second_head:
            return count_text(row.second);
        case similarity:
            return similarity_text(row.similarity);
        case kv_heads:
            if (row.first_kv == row.second_kv) return count_text(row.first_kv);
            return QStringLiteral("%1, %2").arg(count_text(row.first_kv),
                                                count_text(row.second_kv));
        default:
            return row.group > 0 ? count_text(row.group) : QString();
    }
}

QVariant PairModel::value_of(const Row& row, int column) {
    switch (column) {
        case layer:
            return row.layer;
        case first_head:
            return static_cast<int>(row.first);
        case second_head:
            return static_cast<int>(row.second);
        case similarity:
            return row.similarity;
        case kv_heads:
            return text_of(row, column);
        default:
            return row.group > 0 ? QVariant(row.group) : QVariant();
    }
}

}  // namespace headscope::ui
