#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "core/base/locations.h"
#include "core/evaluation/evaluator.h"
#include "core/measures/merge_calibration.h"
#include "tests/support/test_program.h"
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

    void choose_means(Alignment align, MeanWeights weights) {
        Choices choices = session.choices();
        choices.align = align;
        choices.weights = weights;
        choices.calibration.windows = 1;
        session.choose(choices, QStringLiteral("Change means"));
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

    void figures_of_the_calibration_text_come_once() {
        Bench bench;
        const QSignalSpy started(&bench.measurer, &Measurer::started);
        const QSignalSpy finished(&bench.evaluations, &Evaluations::run_finished);
        bench.session.choose_threshold(0.5);
        bench.choose_means(Alignment::activations, MeanWeights::plain);
        QVERIFY(bench.measurer.calibrating());
        QVERIFY(bench.session.lacks_figures());
        QTRY_VERIFY_WITH_TIMEOUT(!bench.session.lacks_figures(), kPatience);
        QVERIFY(!bench.measurer.measuring());
        const auto figures = bench.session.model()->figures;
        QCOMPARE(figures->record.windows, 1);
        QCOMPARE(figures->layers.size(), std::size_t{6});

        // They serve other means too, and go with the model from measure to measure.
        bench.choose_means(Alignment::activations, MeanWeights::usage);
        bench.choose_means(Alignment::none, MeanWeights::usage);
        QVERIFY(!bench.session.lacks_figures());
        QCOMPARE(started.count(), 1);
        bench.choose(Measure::ov_circuit);
        QVERIFY(!bench.measurer.calibrating());
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), Measure::ov_circuit, kPatience);
        QVERIFY(bench.session.model()->figures == figures);
        bench.session.undo_stack()->undo();
        QCOMPARE(bench.shown(), Measure::q);
        QVERIFY(bench.session.model()->figures == figures);

        // A run is what core makes of them, and says so.
        const Model model = Model::load(bench.session.model()->checkpoint, {});
        const CalibrationText text =
            prepare_calibration(bench.session.model()->checkpoint, {{}, 1}, {}, cache_dir());
        const MergeRule rule = bench.session.rule();
        QCOMPARE(rule.weights, MeanWeights::usage);
        const auto wanted =
            make_merge_plan(bench.session.model()->matrices, bench.session.model()->config(), rule,
                            calibrate_merge(rule, {}, text.windows, [&] { return model; }));
        const PreparedText corpus = prepare_text(bench.session.model()->checkpoint,
                                                 bench.evaluations.settings().text, cache_dir());
        const Scores scores =
            evaluate(model, {{Variant{}, variant_of(wanted)}, corpus.windows, {}}).scores;
        const int id = bench.evaluations.start().front();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        const Run& run = *bench.runs.find(id);
        QCOMPARE(run.merged->nll, scores.metrics(1).nll);
        QCOMPARE(run.result->manifest->settings.rule.weights, MeanWeights::usage);
        QVERIFY(run.result->manifest->settings.calibration == figures->record);
    }

    void moments_are_read_where_only_usage_was() {
        Bench bench;
        bench.choose_means(Alignment::none, MeanWeights::usage);
        QTRY_VERIFY_WITH_TIMEOUT(!bench.session.lacks_figures(), kPatience);
        QVERIFY(bench.session.model()->figures->layers[0].moments == nullptr);
        bench.choose_means(Alignment::activations, MeanWeights::usage);
        QVERIFY(bench.measurer.calibrating());
        QTRY_VERIFY_WITH_TIMEOUT(!bench.session.lacks_figures(), kPatience);
        QVERIFY(bench.session.model()->figures->layers[0].moments != nullptr);
    }

    void a_measure_and_figures_come_together() {
        Bench bench;
        const QSignalSpy started(&bench.measurer, &Measurer::started);
        Choices choices = bench.session.choices();
        choices.measure = Measure::cka;
        choices.weights = MeanWeights::usage;
        choices.calibration.windows = 1;
        bench.session.choose(choices, QStringLiteral("Restore a run"));
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), Measure::cka, kPatience);
        QVERIFY(!bench.session.lacks_figures());
        QCOMPARE(started.count(), 1);
        // Another text is another of both.
        choices.calibration.windows = 2;
        bench.session.choose(choices, QStringLiteral("Change calibration"));
        QVERIFY(bench.session.lacks_figures());
        QTRY_VERIFY_WITH_TIMEOUT(!bench.session.lacks_figures(), kPatience);
        QCOMPARE(bench.session.model()->calibration->windows, 2);
        QCOMPARE(bench.session.model()->figures->record.windows, 2);
        // Another checkpoint knows nothing of them.
        bench.session.set_model(synthetic_model(2, 4, 2, 1));
        QVERIFY(bench.session.lacks_figures());
        QVERIFY(bench.measurer.measuring());
    }

    void cancelling_keeps_the_means_whose_figures_are_there() {
        Bench bench;
        const QSignalSpy ended(&bench.measurer, &Measurer::ended);
        bench.choose_means(Alignment::weights, MeanWeights::norm);
        bench.choose_means(Alignment::activations, MeanWeights::usage);
        bench.measurer.cancel();
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, kPatience);
        QCOMPARE(bench.session.choices().align, Alignment::weights);
        QCOMPARE(bench.session.choices().weights, MeanWeights::norm);
        QVERIFY(!bench.session.lacks_figures());
        QVERIFY(!bench.measurer.measuring());
        QCOMPARE(bench.session.undo_stack()->undoText(), QStringLiteral("Change averaging"));
    }

    void a_text_that_is_judged_on_gives_no_figures() {
        Bench bench;
        QSignalSpy failed(&bench.measurer, &Measurer::failed);
        Choices choices = bench.session.choices();
        choices.weights = MeanWeights::usage;
        choices.calibration.file = wikitext2_test_file();
        bench.session.choose(choices, QStringLiteral("Change mean weights"));
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        QVERIFY(qvariant_cast<JobError>(failed.front().front())
                    .text.contains(QStringLiteral("wiki.test.raw")));
        QCOMPARE(bench.session.choices().weights, MeanWeights::plain);
        QVERIFY(bench.session.choices().calibration.file.empty());

        // Nor may a run be judged on the text of its figures.
        bench.choose_means(Alignment::none, MeanWeights::usage);
        QTRY_VERIFY_WITH_TIMEOUT(!bench.session.lacks_figures(), kPatience);
        EvaluationSettings settings = bench.evaluations.settings();
        settings.text.corpus = wikitext2_calibration_file();
        bench.evaluations.set_settings(settings);
        const QSignalSpy refused(&bench.evaluations, &Evaluations::failed);
        bench.evaluations.start();
        QTRY_COMPARE_WITH_TIMEOUT(refused.count(), 1, kPatience);
    }

    void the_live_estimate_waits_for_the_figures() {
        Bench bench;
        bench.session.choose_threshold(0.5);
        bench.evaluations.set_live_estimate(true);
        bench.choose_means(Alignment::activations, MeanWeights::plain);
        using State = LiveEstimate::State;
        QCOMPARE(bench.evaluations.live_estimate().state, State::waiting);
        QTRY_COMPARE_WITH_TIMEOUT(bench.evaluations.live_estimate().state, State::complete,
                                  kPatience);
        QVERIFY(!bench.session.lacks_figures());
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

HEADSCOPE_TEST(TestMeasurer)
#include "test_measurer.moc"
