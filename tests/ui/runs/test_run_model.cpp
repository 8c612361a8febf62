#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QSortFilterProxyModel>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/test_program.h"
#include "tests/ui/runs/run_samples.h"
#include "ui/runs/run_model.h"
#include "ui/runs/run_tables.h"
#include "ui/runs/run_text.h"
#include "ui/style/text.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

QVariant value(const RunModel& model, int row, int column, int role = Qt::DisplayRole) {
    return model.index(row, column).data(role);
}

}  // namespace

class TestRunModel : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void rows_follow_the_store() {
        RunStore store;
        store.add(finished_run(0.98, 1.0));
        RunModel model(store);
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const int second = store.add(running_run(0.99, 0.5, 3));
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(value(model, 1, 0, RunModel::IdRole).toInt(), second);
        const QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
        store.update(second, [](Run& run) { run.progress.done = 400; });
        QCOMPARE(changes.count(), 1);
        QCOMPARE(changes.at(0).at(0).toModelIndex().row(), 1);
        QCOMPARE(changes.at(0).at(1).toModelIndex().row(), 1);
        QCOMPARE(value(model, 1, RunModel::progress_column).toString(),
                 QStringLiteral("400 / 775 windows"));
        store.remove(1);
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(value(model, 0, 0, RunModel::IdRole).toInt(), second);
        store.remove(second);
        QCOMPARE(model.rowCount(), 0);
    }

    void a_running_run_in_cells() {
        RunStore store;
        const Run run = running_run(0.98, 1.0, 120);
        store.add(run);
        const RunModel model(store);
        const auto text = [&](int column) { return value(model, 0, column).toString(); };
        QCOMPARE(text(RunModel::state_column), QStringLiteral("Running, 15\u00a0%"));
        QCOMPARE(value(model, 0, 0, RunModel::ShareRole).toDouble(), 120.0 / 775.0);
        QCOMPARE(text(RunModel::threshold_column), QStringLiteral("0.98"));
        QCOMPARE(text(RunModel::pairs_column), count_text(1234));
        QCOMPARE(text(RunModel::progress_column), QStringLiteral("120 / 775 windows"));
        QCOMPARE(text(RunModel::rate_column), QStringLiteral("9.25"));
        QCOMPARE(text(RunModel::remaining_column), QStringLiteral("1:11"));
        QCOMPARE(text(RunModel::perplexity_column), perplexity_text(run.curve.back().merged));
        QCOMPARE(text(RunModel::perplexity_change_column), change_text(run.curve.back().ratio));
        QCOMPARE(text(RunModel::duration_column), QStringLiteral("0:12"));
        QVERIFY(value(model, 0, RunModel::perplexity_column, Qt::FontRole).value<QFont>().italic());
        QVERIFY(text(RunModel::settings_column)
                    .startsWith(QStringLiteral("gptq, 512, components, average, 6 ")));
    }

    void an_opened_run_in_cells() {
        const QTemporaryDir folder;
        const Result wanted = sample_result(0.995, 2.0);
        const Result read = read_result(write_result(folder.path().toStdString(), wanted));
        RunStore store;
        store.add(run_of(read));
        const RunModel model(store);
        const auto text = [&](int column) { return value(model, 0, column).toString(); };
        QCOMPARE(text(RunModel::state_column), QStringLiteral("Finished"));
        QVERIFY(!value(model, 0, 0, RunModel::ShareRole).isValid());
        QCOMPARE(text(RunModel::threshold_column), QStringLiteral("0.995"));
        QCOMPARE(text(RunModel::pairs_column), QStringLiteral("1"));
        QCOMPARE(text(RunModel::progress_column), QStringLiteral("775 windows"));
        QCOMPARE(text(RunModel::rate_column), QString());
        QCOMPARE(text(RunModel::remaining_column), QString());
        QCOMPARE(text(RunModel::perplexity_column), QStringLiteral("62.7300 [61.48, 64.23]"));
        QCOMPARE(text(RunModel::perplexity_change_column),
                 QStringLiteral("+2.0000\u00a0% [+1.9000, +2.1000]"));
        QCOMPARE(text(RunModel::accuracy_column), QStringLiteral("32.800\u00a0% [32.00, 34.00]"));
        QCOMPARE(text(RunModel::accuracy_change_column),
                 QStringLiteral("\u22120.200 [\u22120.250, \u22120.150]"));
        QVERIFY(
            text(RunModel::settings_column)
                .startsWith(QStringLiteral("gptq, 512, float32, cpu, components, average, 6 ")));
        QCOMPARE(text(RunModel::duration_column), QStringLiteral("1:23"));
        QCOMPARE(text(RunModel::model_column), QStringLiteral("demo"));
        QCOMPARE(value(model, 0, RunModel::accuracy_change_column, RunModel::SortRole).toDouble(),
                 -0.002);
        const QString tip = value(model, 0, 0, Qt::ToolTipRole).toString();
        for (const char* part : {"gptq", "512", "775", "float32", "cpu", "0-5",
                                 "once, in front of the text", "wikitext-2 test"}) {
            QVERIFY2(tip.contains(QString::fromLatin1(part)), part);
        }
    }

    void a_foreign_file_has_empty_cells() {
        Result result = sample_result(0.9, 1.0);
        result.manifest.reset();
        result.change.reset();
        RunStore store;
        Run run = run_of(result);
        run.change.reset();
        store.add(run);
        const RunModel model(store);
        for (const int column : {RunModel::perplexity_change_column,
                                 RunModel::accuracy_change_column, RunModel::duration_column}) {
            QCOMPARE(value(model, 0, column).toString(), QString());
            QVERIFY(!value(model, 0, column, RunModel::SortRole).isValid());
        }
        QVERIFY(!value(model, 0, RunModel::settings_column)
                     .toString()
                     .contains(QStringLiteral("gptq")));
    }

    void failures_are_told_and_cancelling_is_none() {
        RunStore store;
        Run run;
        run.error = QStringLiteral("the <disk> is gone");
        run.state = RunState::failed;
        store.add(run);
        run.state = RunState::cancelled;
        store.add(run);
        const RunModel model(store);
        QCOMPARE(value(model, 0, 0).toString(), QStringLiteral("Failed"));
        QVERIFY(value(model, 0, 0, Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("the &lt;disk&gt; is gone")));
        QCOMPARE(value(model, 1, 0).toString(), QStringLiteral("Cancelled"));
        QVERIFY(!value(model, 1, 0, Qt::ToolTipRole).toString().contains(QStringLiteral("disk")));
    }

    void stages_before_the_evaluation_are_named() {
        Run run = running_run(0.9, 1.0, 1);
        run.progress = {"loading", 3, 6, "layers"};
        QCOMPARE(state_text(run), QStringLiteral("Loading weights, 50\u00a0%"));
        QCOMPARE(run_progress_text(run), QStringLiteral("3 / 6 layers"));
        run.progress = {"evaluating", 774, 775, "windows"};
        QCOMPARE(state_text(run), QStringLiteral("Running, 99\u00a0%"));
    }

    void sorting_is_by_number() {
        RunStore store;
        for (const double percent : {9.0, 100.0, -5.0})
            store.add(finished_run(0.9, percent));
        store.add(Run{});
        RunModel model(store);
        QSortFilterProxyModel sorted;
        sorted.setSourceModel(&model);
        sorted.setSortRole(RunModel::SortRole);
        sorted.sort(RunModel::perplexity_change_column);
        QList<int> ids;
        for (int row = 0; row < 4; ++row) {
            ids << sorted.index(row, 0).data(RunModel::IdRole).toInt();
        }
        QCOMPARE(ids, (QList<int>{3, 1, 2, 4}));
    }

    void thresholds_of_layers_are_no_single_number() {
        RunStore store;
        store.add(run_per_layer({{0, 0.98}, {3, 0.9125}}, 1.0));
        const RunModel model(store);
        QCOMPARE(value(model, 0, RunModel::threshold_column).toString(),
                 QStringLiteral("per layer"));
        const QString details = value(model, 0, 0, Qt::ToolTipRole).toString();
        QVERIFY(details.contains(QStringLiteral("Thresholds per layer")));
        QVERIFY(details.contains(QStringLiteral("0:0.98, 3:0.9125")));
        const std::vector<const Run*> runs = {&store.at(0)};
        const QStringList lines = runs_as_tsv(runs).split(QLatin1Char('\n'));
        const qsizetype at =
            lines[0].split(QLatin1Char('\t')).indexOf(QStringLiteral("layer_thresholds"));
        QCOMPARE(lines[1].split(QLatin1Char('\t')).at(at), QStringLiteral("0:0.98,3:0.9125"));
    }

    void tables_hold_raw_numbers() {
        const Run run = finished_run(0.98, 2.0);
        const std::vector<const Run*> runs = {&run};
        QLocale::setDefault(QLocale(QLocale::German));
        const QStringList lines = runs_as_tsv(runs).split(QLatin1Char('\n'));
        QLocale::setDefault(QLocale::c());
        const QStringList names = lines.at(0).split(QLatin1Char('\t'));
        const QStringList cells = lines.at(1).split(QLatin1Char('\t'));
        QCOMPARE(cells.size(), names.size());
        const auto cell = [&](const char* name) {
            return cells.at(names.indexOf(QString::fromLatin1(name)));
        };
        QCOMPARE(cell("threshold"), QStringLiteral("0.98"));
        QCOMPARE(cell("perplexity").toDouble(), run.merged->perplexity.value);
        QCOMPARE(cell("perplexity_ratio_high").toDouble(), run.change->perplexity_ratio.high);
        QCOMPARE(cell("accuracy_difference").toDouble(), -0.002);
        QCOMPARE(cell("windows"), QStringLiteral("775"));
        QCOMPARE(cell("layers"), QStringLiteral("0-5"));
    }
};

HEADSCOPE_TEST(TestRunModel)
#include "test_run_model.moc"
