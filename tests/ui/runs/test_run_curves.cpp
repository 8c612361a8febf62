#include <QComboBox>
#include <QTabWidget>
#include <QTest>

#include <qcustomplot.h>

#include "tests/support/test_program.h"
#include "tests/ui/runs/run_samples.h"
#include "ui/runs/run_curves.h"
#include "ui/runs/run_series.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// The graphs that a legend names, that is the curves of figures.
QList<QCPGraph*> named(const QCustomPlot& plot) {
    QList<QCPGraph*> graphs;
    for (int i = 0; i < plot.graphCount(); ++i) {
        if (plot.legend->itemWithPlottable(plot.graph(i)) != nullptr) graphs << plot.graph(i);
    }
    return graphs;
}

struct Fixture {
    explicit Fixture(int tab = 0) {
        curves.resize(600, 400);
        curves.findChild<QTabWidget*>()->setCurrentIndex(tab);
        curves.show();
    }

    RunStore store;
    RunCurves curves{store};
};

}  // namespace

class TestRunCurves : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void curves_are_the_runs_own() {
        Fixture f;
        const int id = f.store.add(running_run(0.98, 1.0, 40));
        const QCustomPlot& plot = f.curves.windows_plot();
        QTRY_COMPARE(named(plot).size(), 1);
        const auto matches = [&] {
            const Run& run = *f.store.find(id);
            const auto& data = *named(plot).at(0)->data();
            if (data.size() != static_cast<int>(run.curve.size())) return false;
            for (int i = 0; i < data.size(); ++i) {
                const CurvePoint& point = run.curve[static_cast<std::size_t>(i)];
                if (data.at(i)->key != static_cast<double>(point.windows)) return false;
                if (data.at(i)->value != (point.ratio.value - 1.0) * 100.0) return false;
            }
            return true;
        };
        QVERIFY(matches());
        // The band has no place where there is no interval yet.
        QCOMPARE(plot.graph(1)->data()->size(), 39);
        f.store.update(id, [](Run& run) {
            for (int windows = 41; windows <= 60; ++windows) {
                run.curve.push_back(curve_point(windows, 1.0));
            }
        });
        QTRY_VERIFY(matches());
        QCOMPARE(named(plot).at(0)->data()->size(), 60);
        // A curve that began anew is drawn anew.
        f.store.update(id, [](Run& run) { run.curve = running_run(0.98, 3.0, 7).curve; });
        QTRY_COMPARE(named(plot).at(0)->data()->size(), 7);
        f.store.remove(id);
        QTRY_COMPARE(plot.graphCount(), 0);
    }

    void the_selected_runs_are_shown() {
        Fixture f;
        const int first = f.store.add(running_run(0.98, 1.0, 10));
        const int second = f.store.add(running_run(0.99, 0.5, 20));
        f.store.update(first, [](Run& run) { run.state = RunState::finished; });
        const QCustomPlot& plot = f.curves.windows_plot();
        QTRY_COMPARE(named(plot).size(), 1);  // nothing is selected: the running one
        QVERIFY(named(plot).at(0)->name().contains(QStringLiteral("99")));
        f.curves.show_runs({first, second});
        QTRY_COMPARE(named(plot).size(), 2);
        QVERIFY(named(plot).at(0)->pen().color() != named(plot).at(1)->pen().color());
        f.curves.show_runs({first});
        QTRY_COMPARE(named(plot).size(), 1);
        QCOMPARE(named(plot).at(0)->data()->size(), 10);
        QCOMPARE(f.curves.copy_text().count(QLatin1Char('\n')), 11);
    }

    void perplexity_has_the_original_beside_it() {
        Fixture f;
        const Run run = running_run(0.98, 1.0, 30);
        f.store.add(run);
        f.curves.findChild<QComboBox*>(QStringLiteral("windows_figure"))->setCurrentIndex(1);
        const QCustomPlot& plot = f.curves.windows_plot();
        QTRY_COMPARE(named(plot).size(), 1);
        QCOMPARE(named(plot).at(0)->data()->at(29)->value, run.curve.back().merged.value);
        QCOMPARE(plot.graph(3)->data()->at(29)->value, run.curve.back().original);
    }

    void training_has_a_page_where_there_was_any() {
        Fixture f;
        auto* tabs = f.curves.findChild<QTabWidget*>();
        const int id = f.store.add(running_run(0.98, 1.0, 10));
        QTRY_COMPARE(named(f.curves.windows_plot()).size(), 1);
        QVERIFY(!tabs->isTabVisible(2));
        f.store.update(id, [](Run& run) { run.training = {{0, 0.5, 0.0}, {10, 0.25, 0.4}}; });
        QTRY_VERIFY(tabs->isTabVisible(2));
        tabs->setCurrentIndex(2);
        const QCustomPlot& plot = f.curves.training_plot();
        QTRY_COMPARE(named(plot).size(), 2);  // on training text and on held-out text
        QCOMPARE(named(plot).at(0)->data()->size(), 1);
        QCOMPARE(named(plot).at(0)->data()->at(0)->value, 0.4);
        QCOMPARE(named(plot).at(1)->data()->size(), 2);
        // What is measured later comes as it comes, and the best is marked.
        f.store.update(id, [](Run& run) { run.training.push_back({20, 0.375, 0.2}); });
        QTRY_COMPARE(named(plot).at(1)->data()->size(), 3);
        QCOMPARE(plot.graph(2)->data()->at(0)->key, 10.0);
        QCOMPARE(plot.graph(2)->data()->at(0)->value, 0.25);
        QVERIFY(plot.yAxis->range().contains(0.5) && plot.yAxis->range().lower == 0.0);
        QVERIFY(f.curves.copy_text().contains(QStringLiteral("\t10\t0.25\t0.4")));
        QCOMPARE(&f.curves.plot(), &f.curves.training_plot());
    }

    void nothing_happens_out_of_sight() {
        Fixture f;
        f.curves.hide();
        f.store.add(running_run(0.98, 1.0, 30));
        QTest::qWait(80);
        QCOMPARE(f.curves.windows_plot().graphCount(), 0);
        f.curves.show();
        QTRY_COMPARE(named(f.curves.windows_plot()).size(), 1);
    }

    void comparable_runs_are_one_series() {
        Fixture f(1);
        f.store.add(finished_run(0.99, 1.0));
        f.store.add(finished_run(0.98, 3.0));
        f.store.add(finished_run(0.98, 2.0));  // again: the later one counts
        QCustomPlot& plot = f.curves.threshold_plot();
        QTRY_COMPARE(plot.graphCount(), 2);
        const QCPGraph& perplexity = *plot.graph(0);
        QCOMPARE(perplexity.data()->size(), 2);
        QCOMPARE(perplexity.data()->at(0)->key, 0.98);
        QVERIFY(qAbs(perplexity.data()->at(0)->value - 2.0) < 1e-9);
        QVERIFY(qAbs(plot.graph(1)->data()->at(1)->value + 0.1) < 1e-9);
        QCOMPARE(plot.graph(1)->valueAxis(), plot.yAxis2);
        QCOMPARE(perplexity.name(), QStringLiteral("Perplexity"));
        for (int i = 0; i < plot.plottableCount(); ++i) {
            const auto* bars = qobject_cast<const QCPErrorBars*>(plot.plottable(i));
            if (bars == nullptr || bars->valueAxis() != plot.yAxis) continue;
            QVERIFY(qAbs(bars->data()->at(0).errorPlus - 0.1) < 1e-9);
        }
    }

    /// A sweep can be watched; until it is done, its runs do not mix with finished ones.
    void thresholds_of_layers_are_no_point_of_a_series() {
        RunStore store;
        store.add(finished_run(0.9, 1.0));
        store.add(run_per_layer({{0, 0.9}, {1, 0.95}}, 2.0));
        const auto series = series_of(store);
        QCOMPARE(series.size(), std::size_t{1});
        QCOMPARE(series[0].points.size(), std::size_t{1});
        QCOMPARE(series[0].points[0].run_id, store.at(0).id);
    }

    void running_runs_are_a_series_of_their_own() {
        Fixture f(1);
        f.store.add(finished_run(0.99, 1.0));
        f.store.add(running_run(0.9, 1.0, 10));
        f.store.add(running_run(0.95, 0.5, 10));
        QCustomPlot& plot = f.curves.threshold_plot();
        QTRY_COMPARE(plot.graphCount(), 4);
        QCOMPARE(plot.graph(0)->data()->size(), 1);
        QCOMPARE(plot.graph(2)->data()->size(), 2);
    }

    void other_settings_are_another_series() {
        Fixture f(1);
        f.store.add(finished_run(0.99, 1.0));
        Result other = sample_result(0.99, 2.0);
        other.manifest->settings.window = 256;
        f.store.add(run_of(other));
        Result device = sample_result(0.95, 2.0);
        device.manifest->settings.device = "cuda:0";
        f.store.add(run_of(device));  // compares with the first
        const QCustomPlot& plot = f.curves.threshold_plot();
        QTRY_COMPARE(plot.graphCount(), 4);
        QCOMPARE(plot.graph(0)->data()->size(), 2);
        QCOMPARE(plot.graph(2)->data()->size(), 1);
        QVERIFY(plot.graph(0)->name().contains(QStringLiteral("512")));
        QVERIFY(plot.graph(2)->name().contains(QStringLiteral("256")));
        QVERIFY(!plot.graph(2)->name().contains(QStringLiteral("gptq")));
    }

    void absolute_figures_show_the_original() {
        Fixture f(1);
        f.store.add(finished_run(0.99, 1.0));
        f.curves.findChild<QComboBox*>(QStringLiteral("threshold_figure"))->setCurrentIndex(1);
        QCustomPlot& plot = f.curves.threshold_plot();
        QTRY_COMPARE(plot.itemCount(), 2);
        QCOMPARE(plot.graph(0)->data()->at(0)->value, f.store.at(0).merged->perplexity.value);
        const auto height = [&](int item) {
            return qobject_cast<QCPItemStraightLine*>(plot.item(item))->point1->coords().y();
        };
        QCOMPARE(height(0), 61.5);
        QCOMPARE(height(1), 33.0);
        QVERIFY(plot.yAxis->range().contains(61.5));
    }
};

HEADSCOPE_TEST(TestRunCurves)
#include "test_run_curves.moc"
