#include "ui/runs/run_model.h"

#include <QFont>
#include <QLocale>

#include "ui/runs/run_text.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

using Column = RunModel::Column;

bool is_figure(int column) {
    return column >= Column::perplexity_change_column && column <= Column::same_top_column;
}

bool is_number(int column) {
    return column != Column::state_column && column != Column::settings_column &&
           column != Column::model_column && column != Column::measure_column;
}

QString rate_text(const Run& run) {
    if (run.windows_per_second <= 0.0) return {};
    return QLocale().toString(run.windows_per_second, 'f', run.windows_per_second < 10.0 ? 2 : 1);
}

QString accuracy_text(const Run& run) {
    return run.merged ? percent_text(run.merged->accuracy) : QString();
}

const char* metric_name(int column) {
    return column == Column::kl_column ? "kl_divergence" : "same_top";
}

QString cell_text(const Run& run, int column) {
    switch (column) {
        case Column::state_column:
            return state_text(run);
        case Column::threshold_column:
            return run_threshold_text(run);
        case Column::pairs_column:
            return count_text(run.summary.pairs);
        case Column::measure_column:
            return facts_of(run).measure;
        case Column::heads_column:
            return count_text(run.summary.merged_heads + run.summary.removed_heads);
        case Column::progress_column:
            return run_progress_text(run);
        case Column::rate_column:
            return rate_text(run);
        case Column::remaining_column:
            return run.active() && run.remaining_seconds >= 0.0
                       ? duration_text(run.remaining_seconds)
                       : QString();
        case Column::perplexity_column:
            return run.merged ? perplexity_text(run.merged->perplexity) : QString();
        case Column::perplexity_change_column:
            return run.change ? change_text(run.change->perplexity_ratio) : QString();
        case Column::accuracy_column:
            return accuracy_text(run);
        case Column::accuracy_change_column:
            return run.change ? points_text(run.change->accuracy_difference) : QString();
        case Column::kl_column:
            return kl_text(run);
        case Column::same_top_column:
            return same_top_text(run);
        case Column::settings_column:
            return settings_text(run);
        case Column::duration_column: {
            const double seconds = duration_of(run);
            return seconds >= 0.0 ? duration_text(seconds) : QString();
        }
        case Column::model_column:
            return run.model_name;
        default:
            return {};
    }
}

QVariant number_if(bool known, double value) {
    return known ? QVariant(value) : QVariant();
}

QVariant progress_value(const Run& run) {
    if (run.state == RunState::finished) {
        return run.merged ? QVariant(static_cast<qlonglong>(run.merged->windows)) : QVariant();
    }
    return run.progress.total > 0 ? QVariant(static_cast<qlonglong>(run.progress.done))
                                  : QVariant();
}

QVariant raw_value(const Run& run, int column) {
    switch (column) {
        case Column::state_column:
            return static_cast<int>(run.state) + progress_share(run) / 2.0;
        case Column::threshold_column:
            return run.threshold;
        case Column::pairs_column:
            return static_cast<qlonglong>(run.summary.pairs);
        case Column::heads_column:
            return static_cast<qlonglong>(run.summary.merged_heads + run.summary.removed_heads);
        case Column::progress_column:
            return progress_value(run);
        case Column::rate_column:
            return number_if(run.windows_per_second > 0.0, run.windows_per_second);
        case Column::remaining_column:
            return number_if(run.active() && run.remaining_seconds >= 0.0, run.remaining_seconds);
        case Column::perplexity_column:
            return run.merged ? QVariant(run.merged->perplexity.value) : QVariant();
        case Column::perplexity_change_column:
            return run.change ? QVariant(run.change->perplexity_ratio.value) : QVariant();
        case Column::accuracy_column:
            return run.merged ? QVariant(run.merged->accuracy.value) : QVariant();
        case Column::accuracy_change_column:
            return run.change ? QVariant(run.change->accuracy_difference.value) : QVariant();
        case Column::kl_column:
        case Column::same_top_column: {
            const auto metric = metric_of(run, metric_name(column));
            return metric ? QVariant(metric->value.value) : QVariant();
        }
        case Column::duration_column: {
            const double seconds = duration_of(run);
            return number_if(seconds >= 0.0, seconds);
        }
        default:
            return cell_text(run, column);
    }
}

/// Figures of some of the windows only do not compare with those of all.
QVariant font_of(const Run& run, int column) {
    if (!is_figure(column) || run.state == RunState::finished) return {};
    QFont font;
    font.setItalic(true);
    return font;
}

}  // namespace

RunModel::RunModel(RunStore& store, QObject* parent) : QAbstractTableModel(parent), store_(store) {
    connect(&store, &RunStore::about_to_add, this,
            [this](int row) { beginInsertRows({}, row, row); });
    connect(&store, &RunStore::added, this, [this] { endInsertRows(); });
    connect(&store, &RunStore::changed, this,
            [this](int row) { Q_EMIT dataChanged(index(row, 0), index(row, column_count - 1)); });
    connect(&store, &RunStore::about_to_remove, this,
            [this](int row) { beginRemoveRows({}, row, row); });
    connect(&store, &RunStore::removed, this, [this] { endRemoveRows(); });
}

int RunModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : store_.count();
}

int RunModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(column_count);
}

QVariant RunModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Run& run = store_.at(index.row());
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
            return cell_text(run, column);
        case Qt::ToolTipRole:
            return details_text(run);
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(
                Qt::Alignment(is_number(column) ? Qt::AlignRight : Qt::AlignLeft) |
                Qt::AlignVCenter);
        case Qt::FontRole:
            return font_of(run, column);
        case SortRole:
            return raw_value(run, column);
        case IdRole:
            return run.id;
        case ShareRole:
            return column == state_column && run.active() ? QVariant(progress_share(run))
                                                          : QVariant();
        default:
            return {};
    }
}

QVariant RunModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(
            Qt::Alignment(is_number(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    const bool tip = role == Qt::ToolTipRole;
    if (role != Qt::DisplayRole && !tip) return {};
    switch (section) {
        case state_column:
            return tip ? tr("Whether the run waits, works or is done") : tr("State");
        case threshold_column:
            return tip ? tr("The similarity from which on two heads are a pair") : tr("Threshold");
        case pairs_column:
            return tip ? tr("Pairs of heads that the plan selects") : tr("Pairs");
        case measure_column:
            return tip ? tr("What the heads were compared by") : tr("Measure");
        case heads_column:
            return tip ? tr("Heads that the plan merges or removes") : tr("Heads");
        case progress_column:
            return tip ? tr("Windows of text that are scored") : tr("Progress");
        case rate_column:
            return tip ? tr("Windows scored in a second") : tr("Windows/s");
        case remaining_column:
            return tip ? tr("Estimated time to the end") : tr("Remaining");
        case perplexity_column:
            return tip ? tr("Perplexity of the merged model with its 95\u00a0% interval; italic "
                            "while only some of the windows are scored")
                       : tr("Perplexity");
        case perplexity_change_column:
            return tip ? tr("Perplexity against the original on the same windows, with the "
                            "95\u00a0% "
                            "interval of the paired difference")
                       : tr("Perplexity change");
        case accuracy_column:
            return tip ? tr("Share of tokens that the merged model predicts exactly")
                       : tr("Accuracy");
        case accuracy_change_column:
            return tip ? tr("Accuracy against the original in percentage points, with its paired "
                            "95\u00a0% interval")
                       : tr("Accuracy change");
        case kl_column:
            return tip ? tr("Mean KL divergence of the predictions from the original's, nats a "
                            "token; 0 where both predict the same. With its 95\u00a0% interval")
                       : tr("KL divergence");
        case same_top_column:
            return tip ? tr("Share of tokens whose most likely next token is the original's")
                       : tr("Same top token");
        case settings_column:
            return tip ? tr("Protocol, window, dtype, device, grouping, KV policy and layers")
                       : tr("Settings");
        case duration_column:
            return tip ? tr("Time of the evaluation, which runs evaluated together share")
                       : tr("Duration");
        case model_column:
            return tip ? tr("The checkpoint that was evaluated") : tr("Model");
        default:
            return {};
    }
}

}  // namespace headscope::ui
