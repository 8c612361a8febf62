#include "ui/search/search_path_model.h"

#include <QFont>
#include <cmath>
#include <utility>

#include "core/merging/layer_thresholds.h"
#include "core/report/results.h"
#include "ui/style/plan_text.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

using Column = SearchPathModel::Column;

QString name_of_outcome(StepOutcome outcome) {
    switch (outcome) {
        case StepOutcome::taken:
            return SearchPathModel::tr("Taken");
        case StepOutcome::refused:
            return SearchPathModel::tr("Refused");
        case StepOutcome::taken_back:
            return SearchPathModel::tr("Taken back");
    }
    return {};
}

QString explanation(StepOutcome outcome) {
    switch (outcome) {
        case StepOutcome::taken:
            return SearchPathModel::tr("The plan goes on with this layer at this threshold.");
        case StepOutcome::refused:
            return SearchPathModel::tr("With it the plan would break the budget.");
        case StepOutcome::taken_back:
            return SearchPathModel::tr("The plan with it broke the budget on all windows.");
    }
    return {};
}

QString cell(const SearchStep& step, int column) {
    switch (column) {
        case Column::what:
            return name_of_outcome(step.outcome);
        case Column::layer:
            return QString::number(step.layer);
        case Column::threshold:
            return threshold_text(step.threshold);
        case Column::gain:
            return count_text(step.gain);
        case Column::change:
            return change_text(step.change.perplexity_ratio);
        default:
            return {};
    }
}

QString cell(const SearchCheck& check, int column) {
    switch (column) {
        case Column::what:
            return check.held ? SearchPathModel::tr("On all windows: held")
                              : SearchPathModel::tr("On all windows: too much");
        case Column::gain:
            return count_text(check.gain);
        case Column::change:
            return change_text(check.change.perplexity_ratio);
        default:
            return {};
    }
}

QString tip(const SearchStep& step) {
    return explanation(step.outcome);
}

QString tip(const SearchCheck& check) {
    return SearchPathModel::tr("The whole plan so far: %1")
        .arg(layer_thresholds_list(check.thresholds));
}

}  // namespace

void SearchPathModel::show(SearchPath path, Gain gained) {
    beginResetModel();
    path_ = std::move(path);
    gain_ = gained;
    endResetModel();
}

void SearchPathModel::append(const SearchPath::value_type& entry) {
    const int row = rowCount();
    beginInsertRows({}, row, row);
    path_.push_back(entry);
    endInsertRows();
}

int SearchPathModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(path_.size());
}

int SearchPathModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(column_count);
}

QVariant SearchPathModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const auto& entry = path_[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return std::visit([&](const auto& one) { return cell(one, index.column()); }, entry);
        case Qt::ToolTipRole:
            return std::visit([](const auto& one) { return tip(one); }, entry);
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(
                Qt::Alignment(index.column() == what ? Qt::AlignLeft : Qt::AlignRight) |
                Qt::AlignVCenter);
        case Qt::FontRole: {
            if (std::holds_alternative<SearchStep>(entry)) return {};
            QFont bold;
            bold.setBold(true);
            return bold;
        }
        default:
            return {};
    }
}

QVariant SearchPathModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    const bool is_tip = role == Qt::ToolTipRole;
    if (role != Qt::DisplayRole && !is_tip) return {};
    switch (section) {
        case what:
            return is_tip ? tr("What became of the step, or how the plan fared on all windows")
                          : tr("Step");
        case layer:
            return is_tip ? tr("The layer that the step merges further") : tr("Layer");
        case threshold:
            return is_tip ? tr("The layer's threshold with the step") : tr("Threshold");
        case gain:
            if (is_tip) return tr("Of the whole plan");
            return gain_ == Gain::removable ? tr("Removable heads") : tr("Merged heads");
        case change:
            return is_tip ? tr("Of the whole plan against the original, with the 95\u00a0% "
                               "interval; of steps on the probe windows")
                          : tr("Perplexity change");
        default:
            return {};
    }
}

QString as_tsv(const SearchPath& path) {
    QString text = QStringLiteral(
        "step\tlayer\tthreshold\tgain\tperplexity_ratio\tperplexity_ratio_low\t"
        "perplexity_ratio_high\n");
    const auto add = [&](const QStringList& cells, const Estimate& ratio) {
        QStringList all = cells;
        for (const double value : {ratio.value, ratio.low, ratio.high})
            all << (std::isfinite(value) ? QString::number(value, 'g', 10) : QString());
        text += all.join(QLatin1Char('\t')) + QLatin1Char('\n');
    };
    for (const auto& entry : path) {
        if (const auto* step = std::get_if<SearchStep>(&entry)) {
            add({qstring(name_of(step->outcome)), QString::number(step->layer),
                 QString::fromStdString(headscope::threshold_text(step->threshold)),
                 QString::number(step->gain)},
                step->change.perplexity_ratio);
        } else {
            const auto& check = std::get<SearchCheck>(entry);
            add({check.held ? QStringLiteral("held") : QStringLiteral("too much"),
                 {},
                 QString::fromStdString(layer_thresholds_text(check.thresholds)),
                 QString::number(check.gain)},
                check.change.perplexity_ratio);
        }
    }
    return text;
}

}  // namespace headscope::ui
