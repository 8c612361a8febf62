#include "ui/measures/scatter_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSettings>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

#include "core/search/rank_correlation.h"
#include "ui/measures/measure_box.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

// Data of an axis' items besides measures, which have their own number.
constexpr int kLayer = -1;
constexpr int kDamage = -2;

enum Scope { focused_layer, included_layers };

}  // namespace

ScatterPanel::ScatterPanel(Session& session, MeasureStore& measures, DamageStore& damage,
                           QWidget* parent)
    : QWidget(parent),
      session_(session),
      measures_(measures),
      damage_(damage),
      x_(new QComboBox(this)),
      y_(new QComboBox(this)),
      scope_(new QComboBox(this)),
      note_(new QLabel(this)),
      scatter_(new PairScatter(this)) {
    for (QComboBox* axis : {x_, y_}) {
        for (const Measure measure : all_measures()) {
            axis->addItem(qstring(name_of(measure)), static_cast<int>(measure));
            axis->setItemData(axis->count() - 1, describe(measure), Qt::ToolTipRole);
        }
        axis->addItem(tr("layer"), kLayer);
        axis->addItem(tr("damage"), kDamage);
        connect(axis, &QComboBox::currentIndexChanged, this, &ScatterPanel::refresh_if_visible);
    }
    y_->setCurrentIndex(y_->findData(static_cast<int>(Measure::qk_circuit)));
    scope_->addItems({tr("focused layer"), tr("included layers")});
    scope_->setCurrentIndex(included_layers);
    x_->setAccessibleName(tr("Figure across"));
    y_->setAccessibleName(tr("Figure upwards"));
    scope_->setAccessibleName(tr("Layers"));
    connect(scope_, &QComboBox::currentIndexChanged, this, &ScatterPanel::refresh_if_visible);

    auto* row = new QHBoxLayout;
    row->addWidget(new QLabel(tr("Across"), this));
    row->addWidget(x_);
    row->addWidget(new QLabel(tr("Upwards"), this));
    row->addWidget(y_);
    row->addWidget(new QLabel(tr("Pairs of the"), this));
    row->addWidget(scope_);
    row->addStretch();
    note_->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(row);
    layout->addWidget(note_);
    layout->addWidget(scatter_, 1);

    connect(&measures_, &MeasureStore::changed, this, &ScatterPanel::refresh_if_visible);
    connect(&damage_, &DamageStore::changed, this, &ScatterPanel::refresh_if_visible);
    connect(&session_, &Session::plan_changed, this, &ScatterPanel::plan_changed);
    connect(&session_, &Session::focus_changed, this, &ScatterPanel::refresh_if_visible);
    connect(&session_, &Session::pin_changed, this, &ScatterPanel::mark_pinned);
    connect(scatter_, &PairScatter::chosen, this, [this](int layer, int first, int second) {
        session_.focus_layer(layer);
        session_.pin(HeadsOfInterest{first, second});
    });
}

QCustomPlot& ScatterPanel::plot() {
    refresh();
    return scatter_->plot();
}

void ScatterPanel::showEvent(QShowEvent* event) {
    refresh();
    QWidget::showEvent(event);
}

void ScatterPanel::refresh_if_visible() {
    if (isVisible()) refresh();
}

void ScatterPanel::want(const QComboBox& axis) {
    const int shown = axis.currentData().toInt();
    if (shown >= 0 && session_.model() != nullptr) measures_.want(static_cast<Measure>(shown));
}

ScatterPanel::Axis ScatterPanel::axis(const QComboBox& box) const {
    const int shown = box.currentData().toInt();
    if (shown == kLayer) return {true, false, nullptr};
    if (shown == kDamage) return {false, damage_.result() != nullptr, nullptr};
    return {false, false, measures_.by(static_cast<Measure>(shown))};
}

std::vector<int> ScatterPanel::layers() const {
    if (session_.model() == nullptr) return {};
    if (scope_->currentIndex() == focused_layer) return {session_.focused_layer()};
    std::vector<int> included;
    for (int layer = 0; layer < session_.model()->layers(); ++layer) {
        if (session_.included(layer)) included.push_back(layer);
    }
    return included;
}

std::optional<double> ScatterPanel::damage_of(int layer, int first, int second) const {
    if (damage_.result() == nullptr) return std::nullopt;
    const auto& pairs = damage_.result()->pairs;  // ordered by layer, then heads
    const auto key = std::make_pair(layer, Heads{first, second});
    const auto found = std::lower_bound(pairs.begin(), pairs.end(), key,
                                        [](const PairDamage& pair, const auto& wanted) {
                                            return std::make_pair(pair.layer, pair.heads) < wanted;
                                        });
    if (found == pairs.end() || found->layer != layer || found->heads != key.second)
        return std::nullopt;
    return found->loss().value * 1000.0;
}

std::optional<double> ScatterPanel::figure(const Axis& axis, int layer, int first,
                                           int second) const {
    if (axis.layer) return layer;
    if (axis.damage) return damage_of(layer, first, second);
    if (axis.model == nullptr) return std::nullopt;
    return axis.model->matrices[static_cast<std::size_t>(layer)].at(first, second);
}

std::vector<ScatterPoint> ScatterPanel::pairs() const {
    std::vector<ScatterPoint> points;
    const Axis across = axis(*x_);
    const Axis upwards = axis(*y_);
    if (!across.known() || !upwards.known()) return points;
    for (const int layer : layers()) {
        const int heads = session_.model()->matrices[static_cast<std::size_t>(layer)].heads;
        for (int i = 0; i < heads; ++i) {
            for (int j = i + 1; j < heads; ++j) {
                const auto x = figure(across, layer, i, j);
                const auto y = figure(upwards, layer, i, j);
                if (x && y) points.push_back({layer, i, j, *x, *y, false});
            }
        }
    }
    return points;
}

/// `points` are ordered by layer.
void ScatterPanel::select_merged(std::vector<ScatterPoint>& points) const {
    std::set<std::pair<int, int>> merged;
    int of_layer = -1;
    for (ScatterPoint& point : points) {
        if (point.layer != of_layer) {
            of_layer = point.layer;
            merged.clear();
            for (const HeadPair& pair : session_.layer_plan(of_layer).pairs)
                merged.emplace(pair.first, pair.second);
        }
        point.selected =
            session_.included(of_layer) && merged.contains({point.first, point.second});
    }
}

void ScatterPanel::refresh() {
    want(*x_);
    want(*y_);
    std::vector<ScatterPoint> points = pairs();
    std::vector<double> x;
    std::vector<double> y;
    for (const ScatterPoint& point : points) {
        x.push_back(point.x);
        y.push_back(point.y);
    }
    shown_layers_ = layers();
    all_pairs_ = points.size();
    correlation_ = rank_correlation(x, y);
    draw(std::move(points));
    note_->setText(note());
}

/// While the slider moves only colours change.
void ScatterPanel::plan_changed() {
    if (!isVisible()) return;
    if (layers() != shown_layers_) return refresh();
    draw(scatter_->points());
}

void ScatterPanel::draw(std::vector<ScatterPoint> points) {
    const auto title = [](const QComboBox& axis) {
        return axis.currentData().toInt() == kDamage ? tr("damage, millinats a token")
                                                     : axis.currentText();
    };
    points = PairScatter::thinned(std::move(points));
    select_merged(points);
    scatter_->show(std::move(points), title(*x_), title(*y_));
    mark_pinned();
}

void ScatterPanel::mark_pinned() {
    if (!isVisible()) return;
    const auto& pinned = session_.pinned();
    const int layer = session_.focused_layer();
    std::optional<ScatterPoint> marked;
    const bool shown =
        std::find(shown_layers_.begin(), shown_layers_.end(), layer) != shown_layers_.end();
    if (pinned && shown) {
        const auto x = figure(axis(*x_), layer, pinned->first, pinned->second);
        const auto y = figure(axis(*y_), layer, pinned->first, pinned->second);
        if (x && y) marked = ScatterPoint{layer, pinned->first, pinned->second, *x, *y, false};
    }
    scatter_->mark(marked);
}

QString ScatterPanel::note() const {
    if (session_.model() == nullptr) return tr("No model is open.");
    for (const QComboBox* box : {x_, y_}) {
        if (axis(*box).known()) continue;
        if (box->currentData().toInt() == kDamage)
            return tr("No damage was measured yet; do so under Damage.");
        const auto computing = measures_.computing();
        return computing ? tr("Computing %1").arg(qstring(name_of(*computing)))
                         : tr("Choose the measure again to compute it.");
    }
    if (all_pairs_ == 0) return tr("No pair has both figures.");
    const QString count = tr("%n pair(s)", nullptr, static_cast<int>(all_pairs_));
    const QString shown =
        all_pairs_ > PairScatter::kMostPoints
            ? tr("%1, of which %2 are drawn").arg(count, count_text(PairScatter::kMostPoints))
            : count;
    return correlation_ ? tr("%1; rank correlation (Spearman) %2")
                              .arg(shown, QLocale().toString(*correlation_, 'f', 3))
                        : shown;
}

QString ScatterPanel::copy_text() const {
    QString text =
        QStringLiteral("layer\thead\thead\t%1\t%2\n").arg(x_->currentText(), y_->currentText());
    for (const ScatterPoint& point : pairs()) {
        text += QStringLiteral("%1\t%2\t%3\t%4\t%5\n")
                    .arg(point.layer)
                    .arg(point.first)
                    .arg(point.second)
                    .arg(point.x, 0, 'g', 6)
                    .arg(point.y, 0, 'g', 6);
    }
    return text;
}

void ScatterPanel::save_state(QSettings& settings) const {
    settings.setValue(QStringLiteral("scatter/x"), x_->currentData());
    settings.setValue(QStringLiteral("scatter/y"), y_->currentData());
    settings.setValue(QStringLiteral("scatter/scope"), scope_->currentIndex());
}

void ScatterPanel::restore_state(const QSettings& settings) {
    const auto restore = [&](QComboBox& axis, const QString& key) {
        const int found = axis.findData(settings.value(key, axis.currentData()));
        if (found >= 0) axis.setCurrentIndex(found);
    };
    restore(*x_, QStringLiteral("scatter/x"));
    restore(*y_, QStringLiteral("scatter/y"));
    scope_->setCurrentIndex(std::clamp(
        settings.value(QStringLiteral("scatter/scope"), scope_->currentIndex()).toInt(), 0, 1));
}

}  // namespace headscope::ui
