#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/locations.h"
#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/runs/evaluations.h"
#include "ui/runs/run_series.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

constexpr int kPatience = 60'000;     // ms; sanitizers are slow
constexpr std::int64_t kWindows = 4;  // enough for intervals, few enough for sanitizers

/// A session with the demo model, and what evaluates it.
struct Bench {
    explicit Bench(std::int64_t windows = kWindows) : evaluations(session, runs) {
        session.set_model(demo_opened_model());
        set_windows(windows);
    }

    void set_windows(std::int64_t windows) {
        EvaluationSettings settings;
        settings.text.max_windows = windows;
        evaluations.set_settings(settings);
    }

    Session session;
    RunStore runs;
    Evaluations evaluations;
};

/// It is past loading and has finished a window.
bool evaluates(const Run& run) {
    return run.progress.unit == "windows" && run.progress.done > 0;
}

/// What core gives for the demo at a threshold.
EvaluationFigures wanted_figures(double threshold, std::int64_t max_windows) {
    const auto opened = demo_opened_model();
    const PreparedText text =
        prepare_text(opened->checkpoint, {{}, Protocol::gptq, 0, max_windows}, cache_dir());
    const MergePlan plan = make_merge_plan(opened->matrices, opened->config(), {threshold, {}, {}});
    static const Model model = Model::load(opened->checkpoint, {});
    const Scores scores = evaluate(model, {{Variant{}, variant_of(plan)}, text.windows, {}}).scores;
    return {scores.windows_done(), scores.metrics(0), {scores.metrics(1)}, {scores.change(0, 1)}};
}

}  // namespace

class TestEvaluations : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_run_gives_the_figures_of_core() {
        Bench bench;
        const QSignalSpy finished(&bench.evaluations, &Evaluations::run_finished);
        const QSignalSpy busy(&bench.evaluations, &Evaluations::busy_changed);
        bench.session.choose_threshold(0.5);
        const int id = bench.evaluations.start().front();
        QCOMPARE(bench.runs.find(id)->state, RunState::queued);
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        const Run& run = *bench.runs.find(id);
        const EvaluationFigures wanted = wanted_figures(0.5, kWindows);
        QCOMPARE(run.state, RunState::finished);
        QCOMPARE(run.merged->perplexity.value, wanted.merged[0].perplexity.value);
        QCOMPARE(run.original->accuracy.value, wanted.original.accuracy.value);
        QCOMPARE(run.change->perplexity_ratio.low, wanted.changes[0].perplexity_ratio.low);
        QCOMPARE(run.merged->windows, kWindows);
        QVERIFY(!run.curve.empty());
        QCOMPARE(run.curve.back().windows, kWindows);
        QCOMPARE(run.progress.done, kWindows);
        QVERIFY(run.result != nullptr);
        QCOMPARE(run.result->manifest->settings.windows, kWindows);
        QCOMPARE(run.result->manifest->settings.layers.size(), std::size_t{6});
        QCOMPARE(run.result->plan.layers.size(), std::size_t{6});
        QCOMPARE(busy.count(), 2);
        QVERIFY(bench.evaluations.device_text().contains(QStringLiteral("float32")));
    }

    void a_second_run_uses_the_scores_of_the_original() {
        Bench bench;
        const QSignalSpy finished(&bench.evaluations, &Evaluations::run_finished);
        bench.evaluations.start();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        bench.session.choose_threshold(0.4);
        const int id = bench.evaluations.start().front();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 2, kPatience);
        const EvaluationFigures wanted = wanted_figures(0.4, kWindows);
        QCOMPARE(bench.runs.find(id)->merged->nll, wanted.merged[0].nll);
        QCOMPARE(bench.runs.find(id)->original->nll, wanted.original.nll);
        bench.set_windows(2);  // another text: the original is evaluated again
        const int shorter = bench.evaluations.start().front();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 3, kPatience);
        QCOMPARE(bench.runs.find(shorter)->original->windows, 2);
        QCOMPARE(bench.runs.find(shorter)->original->nll, wanted_figures(0.4, 2).original.nll);
    }

    void a_sweep_is_one_evaluation_and_keeps_its_files() {
        const QTemporaryDir folder;
        Bench bench;
        bench.evaluations.set_results_folder(folder.path().toStdString());
        const QSignalSpy finished(&bench.evaluations, &Evaluations::run_finished);
        const auto ids = bench.evaluations.start_sweep({0.98, 0.5});
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 2, kPatience);
        for (const int id : ids) {
            const Run& run = *bench.runs.find(id);
            QCOMPARE(run.result->manifest->evaluated_together, 3);
            const Result read = read_result(run.file.toStdString());
            QCOMPARE(read.threshold, run.threshold);
            QCOMPARE(read.merged.perplexity.value, run.merged->perplexity.value);
            QCOMPARE(run.choices->threshold, run.threshold);
        }
        QCOMPARE(bench.runs.find(ids[1])->merged->nll, wanted_figures(0.5, kWindows).merged[0].nll);
    }

    void results_that_cannot_be_written_are_not_lost() {
        Bench bench;
        bench.evaluations.set_results_folder("/proc/self/none");
        const QSignalSpy not_saved(&bench.evaluations, &Evaluations::not_saved);
        const QSignalSpy finished(&bench.evaluations, &Evaluations::run_finished);
        const int id = bench.evaluations.start().front();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        QCOMPARE(not_saved.count(), 1);
        QVERIFY(bench.runs.find(id)->result != nullptr);
        QVERIFY(bench.runs.find(id)->file.isEmpty());
    }

    void cancelling_ends_a_run_without_a_failure() {
        Bench bench(0);
        const QSignalSpy failed(&bench.evaluations, &Evaluations::failed);
        const int running = bench.evaluations.start().front();
        const int queued = bench.evaluations.start().front();
        QTRY_VERIFY_WITH_TIMEOUT(evaluates(*bench.runs.find(running)), kPatience);
        bench.evaluations.cancel(queued);
        QCOMPARE(bench.runs.find(queued)->state, RunState::cancelled);
        bench.evaluations.cancel(running);
        QTRY_COMPARE_WITH_TIMEOUT(bench.runs.find(running)->state, RunState::cancelled, kPatience);
        QVERIFY(!bench.evaluations.busy());
        QCOMPARE(failed.count(), 0);
        bench.set_windows(2);  // it goes on working
        const QSignalSpy finished(&bench.evaluations, &Evaluations::run_finished);
        bench.evaluations.start();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
    }

    void another_model_ends_everything() {
        Bench bench(0);
        const int running = bench.evaluations.start().front();
        const int queued = bench.evaluations.start().front();
        QTRY_VERIFY_WITH_TIMEOUT(evaluates(*bench.runs.find(running)), kPatience);
        bench.session.set_model(nullptr);
        QTRY_COMPARE_WITH_TIMEOUT(bench.runs.find(running)->state, RunState::cancelled, kPatience);
        QCOMPARE(bench.runs.find(queued)->state, RunState::cancelled);
    }

    /// While another model is being opened.
    void held_evaluations_end_and_wait() {
        Bench bench(0);
        const QSignalSpy failed(&bench.evaluations, &Evaluations::failed);
        const int running = bench.evaluations.start().front();
        QTRY_VERIFY_WITH_TIMEOUT(evaluates(*bench.runs.find(running)), kPatience);
        bench.evaluations.hold(true);
        QTRY_COMPARE_WITH_TIMEOUT(bench.runs.find(running)->state, RunState::cancelled, kPatience);
        bench.evaluations.set_live_estimate(true);
        QCOMPARE(bench.evaluations.live_estimate().state, LiveEstimate::State::waiting);
        bench.set_windows(2);
        const int waiting = bench.evaluations.start().front();
        QTest::qWait(200);
        QCOMPARE(bench.runs.find(waiting)->state, RunState::queued);
        bench.evaluations.hold(false);
        QTRY_COMPARE_WITH_TIMEOUT(bench.runs.find(waiting)->state, RunState::finished, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(bench.evaluations.live_estimate().state,
                                  LiveEstimate::State::complete, kPatience);
        QCOMPARE(failed.count(), 0);
    }

    /// So that the points of a sweep join those of earlier runs while it runs.
    void a_running_run_compares_with_a_finished_one() {
        Bench bench;
        const int finished = bench.evaluations.start().front();
        QTRY_COMPARE_WITH_TIMEOUT(bench.runs.find(finished)->state, RunState::finished, kPatience);
        bench.session.choose_threshold(0.5);
        const int running = bench.evaluations.start().front();
        QTRY_VERIFY_WITH_TIMEOUT(bench.runs.find(running)->merged.has_value(), kPatience);
        const std::vector<RunSeries> series = series_of(bench.runs);
        QCOMPARE(series.size(), std::size_t{1});
        QCOMPARE(series.front().points.size(), std::size_t{2});
        QTRY_COMPARE_WITH_TIMEOUT(bench.runs.find(running)->state, RunState::finished, kPatience);
    }

    void destruction_while_running() {
        Bench bench(0);
        const int id = bench.evaluations.start().front();
        QTRY_VERIFY_WITH_TIMEOUT(evaluates(*bench.runs.find(id)), kPatience);
    }

    void errors_of_core_are_told() {
        Bench bench;
        EvaluationSettings settings;
        settings.text.corpus = "no/such/corpus.txt";
        bench.evaluations.set_settings(settings);
        const QSignalSpy failed(&bench.evaluations, &Evaluations::failed);
        const int id = bench.evaluations.start().front();
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        QCOMPARE(bench.runs.find(id)->state, RunState::failed);
        QVERIFY(bench.runs.find(id)->error.contains(QStringLiteral("no/such/corpus.txt")));
        bench.set_windows(2);  // it goes on working
        const QSignalSpy finished(&bench.evaluations, &Evaluations::run_finished);
        bench.evaluations.start();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
    }

    void live_estimate_follows_the_threshold() {
        Bench bench(kWindows);
        using State = LiveEstimate::State;
        const auto state = [&bench] { return bench.evaluations.live_estimate().state; };
        QCOMPARE(state(), State::off);
        bench.evaluations.set_live_estimate(true);
        QTRY_COMPARE_WITH_TIMEOUT(state(), State::complete, kPatience);
        QCOMPARE(bench.evaluations.live_estimate().windows, kWindows);
        const double at_098 = bench.evaluations.live_estimate().change->perplexity_ratio.value;
        for (const double threshold : {0.9, 0.8, 0.7, 0.5}) {
            bench.session.choose_threshold(threshold);
            QTest::qWait(30);
        }
        QTRY_COMPARE_WITH_TIMEOUT(state(), State::complete, kPatience);
        const double at_05 = bench.evaluations.live_estimate().change->perplexity_ratio.value;
        QCOMPARE(at_05, wanted_figures(0.5, kWindows).changes[0].perplexity_ratio.value);
        QVERIFY(at_05 != at_098);
        bench.session.choose_threshold(1.0);
        QCOMPARE(state(), State::empty);
        bench.evaluations.set_live_estimate(false);
        QCOMPARE(state(), State::off);
        QCOMPARE(bench.runs.count(), 0);  // an estimate is no run
    }

    /// Estimates that are replaced in the middle, again and again, also as they end.
    void live_estimates_that_are_replaced() {
        Bench bench(3);
        bench.evaluations.set_live_estimate(true);
        const auto live = [&bench]() -> const LiveEstimate& {
            return bench.evaluations.live_estimate();
        };
        for (int i = 0; i < 12; ++i) {
            QTRY_VERIFY_WITH_TIMEOUT(live().windows > i % 4 - 1, kPatience);
            bench.session.choose_threshold(0.5 + 0.02 * i);
            QCOMPARE(live().windows, std::int64_t{0});
        }
        QTRY_COMPARE_WITH_TIMEOUT(live().state, LiveEstimate::State::complete, kPatience);
        bench.session.choose_threshold(0.6);
        QTRY_VERIFY_WITH_TIMEOUT(live().windows > 0, kPatience);
        bench.session.set_model(nullptr);
        QCOMPARE(live().state, LiveEstimate::State::off);
        bench.session.set_model(demo_opened_model());
        const QSignalSpy finished(&bench.evaluations, &Evaluations::run_finished);
        QTest::qWait(150);          // the estimate loads the model again
        bench.evaluations.start();  // and the run waits for that, or replaces the estimate
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(live().state, LiveEstimate::State::complete, kPatience);
    }

    void a_live_estimate_that_fails_says_why() {
        Bench bench;
        EvaluationSettings settings;
        settings.text.corpus = "no/such/corpus.txt";
        bench.evaluations.set_settings(settings);
        const QSignalSpy failed(&bench.evaluations, &Evaluations::failed);
        bench.evaluations.set_live_estimate(true);
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        QCOMPARE(bench.evaluations.live_estimate().state, LiveEstimate::State::failed);
        bench.set_windows(3);
        QTRY_COMPARE_WITH_TIMEOUT(bench.evaluations.live_estimate().state,
                                  LiveEstimate::State::complete, kPatience);
    }

    void a_run_comes_before_the_live_estimate() {
        Bench bench;
        bench.evaluations.set_live_estimate(true);
        const QSignalSpy finished(&bench.evaluations, &Evaluations::run_finished);
        bench.evaluations.start();
        QCOMPARE(bench.evaluations.live_estimate().state, LiveEstimate::State::waiting);
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(bench.evaluations.live_estimate().state,
                                  LiveEstimate::State::complete, kPatience);
    }
};

HEADSCOPE_TEST(TestEvaluations)
#include "test_evaluations.moc"
