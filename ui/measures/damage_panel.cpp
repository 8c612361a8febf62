#include "ui/measures/damage_panel.h"

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/merging/merge_fields.h"
#include "ui/panel/panel.h"
#include "ui/style/flow_layout.h"
#include "ui/style/progress_text.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

enum Scope { focused_layer, included_layers };

QSpinBox* spin_box(QWidget* parent, int value, int most, const QString& name) {
    auto* box = new QSpinBox(parent);
    box->setRange(1, most);
    box->setValue(value);
    box->setAccessibleName(name);
    return box;
}

/// The rankings that have a figure, the best first.
std::vector<std::pair<double, Measure>> best_first(const DamageResult& result) {
    std::vector<std::pair<double, Measure>> ranked;
    for (const MeasureRanking& ranking : result.rankings) {
        if (ranking.mean) ranked.emplace_back(*ranking.mean, ranking.measure);
    }
    std::sort(ranked.begin(), ranked.end());
    return ranked;
}

}  // namespace

DamagePanel::DamagePanel(Session& session, DamageStore& damage, WorkFn work, QWidget* parent)
    : QWidget(parent),
      session_(session),
      damage_(damage),
      work_(std::move(work)),
      model_(new DamageModel(this)),
      sorted_(new QSortFilterProxyModel(this)),
      progress_(new QProgressBar(this)),
      ranking_(new QLabel(this)),
      table_(new QTreeView(this)) {
    make_table();
    ranking_->setWordWrap(true);
    ranking_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(make_controls());
    layout->addWidget(progress_);
    layout->addWidget(ranking_);
    layout->addWidget(table_, 1);
    connect(&damage_, &DamageStore::changed, this, &DamagePanel::refresh);
    connect(&damage_, &DamageStore::progressed, this, &DamagePanel::show_progress);
    connect(&session_, &Session::model_changed, this, &DamagePanel::refresh);
    connect(&session_, &Session::plan_changed, this, &DamagePanel::enable_start);
    refresh();
}

QWidget* DamagePanel::make_controls() {
    auto* row = new QWidget(this);
    auto* layout = new FlowLayout(row);
    layout->setContentsMargins({});
    pairs_ = spin_box(row, 16, 1000, tr("Pairs of each layer"));
    windows_ = spin_box(row, 8, 10000, tr("Windows of text"));
    scope_ = new QComboBox(row);
    scope_->setAccessibleName(tr("Layers"));
    scope_->addItems({tr("of the focused layer"), tr("of each included layer")});
    start_ = new QPushButton(row);
    layout->add_labelled(new QLabel(tr("Closest pairs"), row), pairs_);
    layout->addWidget(scope_);
    layout->add_labelled(new QLabel(tr("on windows"), row), windows_);
    layout->addWidget(start_);
    connect(start_, &QPushButton::clicked, this, &DamagePanel::start_or_cancel);
    return row;
}

void DamagePanel::make_table() {
    sorted_->setSourceModel(model_);
    sorted_->setSortRole(DamageModel::kValueRole);
    table_->setModel(sorted_);
    table_->setRootIsDecorated(false);
    table_->setUniformRowHeights(true);
    table_->setAlternatingRowColors(true);
    table_->setSortingEnabled(true);
    table_->sortByColumn(DamageModel::loss, Qt::AscendingOrder);
    table_->setAccessibleName(tr("Damage of pairs"));
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) { jump_to(current); });
}

DamageParams DamagePanel::params() const {
    DamageParams params;
    params.work = work_();
    if (scope_->currentIndex() == focused_layer) {
        params.work.layers = {session_.focused_layer()};
    } else {
        for (int layer = 0; layer < session_.model()->layers(); ++layer) {
            if (session_.included(layer)) params.work.layers.push_back(layer);
        }
    }
    params.work.rule = without_whole_plan(session_.rule());
    params.choose_by = {session_.model()->measure};
    for (const Measure measure : all_measures()) {
        if (kind_of(measure) != MeasureKind::behaviour) params.compare.push_back(measure);
    }
    params.pairs = static_cast<std::size_t>(pairs_->value());
    params.probe_windows = windows_->value();
    return params;
}

void DamagePanel::start_or_cancel() {
    if (damage_.running()) {
        damage_.cancel();
    } else if (session_.model() != nullptr) {
        damage_.start(params());
    }
}

void DamagePanel::refresh() {
    const bool running = damage_.running();
    start_->setText(running ? tr("Cancel") : tr("Measure damage"));
    enable_start();
    progress_->setVisible(running);
    if (!running) progress_->reset();
    model_->show(damage_.result());
    for (int column = 0; column < model_->columnCount(); ++column)
        table_->resizeColumnToContents(column);
    ranking_->setText(ranking_text());
}

/// Not while pairs would be merged by other means than those that were chosen.
void DamagePanel::enable_start() {
    const bool can_start = session_.included_count() > 0 && !session_.lacks_figures();
    start_->setEnabled(session_.model() != nullptr && (damage_.running() || can_start));
}

void DamagePanel::show_progress(const Progress& progress) {
    progress_->setRange(0, static_cast<int>(progress.total));
    progress_->setValue(static_cast<int>(progress.done));
    progress_->setFormat(progress_text(progress));
}

QString DamagePanel::ranking_text() const {
    if (session_.model() == nullptr) return tr("No model is open.");
    const auto& result = damage_.result();
    if (result == nullptr) {
        return tr(
            "Merges each of the closest pairs alone and measures what that does to the loss: "
            "the truth that every measure of similarity should foretell.");
    }
    const auto ranked = best_first(*result);
    if (ranked.empty()) return tr("Too few pairs to rank the measures; measure more of them.");
    QStringList figures;
    for (const auto& [correlation, measure] : ranked) {
        figures << QStringLiteral("%1 %2").arg(qstring(name_of(measure)),
                                               QLocale().toString(correlation, 'f', 2));
    }
    return tr("Rank correlation (Spearman) of similarity and damage, mean over layers, the best "
              "first (-1 foretells it perfectly): %1")
        .arg(figures.join(QStringLiteral(", ")));
}

void DamagePanel::jump_to(const QModelIndex& index) {
    if (!index.isValid()) return;
    const PairDamage& pair = model_->pair(sorted_->mapToSource(index).row());
    session_.focus_layer(pair.layer);
    session_.pin(HeadsOfInterest{pair.heads.first, pair.heads.second});
}

QString DamagePanel::copy_text() const {
    const auto& result = damage_.result();
    if (result == nullptr) return {};
    QString text = QStringLiteral("layer\thead\thead\tloss\tlow\thigh");
    for (const Measure measure : result->measures)
        text += QLatin1Char('\t') + qstring(name_of(measure));
    text += QLatin1Char('\n');
    for (int row = 0; row < sorted_->rowCount(); ++row) {
        const PairDamage& pair = model_->pair(sorted_->mapToSource(sorted_->index(row, 0)).row());
        const Estimate loss = pair.loss();
        text += QStringLiteral("%1\t%2\t%3")
                    .arg(pair.layer)
                    .arg(pair.heads.first)
                    .arg(pair.heads.second);
        for (const double value : {loss.value, loss.low, loss.high})
            text += QLatin1Char('\t') +
                    (std::isfinite(value) ? QString::number(value, 'g', 6) : QString());
        for (const double value : pair.similarities)
            text += QLatin1Char('\t') + QString::number(value, 'f', 6);
        text += QLatin1Char('\n');
    }
    return text;
}

Panel make_damage_panel(const PanelServices& services) {
    auto* panel = new DamagePanel(services.session, services.damage, services.work);
    Panel made{QStringLiteral("damage"), DamagePanel::tr("Damage"), PanelArea::centre, panel};
    made.table = [panel] { return panel->copy_text(); };
    return made;
}

}  // namespace headscope::ui
