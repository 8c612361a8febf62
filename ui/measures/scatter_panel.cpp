#include "ui/measures/scatter_panel.h"

#include <QComboBox>
#include <QLabel>
#include <QSettings>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/search/rank_correlation.h"
#include "ui/style/flow_layout.h"
#include "ui/style/measure_text.h"
#include "ui/style/plot_copy.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

// Data of an axis' items besides measures, which have their own number.
constexpr int kLayer = -1;
constexpr int kDamage = -2;

enum Scope { focused_layer, included_layers };

std::size_t place_of(int first, int second, std::size_t heads) {
    return static_cast<std::size_t>(first) * heads + static_cast<std::size_t>(second);
}

/// In millinats a token.
/// Of an axis in a narrow window.
constexpr int kLeastLetters = 9;

std::optional<double> damage_of(const DamageResult& result, int layer, int first, int second) {
    const auto key = std::make_pair(layer, Heads{first, second});
    const auto found = std::lower_bound(result.pairs.begin(), result.pairs.end(), key,
                                        [](const PairDamage& pair, const auto& wanted) {
                                            return std::make_pair(pair.layer, pair.heads) < wanted;
                                        });
    if (found == result.pairs.end() || found->layer != layer || found->heads != key.second)
        return std::nullopt;
    return found->loss().value * 1000.0;
}

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
      scatter_(new PairScatter(this)),
      correlating_(QStringLiteral("correlation")) {
    for (QComboBox* axis : {x_, y_}) {
        axis->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        axis->setMinimumContentsLength(kLeastLetters);
        for (const Measure measure : all_measures()) {
            axis->addItem(measure_title(measure), static_cast<int>(measure));
            axis->setItemData(axis->count() - 1, measure_explanation(measure), Qt::ToolTipRole);
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

    auto* choices = new QWidget(this);
    choices_ = new FlowLayout(choices);
    choices_->setContentsMargins({});
    choices_->set_shrinking(true);
    choices_->add_labelled(new QLabel(tr("X:"), this), x_);
    choices_->add_labelled(new QLabel(tr("Y:"), this), y_);
    choices_->add_labelled(new QLabel(tr("Pairs of the:"), this), scope_);
    note_->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(choices);
    layout->addWidget(note_);
    layout->addWidget(scatter_, 1);
    add_copy_action(*this, scatter_->plot(), [this] { return copy_text(); });

    connect(&measures_, &MeasureStore::changed, this, &ScatterPanel::refresh_if_visible);
    connect(&damage_, &DamageStore::changed, this, &ScatterPanel::refresh_if_visible);
    connect(&session_, &Session::plan_changed, this, &ScatterPanel::plan_changed);
    connect(&session_, &Session::focus_changed, this, &ScatterPanel::refresh_if_visible);
    connect(&session_, &Session::pin_changed, this, &ScatterPanel::mark_pinned);
    connect(&correlating_, &Job::finished, this, [this](const Job::Value& value) {
        correlation_ = *std::static_pointer_cast<const std::optional<double>>(value);
        note_->setText(note());
    });
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
    if (shown == kLayer) return {true, nullptr, nullptr};
    if (shown == kDamage) return {false, damage_.result(), nullptr};
    return {false, nullptr, measures_.by(static_cast<Measure>(shown))};
}

ScatterPanel::Source ScatterPanel::source() const {
    return {axis(*x_), axis(*y_), layers()};
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

std::optional<double> ScatterPanel::figure(const Axis& axis, int layer, int first, int second) {
    if (axis.layer) return layer;
    if (axis.damage) return damage_of(*axis.damage, layer, first, second);
    if (axis.model == nullptr) return std::nullopt;
    return axis.model->matrices[static_cast<std::size_t>(layer)].at(first, second);
}

std::vector<ScatterPoint> ScatterPanel::pairs(const Source& source) const {
    std::vector<ScatterPoint> points;
    if (!source.across.known() || !source.upwards.known()) return points;
    for (const int layer : source.layers) {
        const int heads = session_.model()->matrices[static_cast<std::size_t>(layer)].heads;
        for (int i = 0; i < heads; ++i) {
            for (int j = i + 1; j < heads; ++j) {
                const auto x = figure(source.across, layer, i, j);
                const auto y = figure(source.upwards, layer, i, j);
                if (x && y) points.push_back({layer, i, j, *x, *y, false});
            }
        }
    }
    return points;
}

/// `points` are ordered by layer.
void ScatterPanel::select_merged(std::vector<ScatterPoint>& points) const {
    std::vector<bool> merged;  // [heads, heads]
    std::size_t heads = 0;
    int of_layer = -1;
    for (ScatterPoint& point : points) {
        if (point.layer != of_layer) {
            of_layer = point.layer;
            heads = static_cast<std::size_t>(
                session_.model()->matrices[static_cast<std::size_t>(of_layer)].heads);
            merged.assign(heads * heads, false);
            if (session_.included(of_layer)) {
                for (const HeadPair& pair : session_.layer_plan(of_layer).pairs)
                    merged[place_of(pair.first, pair.second, heads)] = true;
            }
        }
        point.selected = merged[place_of(point.first, point.second, heads)];
    }
}

void ScatterPanel::refresh() {
    scatter_->setVisible(session_.model() != nullptr);
    want(*x_);
    want(*y_);
    Source now = source();
    if (now == shown_) {
        draw(scatter_->points());
    } else {
        shown_ = std::move(now);
        std::vector<ScatterPoint> points = pairs(shown_);
        all_pairs_ = points.size();
        correlate(points);
        draw(std::move(points));
    }
    note_->setText(note());
}

/// Over all pairs, which takes longer than a frame where there are many.
void ScatterPanel::correlate(const std::vector<ScatterPoint>& points) {
    correlation_.reset();
    std::vector<double> x;
    std::vector<double> y;
    for (const ScatterPoint& point : points) {
        x.push_back(point.x);
        y.push_back(point.y);
    }
    correlating_.start([x = std::move(x), y = std::move(y)](const auto&, const auto&) {
        return std::make_shared<const std::optional<double>>(rank_correlation(x, y));
    });
}

/// While the slider moves only colours change.
void ScatterPanel::plan_changed() {
    if (!isVisible()) return;
    if (layers() != shown_.layers) return refresh();
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
        std::find(shown_.layers.begin(), shown_.layers.end(), layer) != shown_.layers.end();
    if (pinned && shown) {
        const auto x = figure(shown_.across, layer, pinned->first, pinned->second);
        const auto y = figure(shown_.upwards, layer, pinned->first, pinned->second);
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
        return computing ? tr("Computing %1").arg(measure_title(*computing))
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
    const auto name = [](const QComboBox& axis) {
        const int shown = axis.currentData().toInt();
        return shown < 0 ? axis.currentText() : qstring(name_of(static_cast<Measure>(shown)));
    };
    QString text = QStringLiteral("layer\thead\thead\t%1\t%2\n").arg(name(*x_), name(*y_));
    for (const ScatterPoint& point : pairs(source())) {
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
