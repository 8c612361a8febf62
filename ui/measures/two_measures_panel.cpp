#include "ui/measures/two_measures_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSettings>
#include <QVBoxLayout>
#include <algorithm>

#include "core/search/rank_correlation.h"
#include "ui/panel/panel.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

QString key_of(int side) {
    return QStringLiteral("measures/side_%1").arg(side);
}

/// The similarities of all pairs i < j.
std::vector<double> pairs_of(const SimilarityMatrix& matrix) {
    std::vector<double> values;
    for (int i = 0; i < matrix.heads; ++i) {
        for (int j = i + 1; j < matrix.heads; ++j)
            values.push_back(matrix.at(i, j));
    }
    return values;
}

HeadsOfInterest pair_of(const HeatmapCell& cell) {
    return {std::min(cell.row, cell.column), std::max(cell.row, cell.column)};
}

}  // namespace

TwoMeasuresPanel::TwoMeasuresPanel(Session& session, MeasureStore& measures, QWidget* parent)
    : QWidget(parent),
      session_(session),
      measures_(measures),
      note_(new QLabel(this)),
      readout_(new QLabel(this)) {
    auto* sides = new QHBoxLayout;
    add_side(0, Measure::q);
    add_side(1, Measure::qk_circuit);
    for (const Side& side : sides_) {
        auto* column = new QVBoxLayout;
        auto* caption = new QLabel(tr("Measure"), this);
        caption->setBuddy(side.box);
        auto* row = new QHBoxLayout;
        row->addWidget(caption);
        row->addWidget(side.box);
        row->addStretch();
        column->addLayout(row);
        column->addWidget(side.heatmap, 1);
        sides->addLayout(column, 1);
    }
    auto* layout = new QVBoxLayout(this);
    note_->setWordWrap(true);
    layout->addWidget(note_);
    layout->addLayout(sides, 1);
    layout->addWidget(readout_);
    connect(&measures_, &MeasureStore::changed, this, &TwoMeasuresPanel::refresh_if_visible);
    connect(&session_, &Session::focus_changed, this, &TwoMeasuresPanel::refresh_if_visible);
    connect(&session_, &Session::plan_changed, this, &TwoMeasuresPanel::refresh_if_visible);
    connect(&session_, &Session::pin_changed, this, &TwoMeasuresPanel::refresh_if_visible);
}

void TwoMeasuresPanel::add_side(int side, Measure measure) {
    Side& made = sides_[index(side)];
    made.box = new MeasureBox(this);
    made.box->set_measure(measure);
    made.box->setAccessibleName(side == 0 ? tr("Measure on the left") : tr("Measure on the right"));
    made.heatmap = new HeatmapPlot(this);
    connect(made.box, &MeasureBox::measure_chosen, this, &TwoMeasuresPanel::refresh_if_visible);
    connect(made.heatmap, &HeatmapPlot::current_changed, this,
            [this, side] { link(side, 1 - side); });
    connect(made.heatmap, &HeatmapPlot::pin_chosen, &session_, &Session::pin);
}

void TwoMeasuresPanel::showEvent(QShowEvent* event) {
    refresh();
    QWidget::showEvent(event);
}

void TwoMeasuresPanel::refresh_if_visible() {
    if (isVisible()) refresh();
}

const SimilarityMatrix* TwoMeasuresPanel::matrix(int side) const {
    const auto model = measures_.by(sides_[index(side)].box->measure());
    if (model == nullptr) return nullptr;
    return &model->matrices[index(session_.focused_layer())];
}

void TwoMeasuresPanel::refresh() {
    const auto& model = session_.model();
    for (const Side& side : sides_) {
        if (model != nullptr) measures_.want(side.box->measure());
        const int per_kv =
            model != nullptr
                ? static_cast<int>(
                      model->config().heads_of(session_.focused_layer()).heads_per_kv_head())
                : 1;
        side.heatmap->show_layer(measures_.by(side.box->measure()), session_.focused_layer(),
                                 per_kv);
        if (model != nullptr) {
            const int layer = session_.focused_layer();
            side.heatmap->set_plan(&session_.layer_plan(layer), session_.included(layer));
            side.heatmap->set_pinned(session_.pinned());
        }
    }
    note_->setText(note());
    show_readout();
}

QString TwoMeasuresPanel::note() const {
    if (session_.model() == nullptr) return tr("No model is open.");
    if (const auto computing = measures_.computing())
        return tr("Computing %1").arg(qstring(name_of(*computing)));
    const SimilarityMatrix* left = matrix(0);
    const SimilarityMatrix* right = matrix(1);
    if (left == nullptr || right == nullptr) return tr("Choose the measure again to compute it.");
    const std::vector<double> pairs = pairs_of(*left);
    const auto correlation = rank_correlation(pairs, pairs_of(*right));
    const QString layer = tr("Layer %1").arg(session_.focused_layer());
    const auto count = static_cast<int>(pairs.size());
    if (!correlation)
        return tr("%1: the two measures cannot be ranked against each other").arg(layer);
    return tr("%1: rank correlation (Spearman) of %2 over %3")
        .arg(layer, similarity_text(*correlation), tr("%n pair(s)", nullptr, count));
}

void TwoMeasuresPanel::link(int from, int to) {
    const auto cell = sides_[index(from)].heatmap->current();
    const bool pair = cell && cell->row != cell->column;
    sides_[index(to)].heatmap->set_pinned(pair ? pair_of(*cell) : session_.pinned());
    show_readout();
}

void TwoMeasuresPanel::show_readout() {
    readout_->setText(readout());
}

QString TwoMeasuresPanel::readout() const {
    std::optional<HeadsOfInterest> heads = session_.pinned();
    for (const Side& side : sides_) {
        if (const auto cell = side.heatmap->current(); cell && cell->row != cell->column)
            heads = pair_of(*cell);
    }
    const SimilarityMatrix* left = matrix(0);
    const SimilarityMatrix* right = matrix(1);
    if (!heads || left == nullptr || right == nullptr)
        return tr("Point at a pair to see it in both.");
    const auto value = [&](int side, const SimilarityMatrix& of) {
        return tr("%1 %2", "a measure and its value")
            .arg(qstring(name_of(sides_[index(side)].box->measure())),
                 similarity_text(of.at(heads->first, heads->second)));
    };
    return tr("Heads %1 and %2: %3, %4")
        .arg(heads->first)
        .arg(heads->second)
        .arg(value(0, *left), value(1, *right));
}

QString TwoMeasuresPanel::copy_text() const {
    const SimilarityMatrix* left = matrix(0);
    const SimilarityMatrix* right = matrix(1);
    if (left == nullptr || right == nullptr) return {};
    QString text = QStringLiteral("layer\thead\thead\t%1\t%2\n")
                       .arg(qstring(name_of(sides_[0].box->measure())),
                            qstring(name_of(sides_[1].box->measure())));
    for (int i = 0; i < left->heads; ++i) {
        for (int j = i + 1; j < left->heads; ++j) {
            text += QStringLiteral("%1\t%2\t%3\t%4\t%5\n")
                        .arg(left->layer)
                        .arg(i)
                        .arg(j)
                        .arg(left->at(i, j), 0, 'f', 6)
                        .arg(right->at(i, j), 0, 'f', 6);
        }
    }
    return text;
}

void TwoMeasuresPanel::save_state(QSettings& settings) const {
    for (int side = 0; side < 2; ++side) {
        settings.setValue(key_of(side), qstring(name_of(sides_[index(side)].box->measure())));
    }
}

void TwoMeasuresPanel::restore_state(const QSettings& settings) {
    for (int side = 0; side < 2; ++side) {
        const QString name = settings.value(key_of(side)).toString();
        for (const Measure measure : all_measures()) {
            if (qstring(name_of(measure)) == name) sides_[index(side)].box->set_measure(measure);
        }
    }
}

Panel make_two_measures_panel(const PanelServices& services) {
    auto* panel = new TwoMeasuresPanel(services.session, services.measures);
    Panel made{QStringLiteral("two_measures"), TwoMeasuresPanel::tr("Two measures"),
               PanelArea::centre, panel};
    made.table = [panel] { return panel->copy_text(); };
    made.save_state = [panel](QSettings& settings) { panel->save_state(settings); };
    made.restore_state = [panel](const QSettings& settings) { panel->restore_state(settings); };
    return made;
}

}  // namespace headscope::ui
