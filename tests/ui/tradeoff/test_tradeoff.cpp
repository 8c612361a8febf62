// The trade-off plot: points and curves of finished runs.

#include <QLabel>
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include <nlohmann/json.hpp>

#include "tests/support/test_program.h"
#include "tests/ui/runs/run_samples.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/heads/head_store.h"
#include "ui/measures/damage_store.h"
#include "ui/measures/measure_store.h"
#include "ui/runs/run_store.h"
#include "ui/session/session.h"
#include "ui/tradeoff/tradeoff_panel.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

class TestTradeoff : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_curve_for_each_measure_rising_by_heads() {
        Session session;
        MeasureStore measures(session, [] { return MeasureStore::Compare(); });
        DamageStore damage(session);
        HeadStore heads(session, [] { return HeadStore::Settings(); });
        RunStore runs;
        const auto add = [&](double threshold, double percent, std::int64_t merged,
                             const char* measure) {
            Run run = finished_run(threshold, percent);
            run.summary.merged_heads = merged;
            Result result = *run.result;
            result.manifest->settings.measure = measure;
            run.result = std::make_shared<const Result>(result);
            runs.add(run);
        };
        add(0.9, 5.0, 40, "q");
        add(0.98, 1.0, 12, "q");
        add(0.7, 2.0, 20, "cka");
        runs.add(Run{});  // queued: no point
        TradeoffPanel panel(PanelServices{session, measures, damage, heads, runs, {}});
        QCOMPARE(panel.curves().size(), std::size_t{2});
        const auto curve =
            std::find_if(panel.curves().begin(), panel.curves().end(),
                         [](const auto& c) { return !c.name.contains(QStringLiteral("cka")); });
        QCOMPARE(curve->points.size(), std::size_t{2});
        QCOMPARE(curve->points[0].saved, 12.0);
        QCOMPARE(curve->points[1].saved, 40.0);
        QVERIFY(std::abs(curve->points[0].change.value - 1.0) < 1e-9);
        QVERIFY(std::abs(curve->points[1].change.value - 5.0) < 1e-9);
        QCOMPARE(panel.copy_text().split(QLatin1Char('\n'), Qt::SkipEmptyParts).size(), 4);
    }

    void a_point_of_a_front_becomes_the_plan() {
        const auto model = demo_opened_model();
        Session session;
        session.set_model(model);
        MeasureStore measures(session, [] { return MeasureStore::Compare(); });
        DamageStore damage(session);
        HeadStore heads(session, [] { return HeadStore::Settings(); });
        RunStore runs;
        runs.add(finished_run(0.9, 5.0));
        int shown = -1;
        TradeoffPanel panel(PanelServices{
            session, measures, damage, heads, runs, {}, [&shown](int id) { shown = id; }});
        const QTemporaryDir folder;
        const auto write = [&](const char* name, const std::string& fingerprint) {
            const QString path = folder.filePath(QLatin1String(name));
            nlohmann::ordered_json points = nlohmann::ordered_json::array();
            for (const auto& [removed, ratio] :
                 {std::pair("0:1", 1.01), std::pair("0:1;3:2,5", 1.04)}) {
                RemovalPoint point;
                point.removed = parse_heads(removed);
                point.heads = point.units = std::string(removed).size() > 3 ? 3 : 1;
                point.change.perplexity_ratio = {ratio, ratio - 0.01, ratio + 0.01};
                points.push_back(to_json(point));
            }
            std::ofstream(path.toStdString()) << nlohmann::ordered_json{
                {"settings", {{"model_fingerprint", fingerprint}, {"refit_target", "residual"}}},
                {"points", points}};
            return path;
        };
        panel.open_front(write("other.json", "f00d"));
        auto* note = panel.findChild<QLabel*>(QStringLiteral("note"));
        QTRY_VERIFY(note->text().contains(QStringLiteral("another model")));
        panel.open_front(write("compress.json", model->checkpoint.fingerprint()));
        QTRY_COMPARE(panel.curves().size(), std::size_t{2});
        const TradeoffPanel::Curve front = panel.curves().back();
        QCOMPARE(front.points.size(), std::size_t{2});
        QCOMPARE(front.points[1].saved, 3.0);
        QVERIFY(std::abs(front.points[1].change.value - 4.0) < 1e-9);
        panel.choose(front, front.points[1]);
        panel.use_plan();
        QCOMPARE(session.summary().removed_heads, std::int64_t{3});
        QCOMPARE(session.summary().pairs, std::int64_t{0});
        QVERIFY(session.rule().refit == (RefitRule{Refit::output, RefitTarget::residual}));
        QCOMPARE(heads_text(session.rule().removal.heads), std::string("0:1;3:2,5"));
        session.undo_stack()->undo();
        QCOMPARE(session.summary().removed_heads, std::int64_t{0});
        const TradeoffPanel::Curve of_runs = panel.curves().front();
        panel.choose(of_runs, of_runs.points[0]);
        QCOMPARE(shown, runs.at(0).id);
        session.set_model(nullptr);
        QCOMPARE(panel.curves().size(), std::size_t{2});  // not shown: drawn again when it is
        QVERIFY(&panel.plot() != nullptr);
        QCOMPARE(panel.curves().size(), std::size_t{1});
    }
};

HEADSCOPE_TEST(TestTradeoff)
#include "test_tradeoff.moc"
