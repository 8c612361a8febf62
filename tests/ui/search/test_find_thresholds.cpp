// The dialog that finds thresholds of layers, with a search that is not core's.

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>
#include <atomic>
#include <cmath>
#include <thread>

#include "core/base/error.h"
#include "core/search/search_file.h"
#include "tests/support/test_program.h"
#include "tests/ui/runs/run_samples.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/search/find_thresholds_dialog.h"
#include "ui/search/search_text.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

const LayerThresholds kFound{{0, 0.95}, {2, 0.9125}};

Change change_of_ratio(double ratio) {
    return {{ratio, ratio - 0.001, ratio + 0.001}, {0.0, -0.001, 0.001}};
}

/// Two steps, a check that broke the budget, one step taken back, and a check that held.
Findings some_findings() {
    Findings findings;
    findings.steps = {{StepOutcome::taken, 0, 0.95, 4, change_of_ratio(1.002), 0},
                      {StepOutcome::taken, 2, 0.9125, 6, change_of_ratio(1.004), 0},
                      {StepOutcome::taken, 1, 0.5, 9, change_of_ratio(1.009), 0},
                      {StepOutcome::taken_back, 1, 0.5, 6, change_of_ratio(1.004), 1}};
    findings.checks = {{{{0, 0.95}, {1, 0.5}, {2, 0.9125}},
                        9,
                        change_of_ratio(1.009),
                        change_of_ratio(1.012),
                        false},
                       {kFound, 6, change_of_ratio(1.004), change_of_ratio(1.005), true}};
    findings.thresholds = kFound;
    return findings;
}

SearchResult some_result(const LayerThresholds& thresholds) {
    SearchResult search;
    search.result = sample_result(lowest_threshold(thresholds), 0.5);
    search.result.plan.layer_thresholds = thresholds;
    search.result.summary.merged_heads = 6;
    search.result.summary.removable_heads = 3;
    search.findings = some_findings();
    search.findings->thresholds = thresholds;
    return search;
}

/// A dialog over a search that tells its path, waits where it is told to, and gives `result`.
struct At {
    At() {
        session.set_model(synthetic_model(3, 16, 8, 5));
        dialog.show();
    }

    SearchResult run(const SearchParams& params, const SearchObserver& observer,
                     const std::stop_token& stop) {
        asked = params;
        observer.progress({"adding", 1, 4, "steps"});
        for (const auto& entry :
             search_path(result.findings ? result.findings->steps : std::vector<SearchStep>(),
                         result.findings ? result.findings->checks : std::vector<SearchCheck>())) {
            if (const auto* step = std::get_if<SearchStep>(&entry)) observer.step(*step);
            if (const auto* check = std::get_if<SearchCheck>(&entry)) observer.check(*check);
        }
        while (waits) {
            throw_if_stopped(stop);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        if (breaks) fail(ErrorCode::bad_input, "the disk is full");
        return result;
    }

    template <typename Widget>
    Widget& child(const char* name) {
        return *dialog.findChild<Widget*>(QString::fromLatin1(name));
    }
    [[nodiscard]] QAbstractItemModel& table() { return *dialog.findChild<QTreeView*>()->model(); }
    [[nodiscard]] QString text(int row, SearchPathModel::Column column) {
        return table().index(row, column).data().toString();
    }

    Session session;
    std::atomic<bool> waits = false;
    std::atomic<bool> breaks = false;
    SearchResult result = some_result(kFound);
    SearchParams asked;
    ThresholdSearch search{session, [this](const auto&... arguments) { return run(arguments...); }};
    SearchParams base;
    FindThresholdsDialog dialog{session, search, [this] { return base; }};
    QPushButton& start = child<QPushButton>("start");
    QPushButton& use = child<QPushButton>("use");
    QLabel& outcome = child<QLabel>("outcome");
};

}  // namespace

class TestFindThresholds : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void what_is_asked_for_is_what_the_controls_say() {
        At at;
        at.base.by_settings = true;
        at.base.work.layers = {0, 2};
        at.child<QDoubleSpinBox>("budget").setValue(0.5);
        at.child<QComboBox>("gain").setCurrentIndex(1);
        at.child<QSpinBox>("candidates").setValue(7);
        at.child<QSpinBox>("probe_windows").setValue(3);
        at.start.click();
        QTRY_VERIFY(at.search.result() != nullptr);
        QCOMPARE(at.asked.max_ppl_increase, 0.005);
        QVERIFY(at.asked.gain == Gain::removable);
        QCOMPARE(at.asked.candidates, 7);
        QCOMPARE(at.asked.probe_windows, std::int64_t{3});
        QCOMPARE(at.asked.work.layers, (std::vector<int>{0, 2}));
        QVERIFY(at.asked.by_settings);
        QCOMPARE(at.table().headerData(SearchPathModel::gain, Qt::Horizontal).toString(),
                 QStringLiteral("Removable heads"));
    }

    void the_path_appears_while_it_is_searched() {
        At at;
        const QAbstractItemModelTester tester(&at.table());
        at.waits = true;
        at.start.click();
        QTRY_COMPARE(at.table().rowCount(), 6);
        QVERIFY(at.search.running());
        QVERIFY(!at.child<QDoubleSpinBox>("budget").isEnabled());
        QVERIFY(at.child<QLabel>("stage").text().contains(QStringLiteral("step 1")));
        QCOMPARE(at.text(0, SearchPathModel::layer), QStringLiteral("0"));
        QCOMPARE(at.text(1, SearchPathModel::threshold), QStringLiteral("0.9125"));
        QVERIFY(at.text(3, SearchPathModel::what).contains(QStringLiteral("too much")));
        QCOMPARE(at.text(3, SearchPathModel::layer), QString());
        QCOMPARE(at.text(4, SearchPathModel::what), QStringLiteral("Taken back"));
        QVERIFY(at.text(5, SearchPathModel::what).contains(QStringLiteral("held")));
        QVERIFY(at.text(5, SearchPathModel::change).startsWith(QStringLiteral("+0.5000")));
        at.waits = false;
        QTRY_VERIFY(!at.search.running());
        QCOMPARE(at.table().rowCount(), 6);
        QVERIFY(at.child<QDoubleSpinBox>("budget").isEnabled());
        QCOMPARE(as_tsv(at.search.path()).count(QLatin1Char('\n')), 7);
    }

    void what_was_found_becomes_the_choices() {
        At at;
        Choices before = at.session.choices();
        before.excluded_layers = {1};
        at.session.choose(before, QStringLiteral("layers"));
        QVERIFY(!at.use.isEnabled());
        at.start.click();
        QTRY_VERIFY(at.use.isEnabled());
        QVERIFY2(at.outcome.text().contains(QStringLiteral("6 head(s) merged, 3 removable")),
                 qPrintable(at.outcome.text()));
        QVERIFY(at.outcome.text().contains(QStringLiteral("0.9125\u00a0\u2013")));
        QVERIFY(at.outcome.text().contains(QStringLiteral("on all 775 windows")));
        // The user goes on choosing; the thresholds mean something with the search's choices only.
        Choices meanwhile = at.session.choices();
        meanwhile.grouping = Grouping::matching;
        meanwhile.excluded_layers.clear();
        at.session.choose(meanwhile, QStringLiteral("other"));
        const int steps = at.session.undo_stack()->count();
        at.use.click();
        QCOMPARE(at.session.undo_stack()->count(), steps + 1);
        QVERIFY(at.session.per_layer());
        QCOMPARE(at.session.choices().layer_thresholds, kFound);
        QVERIFY(at.session.choices().grouping == Grouping::components);
        QCOMPARE(at.session.choices().excluded_layers, std::set<int>{1});
        QVERIFY(at.session.plan().layer_thresholds == kFound);
        QVERIFY(!at.use.isEnabled());  // they are in use
        at.session.undo_stack()->undo();
        QVERIFY(at.session.choices() == meanwhile);
        QVERIFY(at.use.isEnabled());
    }

    void cancelling_is_no_failure_and_keeps_the_path() {
        At at;
        QSignalSpy failed(&at.search, &ThresholdSearch::failed);
        at.waits = true;
        at.start.click();
        QTRY_COMPARE(at.table().rowCount(), 6);
        at.start.click();
        QTRY_VERIFY(!at.search.running());
        QCOMPARE(failed.count(), 0);
        QCOMPARE(at.table().rowCount(), 6);
        QVERIFY(at.search.result() == nullptr);
        QVERIFY(!at.use.isEnabled());
        QVERIFY(at.outcome.text().isEmpty());
        at.waits = false;
        at.start.click();
        QTRY_VERIFY(at.use.isEnabled());
        QCOMPARE(at.table().rowCount(), 6);
    }

    void closing_cancels() {
        At at;
        at.waits = true;
        at.start.click();
        QVERIFY(at.search.running());
        at.dialog.close();
        QTRY_VERIFY(!at.search.running());
        QVERIFY(at.search.result() == nullptr);
    }

    void another_model_ends_it_but_another_measure_does_not() {
        At at;
        at.start.click();
        QTRY_VERIFY(at.use.isEnabled());
        auto other = *at.session.model();
        other.measure = Measure::o;
        at.session.set_measured(std::make_shared<const OpenedModel>(std::move(other)));
        QVERIFY(at.use.isEnabled());
        QVERIFY(!at.start.isEnabled());  // the choice waits for its similarities
        at.session.set_model(synthetic_model(2, 16, 8, 6));
        QVERIFY(!at.use.isEnabled());
        QCOMPARE(at.table().rowCount(), 0);
        at.waits = true;
        at.start.click();
        QVERIFY(at.search.running());
        at.session.set_model(nullptr);
        QVERIFY(!at.search.running());
        QVERIFY(!at.start.isEnabled());
        QCOMPARE(at.child<QLabel>("subject").text(), QStringLiteral("Open a model first."));
        QTest::qWait(50);
        QVERIFY(at.search.path().empty());  // nothing of it comes late
    }

    void errors_are_told() {
        At at;
        at.breaks = true;
        QSignalSpy failed(&at.search, &ThresholdSearch::failed);
        at.start.click();
        QTRY_COMPARE(failed.count(), 1);
        QVERIFY(at.outcome.text().contains(QStringLiteral("the disk is full")));
        QVERIFY(!at.search.running());
        QVERIFY(at.start.isEnabled());
        QVERIFY(!at.use.isEnabled());
    }

    void nothing_found_is_said() {
        At at;
        at.result = some_result({});
        at.child<QDoubleSpinBox>("budget").setValue(0.25);
        at.start.click();
        QTRY_VERIFY(at.search.result() != nullptr);
        QVERIFY(at.outcome.text().contains(QStringLiteral("No plan was found that holds 0.25")));
        QVERIFY(!at.use.isEnabled());
        at.search.use();
        QVERIFY(!at.session.per_layer());
    }

    void layers_are_needed() {
        At at;
        at.session.choose_layers({0, 1, 2});
        QVERIFY(!at.start.isEnabled());
        at.session.choose_layers({0});
        QVERIFY(at.start.isEnabled());
        QVERIFY2(at.child<QLabel>("subject").text().contains(QStringLiteral("2 layer(s)")),
                 qPrintable(at.child<QLabel>("subject").text()));
    }

    /// Its path is in its file.
    void a_search_that_was_finished_before_has_its_path() {
        const QTemporaryDir folder;
        At at;
        at.result.file = folder.filePath(QStringLiteral("search.json")).toStdString();
        write_search(at.result.file, at.result.result, *at.result.findings, {});
        at.result.findings.reset();
        const QAbstractItemModelTester tester(&at.table());
        at.start.click();
        QTRY_VERIFY(at.use.isEnabled());
        QCOMPARE(at.table().rowCount(), 6);
        QVERIFY(at.outcome.text().contains(QStringLiteral("finished before")));
    }
};

HEADSCOPE_TEST(TestFindThresholds)
#include "test_find_thresholds.moc"
