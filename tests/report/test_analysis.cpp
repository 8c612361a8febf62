#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <fstream>

#include "core/base/file.h"
#include "core/report/summary.h"
#include "tests/support/synthetic_results.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

ReadRuns runs(std::vector<Result> results) {
    ReadRuns read;
    for (Result& result : results)
        read.runs.push_back(analyzed(std::move(result)));
    return read;
}

using SettingsChange = void (*)(RunSettings&);

Result with(double threshold, SettingsChange change) {
    Result result = synthetic_result({}, threshold);
    change(result.manifest->settings);
    return result;
}

bool any_contains(const std::vector<std::string>& texts, const std::string& part) {
    return std::any_of(texts.begin(), texts.end(),
                       [&](const std::string& text) { return contains(text, part); });
}

}  // namespace

class TestAnalysis : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void runs_that_compare_are_one_series_by_rising_threshold() {
        const Analysis analysis = synthetic_analysis({}, {0.99, 0.9, 0.95});
        QCOMPARE(analysis.sections.size(), std::size_t{1});
        const AnalysisSection& section = analysis.sections[0];
        QCOMPARE(section.model, std::string("synthetic"));
        QCOMPARE(section.name, std::string());
        QCOMPARE(section.original.perplexity.value, 6.24);
        QCOMPARE(section.series.size(), std::size_t{1});
        QCOMPARE(section.series[0].runs.size(), std::size_t{3});
        QCOMPARE(section.series[0].runs[0].result->threshold, 0.9);
        QCOMPARE(section.series[0].runs[2].result->threshold, 0.99);
        QVERIFY(analysis.notes.empty());
        QCOMPARE(analysis.similarity.size(), std::size_t{1});
        QCOMPARE(analysis.similarity[0].layers.size(), std::size_t{4});
        QCOMPARE(analysis.similarity[0].thresholds, (std::vector<double>{0.9, 0.95, 0.99}));
    }

    void evaluations_that_differ_are_kept_apart_and_said_data() {
        QTest::addColumn<SettingsChange>("change");
        QTest::addColumn<std::string>("name");
        const auto row = [](const char* name, SettingsChange change, const std::string& said) {
            QTest::newRow(name) << change << said;
        };
        row(
            "protocol", [](RunSettings& s) { s.protocol = "llama.cpp"; }, "protocol llama.cpp");
        row(
            "window", [](RunSettings& s) { s.window = 1024; }, "window of 1,024 tokens");
        row(
            "windows", [](RunSettings& s) { s.windows = 20; }, "20 windows");
        row(
            "corpus",
            [](RunSettings& s) {
                s.corpus_name = "mine.txt";
                s.corpus_sha256 = "1";
            },
            "corpus mine.txt");
        row(
            "corpus of the same name", [](RunSettings& s) { s.corpus_sha256 = "0123456789"; },
            "corpus sha256 01234567");
        row(
            "dtype", [](RunSettings& s) { s.dtype = "float32"; }, "float32");
        row(
            "model", [](RunSettings& s) { s.model_fingerprint = "beefbeefbeef"; },
            "model fingerprint beefbeef");
        row(
            "BOS", [](RunSettings& s) { s.bos_rule = "none"; }, "BOS none");
        row(
            "tokenizer", [](RunSettings& s) { s.tokenizer_fingerprint = "aaaa"; },
            "tokenizer fingerprint aaaa");
    }

    void evaluations_that_differ_are_kept_apart_and_said() {
        QFETCH(SettingsChange, change);
        QFETCH(std::string, name);
        const Analysis analysis = analyze(runs({synthetic_result({}, 0.95), with(0.99, change)}));
        QCOMPARE(analysis.sections.size(), std::size_t{2});
        QCOMPARE(analysis.sections[1].name, name);
        QVERIFY(any_contains(analysis.notes, "do not all compare"));
        QVERIFY(any_contains(analysis.notes, name));
    }

    /// They have the same original, so they may stand in one chart, a curve each.
    void other_merges_are_other_series_of_the_same_section() {
        const Analysis analysis =
            analyze(runs({synthetic_result({}, 0.95),
                          with(0.95, [](RunSettings& s) { s.rule.grouping = Grouping::complete; }),
                          with(0.99, [](RunSettings& s) {
                              s.layers = {0, 1, 3};
                          })}));
        QCOMPARE(analysis.sections.size(), std::size_t{1});
        QCOMPARE(analysis.sections[0].series.size(), std::size_t{3});
        QCOMPARE(analysis.sections[0].series[1].name, std::string("grouping complete, layers 0-3"));
        QCOMPARE(analysis.sections[0].series[2].name,
                 std::string("grouping components, layers 0-1,3"));
        QVERIFY(any_contains(analysis.notes, "merged in 3 ways"));
    }

    /// The lowest of them says little, and is no point on the curve of the others.
    void thresholds_of_layers_are_a_series_of_their_own() {
        Result per_layer = synthetic_result({}, 0.95);
        per_layer.plan.layer_thresholds = LayerThresholds{{0, 0.95}, {1, 0.99}};
        const Analysis analysis = analyze(runs({synthetic_result({}, 0.95), per_layer}));
        QCOMPARE(analysis.sections.size(), std::size_t{1});
        const auto& series = analysis.sections[0].series;
        QCOMPARE(series.size(), std::size_t{2});
        QCOMPARE(series[0].name, std::string("layer thresholds none"));
        QCOMPARE(series[1].name, std::string("layer thresholds 0:0.95,1:0.99"));
        QCOMPARE(threshold_name(*series[0].runs[0].result), std::string("0.95"));
        QCOMPARE(threshold_name(*series[1].runs[0].result), std::string("per layer"));
        QVERIFY(contains(summary_markdown(analysis), "| per layer |"));
    }

    void another_device_compares() {
        const Analysis analysis = analyze(runs(
            {synthetic_result({}, 0.95), with(0.99, [](RunSettings& s) { s.device = "cpu"; })}));
        QCOMPARE(analysis.sections.size(), std::size_t{1});
        QCOMPARE(analysis.sections[0].series.size(), std::size_t{1});
        QCOMPARE(evaluation_phrases(analysis.sections[0]).back(),
                 std::string("bfloat16 on cpu and cuda:0"));
    }

    void models_are_told_apart_by_name() {
        const SyntheticModel other{.name = "other", .layers = 2, .original_perplexity = 5.47};
        const Analysis analysis =
            analyze(runs({synthetic_result({}, 0.95), synthetic_result(other, 0.99)}));
        QCOMPARE(analysis.sections.size(), std::size_t{2});
        QVERIFY(analysis.sections[1].name.starts_with("other"));
        QCOMPARE(analysis.similarity.size(), std::size_t{2});
        QCOMPARE(analysis.similarity[1].model, std::string("other"));
        QCOMPARE(analysis.similarity[1].layers.size(), std::size_t{2});
    }

    void of_two_alike_runs_the_newer_counts() {
        Result newer = synthetic_result({}, 0.95);
        newer.manifest->started = "2026-02-01T00:00:00Z";
        newer.summary.pairs = 77;
        ReadRuns read = runs({});
        read.runs.push_back(analyzed(newer, "a"));
        read.runs.push_back(analyzed(synthetic_result({}, 0.95), "b"));
        const Analysis analysis = analyze(std::move(read));
        QCOMPARE(analysis.run_count(), std::size_t{1});
        QCOMPARE(analysis.sections[0].series[0].runs[0].result->summary.pairs, std::int64_t{77});
        QVERIFY(any_contains(analysis.notes, "b/results_threshold_0.95.json is left out: a/"));
    }

    void files_of_the_original_experiment_are_grouped_by_their_original() {
        const SyntheticModel other{.layers = 3, .original_perplexity = 9.5};
        const Analysis analysis = analyze(
            runs({without_manifest(synthetic_result({}, 0.9)),
                  without_manifest(synthetic_result({}, 0.95)),
                  without_manifest(synthetic_result(other, 0.99)), synthetic_result({}, 0.9)}));
        QCOMPARE(analysis.sections.size(), std::size_t{3});
        QCOMPARE(analysis.sections[0].runs().size(), std::size_t{2});
        QCOMPARE(analysis.sections[0].model, std::string("unknown model"));
        QVERIFY(contains(analysis.sections[0].name, "original perplexity 6.24"));
        QVERIFY(any_contains(analysis.notes, "no manifest"));
        // Heads in pairs stand for merged ones: the file does not tell.
        const Result& bare = *analysis.sections[0].series[0].runs[0].result;
        QVERIFY(merged_heads(bare) > 0);
        QVERIFY(!std::isfinite(change_of(bare).perplexity_ratio.high));
        QCOMPARE(change_of(bare).perplexity_ratio.value,
                 bare.merged.perplexity.value / bare.original.perplexity.value);
    }

    /// Layers may be spread over files, and the same ones computed on another device differ a bit.
    void similarities_of_one_model_are_one_set() {
        Result first = with(0.9, [](RunSettings& s) { s.layers = {0, 1}; });
        Result second = synthetic_result({}, 0.95);
        first.similarity.resize(2);
        first.plan.layers.resize(2);
        first.similarity[1].values[1] += 1e-6;
        const Analysis analysis = analyze(runs({first, second}));
        QCOMPARE(analysis.similarity.size(), std::size_t{1});
        QCOMPARE(analysis.similarity[0].layers.size(), std::size_t{4});
        second.similarity[1].values[1] += 0.1;
        QCOMPARE(analyze(runs({first, second})).similarity.size(), std::size_t{2});
    }

    void the_most_alike_layers_are_found() {
        Result result = synthetic_result({.layers = 5, .heads = 2}, 0.9);
        const std::vector<double> highest = {0.1, 0.9, 0.3, 0.8, 0.2};
        for (std::size_t i = 0; i < highest.size(); ++i)
            result.similarity[i].values = {1.0, highest[i], highest[i], 1.0};
        const Analysis analysis = analyze(runs({result}));
        QCOMPARE(most_alike_layers(analysis, 3), (std::vector<int>{1, 2, 3}));
        QCOMPARE(most_alike_layers(analysis, 9).size(), std::size_t{5});
    }

    void a_broken_file_is_named_and_the_others_are_read() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        for (const double threshold : {0.9, 0.99})
            write_result(path, synthetic_result({}, threshold));
        std::ofstream(path / "results_threshold_0.95.json") << "{\"threshold\": 0.95,";
        fs::create_directory(path / "results_threshold_0.97.json");
        std::ofstream(path / "summary.json") << "not a result";
        int reports = 0;
        const ReadRuns read = read_runs(path, [&](const Progress&) { ++reports; });
        QCOMPARE(read.runs.size(), std::size_t{2});
        QCOMPARE(read.unread.size(), std::size_t{2});
        QCOMPARE(reports, 4);
        QVERIFY(contains(read.unread[0].reason, "results_threshold_0.95.json"));
        QVERIFY(contains(read.unread[0].reason, "not valid JSON"));
        QVERIFY(contains(read.unread[1].reason, "not a regular file"));
        QCOMPARE(analyze(read).run_count(), std::size_t{2});
    }

    void a_missing_folder_is_named() {
        const std::string error = error_of([] { read_runs("/no/such folder"); });
        QVERIFY2(contains(error, "/no/such folder"), error.c_str());
    }

    void reading_can_be_cancelled() {
        const QTemporaryDir folder;
        write_result(folder.path().toStdString(), synthetic_result({}, 0.9));
        std::stop_source stop;
        stop.request_stop();
        try {
            read_runs(folder.path().toStdString(), {}, stop.get_token());
            QFAIL("it was not cancelled");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::cancelled);
        }
    }
};

HEADSCOPE_TEST(TestAnalysis)
#include "test_analysis.moc"
