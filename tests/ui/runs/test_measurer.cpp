#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "core/base/locations.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/runs/measurer.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

constexpr int kPatience = 60'000;  // ms; sanitizers are slow

struct Bench {
    Bench() : evaluations(session, runs), measurer(session, evaluations) {
        EvaluationSettings settings;
        settings.text.max_windows = 2;
        evaluations.set_settings(settings);
        session.set_model(demo_opened_model());
    }

    void choose(Measure measure) {
        Choices choices = session.choices();
        choices.measure = measure;
        choices.calibration.windows = 1;
        session.choose(choices, QStringLiteral("Change measure"));
    }

    [[nodiscard]] Measure shown() const { return session.model()->measure; }

    Session session;
    RunStore runs;
    Evaluations evaluations;
    Measurer measurer;
};

}  // namespace

class TestMeasurer : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void weights_are_compared_anew() {
        Bench bench;
        const QSignalSpy changed(&bench.session, &Session::model_changed);
        bench.session.choose_threshold(0.5);
        bench.session.focus_layer(3);
        bench.session.pin(HeadsOfInterest{1, 2});
        bench.choose(Measure::ov_circuit);
        QVERIFY(bench.measurer.measuring());
        QCOMPARE(bench.shown(), Measure::q);  // until it is done
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), Measure::ov_circuit, kPatience);
        QVERIFY(!bench.measurer.measuring());
        QCOMPARE(changed.count(), 1);
        const auto wanted = compute_similarity(bench.session.model()->checkpoint,
                                               {Measure::ov_circuit, {}, 1}, {}, {});
        for (std::size_t i = 0; i < wanted.size(); ++i)
            QCOMPARE(bench.session.model()->matrices[i].values, wanted[i].values);
        const MergePlan plan =
            make_merge_plan(wanted, bench.session.model()->config(), {0.5, {}, {}});
        QCOMPARE(bench.session.summary().pairs,
                 summarize(plan, bench.session.model()->config()).pairs);
        QCOMPARE(bench.session.focused_layer(), 3);
        QVERIFY(bench.session.pinned().has_value());
    }

    void undo_goes_back_at_once() {
        Bench bench;
        bench.choose(Measure::qk);
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), Measure::qk, kPatience);
        bench.session.undo_stack()->undo();
        QCOMPARE(bench.shown(), Measure::q);
        QVERIFY(!bench.measurer.measuring());
        bench.session.undo_stack()->redo();
        QCOMPARE(bench.shown(), Measure::qk);
        // Another checkpoint knows nothing of it, and the choice stays.
        bench.session.set_model(synthetic_model(2, 4, 2, 1));
        QVERIFY(bench.measurer.measuring());
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), Measure::qk, kPatience);
        QCOMPARE(bench.session.model()->layers(), 2);
    }

    void behaviour_runs_the_model_that_evaluations_use() {
        Bench bench;
        const QSignalSpy finished(&bench.evaluations, &Evaluations::run_finished);
        QSignalSpy progress(&bench.measurer, &Measurer::progressed);
        bench.choose(Measure::cka);
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), Measure::cka, kPatience);
        std::set<std::string> stages;
        for (const auto& arguments : progress)
            stages.insert(qvariant_cast<Progress>(arguments.front()).stage);
        QVERIFY(stages.contains("loading") && stages.contains("calibrating"));
        QCOMPARE(bench.session.model()->calibration->windows, 1);

        // A run says what its plan was made with; its model is there already.
        bench.session.choose_threshold(0.9);
        const int id = bench.evaluations.start().front();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        const RunSettings& settings = bench.runs.find(id)->result->manifest->settings;
        QCOMPARE(settings.measure, "cka");
        QVERIFY(settings.calibration == bench.session.model()->calibration);
        progress.clear();
        bench.choose(Measure::attention);
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), Measure::attention, kPatience);
        for (const auto& arguments : progress)
            QVERIFY(qvariant_cast<Progress>(arguments.front()).stage != "loading");
    }

    void another_text_or_dtype_measures_again() {
        Bench bench;
        bench.choose(Measure::output);
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), Measure::output, kPatience);
        const auto first = bench.session.model();
        Choices choices = bench.session.choices();
        choices.calibration.windows = 2;
        bench.session.choose(choices, QStringLiteral("Change calibration"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.session.model() != first, kPatience);
        QCOMPARE(bench.session.model()->calibration->windows, 2);
        const auto second = bench.session.model();
        EvaluationSettings settings = bench.evaluations.settings();
        settings.compute.dtype = "bfloat16";
        bench.evaluations.set_settings(settings);
        QTRY_VERIFY_WITH_TIMEOUT(bench.session.model() != second, kPatience);
        QCOMPARE(bench.session.model()->measuring.compute.dtype, "bfloat16");
        QVERIFY(bench.session.model()->matrices[0].values != second->matrices[0].values);
    }

    void cancelling_keeps_the_measure_that_is_shown() {
        Bench bench;
        const QSignalSpy ended(&bench.measurer, &Measurer::ended);
        bench.choose(Measure::cka);
        bench.measurer.cancel();
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, kPatience);
        QCOMPARE(bench.session.choices().measure, Measure::q);
        QCOMPARE(bench.shown(), Measure::q);
        QVERIFY(!bench.measurer.measuring());
    }

    void a_failure_is_told_and_keeps_the_measure() {
        Bench bench;
        QSignalSpy failed(&bench.measurer, &Measurer::failed);
        Choices choices = bench.session.choices();
        choices.measure = Measure::cka;
        choices.calibration.file = wikitext2_test_file();  // what is evaluated
        bench.session.choose(choices, QStringLiteral("Change measure"));
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        const auto error = qvariant_cast<JobError>(failed.front().front());
        QVERIFY(error.text.contains(QStringLiteral("wiki.test.raw")));
        QCOMPARE(bench.session.choices().measure, Measure::q);
        QVERIFY(!bench.measurer.measuring());
    }

    void a_run_may_not_be_judged_on_its_calibration_text() {
        Bench bench;
        bench.choose(Measure::cka);
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), Measure::cka, kPatience);
        EvaluationSettings settings = bench.evaluations.settings();
        settings.text.corpus = wikitext2_calibration_file();
        bench.evaluations.set_settings(settings);
        const QSignalSpy failed(&bench.evaluations, &Evaluations::failed);
        const int id = bench.evaluations.start().front();
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        QCOMPARE(bench.runs.find(id)->state, RunState::failed);
        QVERIFY(bench.runs.find(id)->error.contains(QStringLiteral("calibration.txt")));
    }

    void a_newer_choice_replaces_an_older() {
        Bench bench;
        const QSignalSpy failed(&bench.measurer, &Measurer::failed);
        for (const Measure measure : {Measure::cka, Measure::k, Measure::attention, Measure::v})
            bench.choose(measure);
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), Measure::v, kPatience);
        QCOMPARE(bench.session.choices().measure, Measure::v);
        QCOMPARE(failed.count(), 0);
    }
};

QTEST_MAIN(TestMeasurer)
#include "test_measurer.moc"
