// Views of several measures: what is computed when, what they show, and how they are linked.

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>
#include <atomic>

#include "core/search/rank_correlation.h"
#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/measures/damage_panel.h"
#include "ui/measures/scatter_panel.h"
#include "ui/measures/two_measures_panel.h"
#include "ui/style/text.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// The same model with every similarity off the diagonal turned around, so that rank correlations
/// are -1.
std::shared_ptr<const OpenedModel> turned(const OpenedModel& model, Measure measure) {
    OpenedModel other = model;
    other.measure = measure;
    other.ranked.clear();
    for (SimilarityMatrix& matrix : other.matrices) {
        const auto n = static_cast<std::size_t>(matrix.heads);
        for (std::size_t i = 0; i < n * n; ++i) {
            if (i % (n + 1) != 0) matrix.values[i] = -matrix.values[i];
        }
        other.ranked.emplace_back(matrix);
    }
    return std::make_shared<const OpenedModel>(std::move(other));
}

/// Two pairs of layer 1, the more alike of which does more harm.
DamageResult some_damage() {
    DamageResult result;
    result.measures = {Measure::q, Measure::ov_circuit};
    const auto damage = [](double ratio) {
        Change change;
        change.perplexity_ratio = {ratio, ratio * 0.99, ratio * 1.01};
        return change;
    };
    result.pairs = {{1, {0, 1}, {0.9, 0.1}, damage(1.02)}, {1, {2, 3}, {0.5, 0.6}, damage(1.001)}};
    result.rankings = rank_measures(result.measures, result.pairs);
    return result;
}

struct At {
    At() {
        session.set_model(synthetic_model(3, 16, 8, 5));
        session.focus_layer(1);
    }

    Session session;
    std::atomic<int> comparisons = 0;
    MeasureStore measures{session, [this]() -> MeasureStore::Compare {
                              return [this](const OpenedModel& model, Measure measure,
                                            const ProgressFn&, const std::stop_token&) {
                                  ++comparisons;
                                  return turned(model, measure);
                              };
                          }};
    DamageParams asked;
    DamageStore damage{
        session, [this](const DamageParams& params, const ProgressFn&, const std::stop_token&) {
            asked = params;
            return some_damage();
        }};
};

}  // namespace

class TestMeasureViews : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_measure_is_computed_once_when_it_is_wanted() {
        At at;
        QCOMPARE(at.measures.by(Measure::q), at.session.model());
        QVERIFY(at.measures.by(Measure::o) == nullptr);
        at.measures.want(Measure::q);
        QVERIFY(!at.measures.computing());
        at.measures.want(Measure::o);
        at.measures.want(Measure::o);
        at.measures.want(Measure::v);
        QTRY_VERIFY(at.measures.by(Measure::v) != nullptr);
        QVERIFY(at.measures.by(Measure::o) != nullptr);
        QCOMPARE(at.comparisons.load(), 2);
        at.session.set_model(synthetic_model(2, 16, 8, 6));
        QVERIFY(at.measures.by(Measure::o) == nullptr);
    }

    void a_failure_is_told_and_may_be_tried_again() {
        Session session;
        session.set_model(synthetic_model(2, 16, 8, 5));
        MeasureStore measures(session, []() -> MeasureStore::Compare {
            return [](const OpenedModel&, Measure, const ProgressFn&,
                      const std::stop_token&) -> std::shared_ptr<const OpenedModel> {
                fail(ErrorCode::bad_input, "no such text");
            };
        });
        QSignalSpy failed(&measures, &MeasureStore::failed);
        measures.want(Measure::cka);
        QTRY_COMPARE(failed.count(), 1);
        QVERIFY(!measures.computing());
        measures.want(Measure::cka);
        QTRY_COMPARE(failed.count(), 2);
    }

    /// A plan and a pinned pair are there before the second measure is.
    void two_measures_wait_for_the_second() {
        At at;
        at.session.choose_threshold(-1.0);
        at.session.pin(HeadsOfInterest{0, 1});
        QVERIFY(!at.session.layer_plan(1).pairs.empty());
        TwoMeasuresPanel panel(at.session, at.measures);
        panel.resize(900, 500);
        panel.show();
        QVERIFY(panel.readout().contains(QStringLiteral("Point at a pair")));
        QTRY_VERIFY(at.measures.by(Measure::qk_circuit) != nullptr);
        QVERIFY(panel.readout().contains(QStringLiteral("Heads 0 and 1")));
        at.session.set_model(nullptr);
        QVERIFY(panel.note().contains(QStringLiteral("No model")));
    }

    void two_measures_are_linked() {
        At at;
        TwoMeasuresPanel panel(at.session, at.measures);
        panel.resize(900, 500);
        panel.show();
        QTRY_VERIFY(at.measures.by(Measure::qk_circuit) != nullptr);
        QVERIFY2(panel.note().contains(QStringLiteral("\u22121.0000")), qPrintable(panel.note()));
        at.session.pin(HeadsOfInterest{0, 1});
        const double q = at.session.model()->matrices[1].at(0, 1);
        QVERIFY(panel.readout().contains(similarity_text(q)));
        QVERIFY(panel.readout().contains(similarity_text(-q)));
        QCOMPARE(panel.copy_text().count(QLatin1Char('\n')), 1 + 16 * 15 / 2);
        QVERIFY(panel.heatmap(0).marks().pinned == panel.heatmap(1).marks().pinned);
    }

    void choices_are_kept() {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        At at;
        {
            TwoMeasuresPanel two(at.session, at.measures);
            ScatterPanel scatter(at.session, at.measures, at.damage);
            two.box(1).set_measure(Measure::v);
            scatter.y_axis().setCurrentIndex(
                scatter.y_axis().findData(static_cast<int>(Measure::o)));
            two.save_state(settings);
            scatter.save_state(settings);
        }
        TwoMeasuresPanel two(at.session, at.measures);
        ScatterPanel scatter(at.session, at.measures, at.damage);
        two.restore_state(settings);
        scatter.restore_state(settings);
        QCOMPARE(two.box(1).measure(), Measure::v);
        QCOMPARE(scatter.y_axis().currentData().toInt(), static_cast<int>(Measure::o));
    }

    void the_scatter_shows_every_pair() {
        At at;
        ScatterPanel panel(at.session, at.measures, at.damage);
        panel.resize(600, 500);
        panel.show();
        QTRY_VERIFY(at.measures.by(Measure::qk_circuit) != nullptr);
        QCOMPARE(panel.scatter().points().size(), std::size_t{3 * 16 * 15 / 2});
        QTRY_VERIFY(panel.note().contains(QStringLiteral("-1.000")));
        at.session.choose_threshold(0.9);
        std::size_t selected = 0;
        for (const ScatterPoint& point : panel.scatter().points()) {
            QCOMPARE(point.y, -point.x);
            QCOMPARE(point.selected, point.x >= 0.9);
            selected += point.selected ? 1 : 0;
        }
        QVERIFY(selected > 0);
        panel.scope().setCurrentIndex(0);
        QCOMPARE(panel.scatter().points().size(), std::size_t{16 * 15 / 2});
    }

    void a_click_in_the_scatter_chooses_the_pair() {
        At at;
        ScatterPanel panel(at.session, at.measures, at.damage);
        panel.resize(600, 500);
        panel.show();
        QTRY_VERIFY(!panel.scatter().points().empty());
        const ScatterPoint point = panel.scatter().points().back();
        Q_EMIT panel.scatter().chosen(point.layer, point.first, point.second);
        QCOMPARE(at.session.focused_layer(), point.layer);
        QCOMPARE(at.session.pinned(), (HeadsOfInterest{point.first, point.second}));
    }

    void damage_is_measured_and_ranked() {
        At at;
        DamagePanel panel(at.session, at.damage, [] { return WorkParams{}; });
        panel.show();
        QVERIFY(panel.ranking_text().contains(QStringLiteral("Merges each")));
        panel.start_button().click();
        QTRY_VERIFY(at.damage.result() != nullptr);
        QCOMPARE(at.asked.work.layers, std::vector<int>{1});
        QCOMPARE(at.asked.choose_by, std::vector<Measure>{Measure::q});
        QVERIFY(at.asked.compare.size() > 3);
        // ov-circuit foretells it here, q does not.
        const QString text = panel.ranking_text();
        QVERIFY2(text.indexOf(QStringLiteral("ov-circuit")) < text.indexOf(QStringLiteral("q 1")),
                 qPrintable(text));
        const QAbstractItemModelTester tester(panel.table().model());
        QCOMPARE(panel.table().model()->rowCount(), 2);
        QCOMPARE(panel.copy_text().count(QLatin1Char('\n')), 3);
        // The least damage comes first, and choosing a row goes to the pair.
        panel.table().setCurrentIndex(panel.table().model()->index(0, 0));
        QCOMPARE(at.session.pinned(), (HeadsOfInterest{2, 3}));
    }

    void damage_waits_for_the_figures_of_the_means() {
        At at;
        DamagePanel panel(at.session, at.damage, [] { return WorkParams{}; });
        panel.show();
        QVERIFY(panel.start_button().isEnabled());
        Choices choices = at.session.choices();
        choices.weights = MeanWeights::usage;
        at.session.choose(choices, QStringLiteral("usage"));
        QVERIFY(!panel.start_button().isEnabled());
        MergeFigures figures{{choices.calibration, {}, false}, {}, {}};
        for (int layer = 0; layer < 3; ++layer)
            figures.layers.push_back({layer, std::vector<double>(16, 1.0), nullptr});
        at.session.set_measured(
            with_figures(at.session.model(), std::make_shared<const MergeFigures>(figures)));
        QVERIFY(panel.start_button().isEnabled());
        panel.start_button().click();
        QTRY_VERIFY(at.damage.result() != nullptr);
        QCOMPARE(at.asked.work.rule.weights, MeanWeights::usage);
    }

    void damage_can_be_an_axis() {
        At at;
        ScatterPanel panel(at.session, at.measures, at.damage);
        panel.show();
        panel.y_axis().setCurrentIndex(panel.y_axis().findText(QStringLiteral("damage")));
        QVERIFY(panel.note().contains(QStringLiteral("No damage")));
        at.damage.start({});
        QTRY_COMPARE(panel.scatter().points().size(), std::size_t{2});
        QVERIFY(std::abs(panel.scatter().points()[0].y - 1000.0 * std::log(1.02)) < 1e-6);
    }

    void a_table_of_damage_is_a_proper_model() {
        DamageModel model;
        const QAbstractItemModelTester tester(&model);
        model.show(std::make_shared<const DamageResult>(some_damage()));
        QCOMPARE(model.columnCount(), 6);
        model.show(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }
};

HEADSCOPE_TEST(TestMeasureViews)
#include "test_measure_views.moc"
