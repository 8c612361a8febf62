#include <QTemporaryDir>
#include <QTest>

#include "core/report/analysis.h"
#include "core/report/journal.h"
#include "core/report/results.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

/// Files in the format of version 0.1.0 keep their meaning.
class TestVersion010 : public QObject {
    Q_OBJECT

    static fs::path folder() { return tests_dir() / "fixtures/results-0.1.0"; }

  private Q_SLOTS:
    void a_results_file() {
        const Result result = read_result(folder() / "results_threshold_0.98.json");
        QCOMPARE(result.threshold, 0.98);
        QCOMPARE(result.original.perplexity.value, 60.5);
        QCOMPARE(result.original.perplexity.low, 58.25);
        QCOMPARE(result.merged.accuracy.value, 0.24);
        QCOMPARE(result.merged.correct, 734);
        QCOMPARE(result.change->accuracy_difference.low, -0.02);
        QCOMPARE(result.summary.removable_bytes, 24576);
        QCOMPARE(result.plan.layers.size(), std::size_t{2});
        QCOMPARE(result.plan.layers[1].layer, 2);
        QVERIFY((result.plan.layers[1].groups == std::vector<HeadGroup>{{0, 1}, {2, 3}}));
        QCOMPARE(result.similarity[1].at(2, 3), 0.985);
        const MergeRule& rule = result.plan.rule;
        QVERIFY(rule.grouping == Grouping::complete);
        QVERIFY(rule.kv_policy == KvPolicy::within);
        QVERIFY(rule.align == Alignment::weights);
        QVERIFY(rule.weights == MeanWeights::norm);
        QVERIFY(rule.rescale);
    }

    void its_manifest() {
        const auto manifest = read_result(folder() / "results_threshold_0.98.json").manifest;
        QVERIFY(manifest.has_value());
        QCOMPARE(manifest->program_version, std::string("0.1.0"));
        QCOMPARE(manifest->window_order_seed, std::uint64_t{20240229});
        QCOMPARE(manifest->settings.window, 256);
        QCOMPARE(manifest->settings.bos_rule, std::string("added by the tokenizer"));
        QVERIFY((manifest->settings.layers == std::vector<int>{0, 2}));
        QCOMPARE(manifest->settings.calibration->windows, 8);
    }

    void without_our_keys() {
        const Result result = read_result(folder() / "results_threshold_0.995.json");
        QCOMPARE(result.threshold, 0.995);
        QCOMPARE(result.merged.perplexity.value, 61.25);
        QCOMPARE(result.summary.pairs, 3);
        QVERIFY(!result.manifest);
        QVERIFY(!result.change);
    }

    void a_search() {
        const Result result = read_result(folder() / "search.json");
        QVERIFY((*result.plan.layer_thresholds == LayerThresholds{{0, 0.99}, {2, 0.98}}));
        QCOMPARE(threshold_name(result), std::string("per layer"));
    }

    void a_folder() {
        const Analysis analysis = analyze(read_runs(folder()));
        QCOMPARE(analysis.run_count(), std::size_t{2});
        QCOMPARE(analysis.unread.size(), std::size_t{0});
        QCOMPARE(analysis.sections.size(), std::size_t{2});  // one file tells nothing of its run
    }

    /// A batch that 0.1.0 left unfinished goes on, also with fewer of its thresholds.
    void an_unfinished_evaluation() {
        const auto manifest = read_result(folder() / "results_threshold_0.98.json").manifest;
        const QTemporaryDir copy;
        const char* name = ".unfinished_evaluation_0123456789ab.json";
        fs::copy_file(folder() / name, fs::path(copy.path().toStdString()) / name);
        const Journal journal(copy.path().toStdString(), manifest->settings, {0.99});
        const std::optional<Scores> scores = journal.load(12);
        QVERIFY(scores.has_value());
        QCOMPARE(scores->windows_done(), 2);
        QCOMPARE(scores->predictions_per_window, 255);
        QCOMPARE(scores->values.size(), std::size_t{2});
        QCOMPARE(scores->values[0][3].nll, 900.0);
        QCOMPARE(scores->values[1][0].nll, 1005.125);
        QCOMPARE(scores->values[1][3].correct, 70);
    }
};

HEADSCOPE_TEST(TestVersion010)
#include "test_version_0_1_0.moc"
