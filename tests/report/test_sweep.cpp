#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/locations.h"
#include "core/report/sweep.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

SweepParams small_sweep(const QTemporaryDir& folder) {
    SweepParams params;
    params.model_path = demo_model();
    params.thresholds = {0.98, 0.995};
    params.text.max_windows = 6;
    params.compute.device = "cpu";
    params.output_dir = fs::path(folder.path().toStdString()) / "results" / "head_merging";
    params.cache_dir = cache_dir();
    params.program_version = "test";
    return params;
}

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

class TestSweep : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_sweep_writes_one_file_for_each_threshold() {
        const QTemporaryDir folder;
        const SweepParams params = small_sweep(folder);
        const SweepResult sweep = run_sweep(params);
        QCOMPARE(sweep.runs.size(), std::size_t{2});
        QCOMPARE(files_in(params.output_dir), std::size_t{2});
        const Result read = read_result(params.output_dir / "results_threshold_0.98.json");
        QCOMPARE(read.summary.pairs, 31);
        QCOMPARE(read.plan.layers.size(), std::size_t{6});
        QCOMPARE(read.merged.perplexity.value, sweep.runs[0].result.merged.perplexity.value);
        QCOMPARE(read.manifest->settings.token_count, 396'832);
        QCOMPARE(read.manifest->settings.windows, 6);
        QCOMPARE(read.manifest->settings.device, std::string("cpu"));
        QVERIFY(sweep.evaluation.layer_passes < sweep.evaluation.separate_layer_passes);
    }

    void a_second_start_skips_what_is_finished() {
        const QTemporaryDir folder;
        SweepParams params = small_sweep(folder);
        const SweepResult first = run_sweep(params);
        params.thresholds = {0.98, 0.99, 0.995};
        const SweepResult second = run_sweep(params);
        QVERIFY(second.runs[0].skipped && !second.runs[1].skipped && second.runs[2].skipped);
        QCOMPARE(second.runs[0].result.merged.nll, first.runs[0].result.merged.nll);
        QCOMPARE(second.evaluation.scores.values.size(), std::size_t{2});
        params.force = true;
        const SweepResult forced = run_sweep(params);
        QVERIFY(!forced.runs[0].skipped);
        QCOMPARE(forced.runs[0].result.merged.nll, first.runs[0].result.merged.nll);
    }

    void results_of_other_settings_are_never_overwritten() {
        const QTemporaryDir folder;
        SweepParams params = small_sweep(folder);
        run_sweep(params);
        params.rule.kv_policy = KvPolicy::keep;
        const std::string error = error_of([&] { run_sweep(params); });
        QVERIFY2(contains(error, "kv_policy \"average\", not \"keep\""), error.c_str());
        QVERIFY(contains(error, "--force"));
        QCOMPARE(read_result(params.output_dir / "results_threshold_0.98.json")
                     .manifest->settings.rule.kv_policy,
                 KvPolicy::average);
    }

    /// How groups are averaged decides the numbers: each way is a run of its own.
    void results_that_appear_meanwhile_are_not_overwritten() {
        const QTemporaryDir folder;
        SweepParams other = small_sweep(folder);
        other.thresholds = {0.98};
        other.text.max_windows = 2;
        SweepParams params = other;
        params.text.max_windows = 4;
        SweepObserver observer;
        bool other_ran = false;
        observer.partial = [&](const Scores&, const std::vector<double>&) {
            if (!std::exchange(other_ran, true)) run_sweep(other);
        };
        const std::string error = error_of([&] { run_sweep(params, observer); });
        QVERIFY(other_ran);
        QVERIFY2(contains(error, "other settings") && contains(error, "--force"), error.c_str());
        const Result kept = read_result(params.output_dir / "results_threshold_0.98.json");
        QCOMPARE(kept.manifest->settings.windows, 2);
    }

    void other_means_are_other_settings() {
        const QTemporaryDir folder;
        SweepParams params = small_sweep(folder);
        params.thresholds = {0.5};
        const double plain = run_sweep(params).runs[0].result.merged.nll;
        const auto refused = [&](const char* difference) {
            const std::string error = error_of([&] { run_sweep(params); });
            return contains(error, difference) && contains(error, "--force");
        };
        params.rule.align = Alignment::weights;
        QVERIFY(refused("align \"none\", not \"weights\""));
        params.rule.weights = MeanWeights::norm;
        QVERIFY(refused("weights \"plain\", not \"norm\""));
        params.rule.rescale = true;
        QVERIFY(refused("rescale false, not true"));
        params.force = true;
        const SweepResult forced = run_sweep(params);
        QVERIFY(forced.runs[0].result.merged.nll != plain);
        const Result read = read_result(forced.runs[0].file);
        QCOMPARE(read.plan.rule.align, Alignment::weights);
        QCOMPARE(read.plan.rule.weights, MeanWeights::norm);
        QVERIFY(read.plan.rule.rescale);
        QCOMPARE(read.manifest->settings.rule.align, Alignment::weights);
    }

    void a_journal_of_other_means_is_not_taken_up() {
        const QTemporaryDir folder;
        SweepParams params = small_sweep(folder);
        std::stop_source source;
        const SweepObserver stop_early{{}, [&](const Scores& scores, const std::vector<double>&) {
                                           if (scores.windows_done() >= 2) source.request_stop();
                                       }};
        QVERIFY(contains(error_of([&] { run_sweep(params, stop_early, source.get_token()); }),
                         "cancelled"));
        params.rule.rescale = true;
        QCOMPARE(run_sweep(params).resumed_windows, 0);
    }

    void means_by_a_calibration_text_are_kept_with_it() {
        const QTemporaryDir folder;
        SweepParams params = small_sweep(folder);
        params.text.max_windows = 2;
        params.thresholds = {0.5};
        params.rule.align = Alignment::activations;
        params.rule.weights = MeanWeights::usage;
        params.calibration.windows = 1;
        const SweepResult sweep = run_sweep(params);
        QVERIFY(sweep.runs[0].result.summary.pairs > 0);
        const auto read = read_result(sweep.runs[0].file).manifest->settings;
        QCOMPARE(read.rule.align, Alignment::activations);
        QCOMPARE(read.calibration->windows, 1);
        params.calibration.windows = 2;
        QVERIFY(contains(error_of([&] { run_sweep(params); }), "other settings"));
    }

    void a_measure_of_behaviour_is_kept_with_its_text() {
        const QTemporaryDir folder;
        SweepParams params = small_sweep(folder);
        params.text.max_windows = 2;
        params.thresholds = {0.9};
        params.measure = Measure::cka;
        params.calibration.windows = 1;
        const SweepResult sweep = run_sweep(params);
        QVERIFY(sweep.runs[0].result.summary.pairs > 0);
        const auto read = read_result(sweep.runs[0].file).manifest->settings;
        QCOMPARE(read.measure, "cka");
        QCOMPARE(read.calibration->windows, 1);
        QCOMPARE(read.calibration->window, 512);
        QVERIFY(run_sweep(params).runs[0].skipped);
        // Another text is another experiment, and the corpus is no such text.
        params.calibration.windows = 2;
        const std::string other = error_of([&] { run_sweep(params); });
        QVERIFY2(contains(other, "\"windows\":1"), other.c_str());
        params.calibration.file = wikitext2_test_file();
        QVERIFY(contains(error_of([&] { run_sweep(params); }), "give another --calibration"));
    }

    void an_interrupted_sweep_goes_on_where_it_stopped() {
        const QTemporaryDir folder;
        const SweepParams params = small_sweep(folder);
        std::stop_source source;
        const SweepObserver stop_early{
            {}, [&](const Scores& scores, const std::vector<double>& thresholds) {
                QCOMPARE(thresholds.size(), std::size_t{2});
                if (scores.windows_done() >= 2) source.request_stop();
            }};
        QVERIFY(contains(error_of([&] { run_sweep(params, stop_early, source.get_token()); }),
                         "cancelled"));
        QCOMPARE(files_in(params.output_dir), std::size_t{1});  // the journal
        const SweepResult sweep = run_sweep(params);
        QVERIFY(sweep.resumed_windows >= 2 && sweep.resumed_windows < 6);
        QCOMPARE(files_in(params.output_dir), std::size_t{2});  // results only
        const QTemporaryDir other;
        const SweepResult whole = run_sweep(small_sweep(other));
        QCOMPARE(sweep.runs[1].result.merged.nll, whole.runs[1].result.merged.nll);
        QCOMPARE(sweep.runs[1].result.original.correct, whole.runs[1].result.original.correct);
    }

    /// Tasks beside the text: their metrics are in the results, and a run that was stopped among
    /// them goes on with the same digits.
    void tasks_are_scored_and_resumed() {
        const QTemporaryDir folder;
        SweepParams params = small_sweep(folder);
        params.model_path = bpe_model();
        params.thresholds = {0.3};
        params.text.corpus = fs::path(folder.path().toStdString()) / "text.txt";
        params.text.window = 64;
        params.text.max_windows = 2;
        params.task_limit = 6;
        const fs::path items = tests_dir() / "golden/tasks";
        params.tasks = "piqa=" + (items / "valid.jsonl").string() +
                       ",boolq=" + (items / "boolq_val.jsonl").string();
        std::ofstream text(params.text.corpus);
        for (int line = 0; line < 60; ++line)
            text << "Line " << line << " of a text that nobody wrote.\n";
        text.close();

        std::stop_source source;
        std::int64_t at_stop = 0;
        const SweepObserver stop_among_tasks{[&](const Progress& at) {
                                                 if (at.stage != "evaluating tasks") return;
                                                 at_stop = at.done;
                                                 if (at.done >= 4) source.request_stop();
                                             },
                                             {}};
        QVERIFY(contains(error_of([&] { run_sweep(params, stop_among_tasks, source.get_token()); }),
                         "cancelled"));
        QVERIFY(at_stop >= 4);
        QCOMPARE(files_in(params.output_dir), std::size_t{2});  // of the text and of the tasks
        const SweepResult resumed = run_sweep(params);
        QCOMPARE(resumed.resumed_windows, 2);
        QVERIFY(resumed.resumed_sequences >= 4);
        QCOMPARE(files_in(params.output_dir), std::size_t{1});

        const QTemporaryDir other;
        params.output_dir = fs::path(other.path().toStdString()) / "whole";
        const SweepResult whole = run_sweep(params);
        QCOMPARE(whole.resumed_sequences, 0);
        const Result read = read_result(resumed.runs[0].file);
        QCOMPARE(read.manifest->settings.tasks.size(), std::size_t{2});
        QCOMPARE(read.manifest->settings.tasks[1].name, std::string("boolq"));
        QCOMPARE(read.manifest->settings.tasks[1].items, 6);
        for (const char* name : {"piqa_acc", "piqa_acc_norm_difference", "boolq_acc_mcnemar_p"}) {
            const Metric* found = find_metric(read.merged_metrics, name);
            const Metric* wanted = find_metric(whole.runs[0].result.merged_metrics, name);
            QVERIFY2(found != nullptr && wanted != nullptr, name);
            QCOMPARE(found->value.value, wanted->value.value);
        }
        QVERIFY(find_metric(read.original_metrics, "piqa_acc") != nullptr);

        params.task_limit = 5;
        const std::string error = error_of([&] { run_sweep(params); });
        QVERIFY2(contains(error, "other settings") && contains(error, "tasks"), error.c_str());
    }

    /// The journal of three thresholds serves two of them, and is not lost to a start with others.
    void a_journal_serves_fewer_thresholds() {
        const QTemporaryDir folder;
        SweepParams params = small_sweep(folder);
        std::stop_source source;
        const SweepObserver stop_early{{}, [&](const Scores& scores, const std::vector<double>&) {
                                           if (scores.windows_done() >= 2) source.request_stop();
                                       }};
        QVERIFY(contains(error_of([&] { run_sweep(params, stop_early, source.get_token()); }),
                         "cancelled"));
        params.thresholds = {0.9};
        QCOMPARE(run_sweep(params).resumed_windows, 0);
        params.thresholds = {0.995};
        QVERIFY(run_sweep(params).resumed_windows >= 2);
        params.thresholds = {0.98};  // the journal still has work for this one
        QVERIFY(run_sweep(params).resumed_windows >= 2);
        QCOMPARE(files_in(params.output_dir), std::size_t{3});  // results only
    }

    void an_unwritable_folder_is_told_before_the_evaluation() {
        const QTemporaryDir folder;
        SweepParams params = small_sweep(folder);
        params.output_dir = "/proc/self";
        int partial = 0;
        const SweepObserver count{{},
                                  [&](const Scores&, const std::vector<double>&) { ++partial; }};
        QVERIFY(contains(error_of([&] { run_sweep(params, count); }), "/proc/self"));
        QCOMPARE(partial, 0);
    }

    void a_damaged_journal_is_ignored() {
        const QTemporaryDir folder;
        const SweepParams params = small_sweep(folder);
        fs::create_directories(params.output_dir);
        std::ofstream(params.output_dir / ".unfinished_evaluation_1.json") << R"({"settings": {}})";
        QCOMPARE(run_sweep(params).resumed_windows, 0);
    }

    void chosen_layers_only() {
        const QTemporaryDir folder;
        SweepParams params = small_sweep(folder);
        params.layers = {4, 2};
        const SweepResult sweep = run_sweep(params);
        QCOMPARE(sweep.runs[0].result.plan.layers.size(), std::size_t{2});
        QCOMPARE(sweep.runs[0].result.plan.layers[0].layer, 2);
        QCOMPARE(sweep.runs[0].result.summary.pairs, 14);
    }

    void bad_requests_say_what_to_do() {
        const QTemporaryDir folder;
        SweepParams params = small_sweep(folder);
        params.layers = {6};
        QVERIFY(!error_of([&] { run_sweep(params); }).empty());
        params = small_sweep(folder);
        params.thresholds.clear();
        QVERIFY(contains(error_of([&] { run_sweep(params); }), "no threshold"));
        params = small_sweep(folder);
        const fs::path file = fs::path(folder.path().toStdString()) / "file";
        std::ofstream(file) << "x";
        params.output_dir = file / "below";
        QVERIFY(contains(error_of([&] { run_sweep(params); }), "cannot be made a folder"));
    }
};

HEADSCOPE_TEST(TestSweep)
#include "test_sweep.moc"
