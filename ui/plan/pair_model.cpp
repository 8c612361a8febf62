#include "ui/plan/pair_model.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

#include "core/base/merge_runs.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

bool natural_order(const PairModel::Row& a, const PairModel::Row& b) {
    return std::tuple(-a.similarity, a.layer, a.first, a.second) <
           std::tuple(-b.similarity, b.layer, b.first, b.second);
}

/// What a column other than the similarity's compares by: a small number that rises.
std::int32_t sort_key(const PairModel::Row& row, int column) {
    constexpr std::int32_t kLast = std::numeric_limits<std::int16_t>::max();
    switch (column) {
        case PairModel::layer:
            return row.layer;
        case PairModel::first_head:
            return row.first;
        case PairModel::second_head:
            return row.second;
        case PairModel::group:  // unmerged pairs come last
            return row.group > 0 ? row.group : kLast;
        default:
            return 0;
    }
}

/// The indices that `order` holds, sorted by rising or falling keys; those with equal keys keep
/// their order. O(indices + highest key).
template <typename KeyOf>
std::vector<std::int32_t> sorted_by_counting(const std::vector<std::int32_t>& order, KeyOf key_of,
                                             bool rising) {
    std::int32_t highest = 0;
    for (const std::int32_t at : order)
        highest = std::max(highest, key_of(at));
    const auto place_of = [&](std::int32_t at) {
        return static_cast<std::size_t>(rising ? key_of(at) : highest - key_of(at));
    };
    std::vector<std::size_t> begins(static_cast<std::size_t>(highest) + 2, 0);
    for (const std::int32_t at : order)
        ++begins[place_of(at) + 1];
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    std::vector<std::int32_t> sorted(order.size());
    for (const std::int32_t at : order)
        sorted[begins[place_of(at)]++] = at;
    return sorted;
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
        pairs_.clear();
        order_.clear();
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
    for (int row = 0; row < rowCount(); ++row) {
        const Row& shown = pair(row);
        if (shown.layer == pair_layer && shown.first == heads.first &&
            shown.second == heads.second) {
            return row;
        }
    }
    return std::nullopt;
}

int PairModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(order_.size());
}

int PairModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : column_count;
}

QVariant PairModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = pair(index.row());
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
            return tool_tip ? tr("How alike the two heads are, from \u2212"
                                 "1 to 1")
                            : tr("Similarity");
        case kv_heads:
            return tool_tip ? tr("The key/value heads that serve the two heads") : tr("KV heads");
        default:
            return tool_tip ? tr("The number of its group in its layer, from 1; empty where the "
                                 "grouping leaves the pair unmerged")
                            : tr("Group");
    }
}

std::vector<std::int32_t> PairModel::ordered() const {
    const bool rising = sort_order_ == Qt::AscendingOrder;
    if (sort_column_ == similarity && rising) return rising_similarity();
    std::vector<std::int32_t> order(pairs_.size());
    std::iota(order.begin(), order.end(), 0);
    const auto sort_by = [&](auto key_of) {
        order = sorted_by_counting(
            order, [&](std::int32_t at) { return key_of(pairs_[static_cast<std::size_t>(at)]); },
            rising);
    };
    if (sort_column_ == kv_heads) {  // the less significant first
        sort_by([](const Row& row) -> std::int32_t { return row.second_kv; });
        sort_by([](const Row& row) -> std::int32_t { return row.first_kv; });
    } else if (sort_column_ != similarity) {
        sort_by([this](const Row& row) { return sort_key(row, sort_column_); });
    }
    return order;
}

std::vector<std::int32_t> PairModel::rising_similarity() const {
    std::vector<std::int32_t> order;
    order.reserve(pairs_.size());
    for (std::size_t end = pairs_.size(); end > 0;) {
        // Equal ones stay as they are.
        std::size_t begin = end - 1;
        while (begin > 0 && pairs_[begin - 1].similarity == pairs_[begin].similarity)
            --begin;
        for (std::size_t at = begin; at < end; ++at)
            order.push_back(static_cast<int>(at));
        end = begin;
    }
    return order;
}

void PairModel::sort(int column, Qt::SortOrder order) {
    if (column < 0 || column >= column_count) return;
    sort_column_ = column;
    sort_order_ = order;
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const std::vector<std::int32_t> before = std::exchange(order_, ordered());
    std::vector<int> row_of(order_.size());  // [place in pairs_]
    for (std::size_t row = 0; row < order_.size(); ++row) {
        row_of[static_cast<std::size_t>(order_[row])] = static_cast<int>(row);
    }
    const QModelIndexList old = persistentIndexList();
    QModelIndexList moved;
    moved.reserve(old.size());
    for (const QModelIndex& at : old) {
        const auto place = before[static_cast<std::size_t>(at.row())];
        moved.append(index(row_of[static_cast<std::size_t>(place)], at.column()));
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
    pairs_.clear();
    if (const auto& model = session_.model()) {
        pairs_.reserve(static_cast<std::size_t>(session_.summary().pairs));
        std::vector<std::ptrdiff_t> layer_ends = {0};
        for (int at = 0; at < model->layers(); ++at) {
            const bool wanted = !only_ || *only_ == at;
            if (wanted && session_.included(at)) {
                append(session_.layer_plan(at), model->config().heads_of(at));
                layer_ends.push_back(static_cast<std::ptrdiff_t>(pairs_.size()));
            }
        }
        merge_runs(pairs_, std::move(layer_ends), natural_order);  // each layer's are in order
    }
    order_ = ordered();
    endResetModel();
}

void PairModel::append(const LayerPlan& plan, const HeadCounts& heads) {
    const int heads_per_kv = static_cast<int>(heads.heads_per_kv_head());
    std::vector<std::int32_t> group_of(static_cast<std::size_t>(heads.heads), 0);
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
        pairs_.push_back({pair.similarity, plan.layer, static_cast<std::int16_t>(pair.first),
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
