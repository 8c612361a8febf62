#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <limits>
#include <string>

#include <nlohmann/json.hpp>

#include "core/report/results.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

Result sample() {
    Result result;
    result.threshold = 0.995;
    result.original = {{61.5, 60.25, 62.75}, {0.33, 0.32, 0.34}, 1000.5, 330, 1000, 10};
    result.merged = {{62.5, 61.0, 64.0}, {0.32, 0.31, 0.33}, 1010.25, 320, 1000, 10};
    result.change = Change{{1.02, 1.01, 1.03}, {-0.01, -0.02, 0.0}};
    LayerPlan layer;
    layer.layer = 10;
    layer.pairs = {{0, 2, 0.996}, {1, 2, 0.9955}};
    layer.groups = {{0, 1, 2}};
    layer.kv_groups = {{0, 1}};
    layer.side_effect_heads = {3};
    result.plan.layers = {layer};
    result.summary = {.pairs = 2,
                      .groups = 1,
                      .merged_heads = 3,
                      .identical_heads = 3,
                      .kv_heads_touched = 2,
                      .side_effect_heads = 1,
                      .removable_heads = 2,
                      .removable_kv_heads = 1,
                      .removable_parameters = 100,
                      .removable_bytes = 200,
                      .kv_cache_bytes_per_token = 16};
    result.similarity = {{10, 2, {1.0, 0.1, 0.1, 1.0}}};
    Manifest manifest;
    manifest.program_version = "1.2.3";
    manifest.model_path = "some model";
    manifest.settings.layers = {10};
    manifest.settings.rule.grouping = Grouping::components;
    manifest.settings.rule.kv_policy = KvPolicy::average;
    manifest.settings.window = 512;
    manifest.started = "2026-01-02T03:04:05Z";
    manifest.duration_seconds = 1.5;
    manifest.evaluated_together = 4;
    manifest.window_order_seed = 7;
    result.similarity[0] = {10, 4, std::vector<double>(16, 0.5)};
    result.manifest = manifest;
    return result;
}

class Folder {
  public:
    [[nodiscard]] fs::path path() const { return folder_.path().toStdString(); }

    [[nodiscard]] fs::path write(const std::string& text) const {
        const fs::path file = path() / "r.json";
        std::ofstream(file) << text;
        return file;
    }

  private:
    QTemporaryDir folder_;
};

}  // namespace

class TestResults : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void thresholds_are_the_shortest_decimals() {
        QCOMPARE(threshold_text(0.98), std::string("0.98"));
        QCOMPARE(threshold_text(0.995), std::string("0.995"));
        QCOMPARE(threshold_text(1.0), std::string("1.0"));
        QCOMPARE(threshold_text(0.1 + 0.2), std::string("0.30000000000000004"));
        QCOMPARE(threshold_text(1e-7), std::string("0.0000001"));
        QCOMPARE(threshold_text(-0.5), std::string("-0.5"));
        QCOMPARE(results_file_name(0.98), std::string("results_threshold_0.98.json"));
    }

    void thresholds_of_layers_read_back() {
        const Folder folder;
        Result result = sample();
        QVERIFY(!read_result(write_result(folder.path(), result)).plan.layer_thresholds);
        for (const LayerThresholds& thresholds :
             {LayerThresholds{{2, 0.9}, {10, 0.995}}, LayerThresholds{}}) {
            result.plan.layer_thresholds = thresholds;
            const fs::path file = write_result(folder.path(), result);
            QVERIFY(file.filename().string().starts_with("results_layer_thresholds_"));
            QCOMPARE(read_result(file).plan.layer_thresholds, std::optional(thresholds));
        }
        // Other thresholds have another file.
        QCOMPARE(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 3);
    }

    void thresholds_of_layers_are_checked() {
        const Folder folder;
        auto json = to_json(sample());
        for (const char* bad : {"3", R"({"x": 0.9})", R"({"1": 2})", R"({"1": "0.9"})",
                                R"({"1": 0.9, "01": 0.9})", R"({"1": null})"}) {
            json["layer_thresholds"] = nlohmann::ordered_json::parse(bad);
            const fs::path file = folder.write(json.dump());
            const std::string error = error_of([&] { read_result(file); });
            QVERIFY2(contains(error, "\"layer_thresholds\""), bad);
        }
    }

    void the_keys_of_the_original_experiment_are_there() {
        const auto json = to_json(sample());
        QCOMPARE(json["threshold"].get<double>(), 0.995);
        QCOMPARE(json["original_metrics"].size(), std::size_t{2});
        QCOMPARE(json["original_metrics"]["perplexity"].get<double>(), 61.5);
        QCOMPARE(json["merged_metrics"]["accuracy"].get<double>(), 0.32);
        QCOMPARE(json["total_merged_pairs"].get<int>(), 2);
        const auto& layer = json["layer_results"]["10"];
        QCOMPARE(layer.size(), std::size_t{3});
        QCOMPARE(layer["num_pairs"].get<int>(), 2);
        QCOMPARE(layer["pairs"][1][1].get<int>(), 2);
        QCOMPARE(layer["similarity_matrix"].size(), std::size_t{4});
        QCOMPARE(json.begin().key(), std::string("threshold"));
    }

    void a_file_reads_back_as_it_was() {
        const Folder folder;
        const Result before = sample();
        const Result after = read_result(write_result(folder.path(), before));
        QCOMPARE(after.threshold, before.threshold);
        QCOMPARE(after.merged.perplexity.high, before.merged.perplexity.high);
        QCOMPARE(after.merged.correct, before.merged.correct);
        QCOMPARE(after.change->accuracy_difference.low, -0.02);
        QCOMPARE(after.plan.layers.at(0).pairs, before.plan.layers.at(0).pairs);
        QCOMPARE(after.plan.layers.at(0).groups, before.plan.layers.at(0).groups);
        QCOMPARE(after.plan.layers.at(0).side_effect_heads,
                 before.plan.layers.at(0).side_effect_heads);
        QCOMPARE(after.summary.removable_bytes, 200);
        QCOMPARE(after.similarity.at(0).values, before.similarity.at(0).values);
        QVERIFY(after.manifest->settings == before.manifest->settings);
        QCOMPARE(after.manifest->started, before.manifest->started);
        QCOMPARE(after.manifest->window_order_seed, std::uint64_t{7});
    }

    void the_manner_of_the_mean_reads_back() {
        const Folder folder;
        Result before = sample();
        before.manifest->settings.rule.align = Alignment::weights;
        before.manifest->settings.rule.weights = MeanWeights::norm;
        before.manifest->settings.rule.rescale = true;
        const Result after = read_result(write_result(folder.path(), before));
        QVERIFY(after.manifest->settings == before.manifest->settings);
        QCOMPARE(after.plan.rule.align, Alignment::weights);
        QCOMPARE(after.plan.rule.weights, MeanWeights::norm);
        QVERIFY(after.plan.rule.rescale);
    }

    /// A file from before there was a choice says nothing of it.
    void an_older_file_has_the_plain_mean() {
        const Folder folder;
        auto json = to_json(sample());
        for (const char* key : {"align", "weights", "rescale"})
            QCOMPARE(json["manifest"].erase(key), std::size_t{1});
        const Result after = read_result(folder.write(json.dump()));
        QVERIFY(after.manifest->settings == sample().manifest->settings);
        QCOMPARE(after.plan.rule.align, Alignment::none);
        json["manifest"]["align"] = 3;
        QVERIFY(contains(error_of([&] { read_result(folder.write(json.dump())); }), "\"align\""));
        json["manifest"]["align"] = "svd";
        QVERIFY(contains(error_of([&] { read_result(folder.write(json.dump())); }),
                         "not an alignment"));
    }

    void infinite_intervals_survive() {
        const Folder folder;
        Result result = sample();
        result.merged.perplexity.high = std::numeric_limits<double>::infinity();
        QVERIFY(
            std::isinf(read_result(write_result(folder.path(), result)).merged.perplexity.high));
    }

    void a_file_of_the_original_experiment_opens() {
        const Folder folder;
        const Result result = read_result(folder.write(
            R"({"threshold": 0.99, "original_metrics": {"perplexity": 6.1, "accuracy": 0.5},
                "merged_metrics": {"perplexity": 6.4, "accuracy": 0.49}, "total_merged_pairs": 1,
                "layer_results": {"10": {"num_pairs": 0, "pairs": [], "similarity_matrix": [[1.0]]},
                                  "2": {"num_pairs": 1, "pairs": [[0, 1, 0.99]],
                                        "similarity_matrix": [[1.0, 0.99], [0.99, 1.0]]}}})"));
        QCOMPARE(result.merged.perplexity.value, 6.4);
        QVERIFY(!result.manifest);
        QVERIFY(!result.change);
        QCOMPARE(result.plan.layers.at(0).layer, 2);
        QCOMPARE(result.plan.layers.at(1).layer, 10);
        QCOMPARE(result.similarity.at(0).at(0, 1), 0.99);
    }

    void broken_files_are_named_with_the_key_data() {
        QTest::addColumn<std::string>("text");
        QTest::addColumn<std::string>("part");
        const auto row = [](const char* name, const std::string& text, const std::string& part) {
            QTest::newRow(name) << text << part;
        };
        const std::string head =
            R"({"threshold": 1, "original_metrics": {"perplexity": 1, "accuracy": 1},
                "merged_metrics": {"perplexity": 1, "accuracy": 1}, "total_merged_pairs": 0,
                "layer_results": )";
        row("not json", "{", "not valid JSON");
        row("no threshold", "{}", "\"threshold\" is missing");
        row("an array", "[]", "\"threshold\" is missing");
        row("text as number", R"({"threshold": "x"})", "\"threshold\" is of the wrong type");
        row("layers no object", head + "[]}", "\"layer_results\" is not an object");
        row("layer name", head + R"({"x": {}}})", "a key that is not a layer's number");
        row("not square", head + R"({"0": {"pairs": [], "similarity_matrix": [[1, 2]]}}})",
            "is not square");
        row("bad pair", head + R"({"0": {"pairs": [[0, 1]], "similarity_matrix": [[1]]}}})",
            "[head, head, similarity]");
        row("pair outside",
            head + R"({"0": {"pairs": [[0, 9, 1.0]], "similarity_matrix": [[1]]}}})",
            "does not have");
        row("pair far outside",
            head + R"({"0": {"pairs": [[0, 4294967296, 1.0]], "similarity_matrix": [[1]]}}})",
            "[head, head, similarity]");
        row("whole number as 1e300",
            R"({"threshold": 1, "original_metrics": {"perplexity": 1, "accuracy": 1},
                "merged_metrics": {"perplexity": 1, "accuracy": 1}, "total_merged_pairs": 1e300})",
            "\"total_merged_pairs\" is of the wrong type");
        for (const char* key : {"groups", "kv_groups", "side_effect_heads"}) {
            Result result = sample();
            LayerPlan& layer = result.plan.layers.at(0);
            if (key == std::string("groups")) layer.groups = {{0, 4}};
            if (key == std::string("kv_groups")) layer.kv_groups = {{-1, 0}};
            if (key == std::string("side_effect_heads")) layer.side_effect_heads = {4};
            row(key, to_json(result).dump(), std::string(key) + "\" names a head that");
        }
        row("newer", head + R"({}, "manifest": {"format_version": 99}})",
            "written by a newer Headscope");
        row("manifest", head + R"({}, "manifest": {"format_version": 1}})",
            "\"program_version\" is missing");
    }

    void broken_files_are_named_with_the_key() {
        QFETCH(std::string, text);
        QFETCH(std::string, part);
        const Folder folder;
        const fs::path file = folder.write(text);
        const std::string error = error_of([&] { read_result(file); });
        QVERIFY2(contains(error, part), error.c_str());
        QVERIFY2(contains(error, file.string()), error.c_str());
    }

    void differences_are_named() {
        RunSettings a;
        RunSettings b;
        QVERIFY(describe_difference(a, b).empty());
        a.window = 512;
        b.window = 256;
        b.dtype = "bfloat16";
        QCOMPARE(describe_difference(a, b),
                 std::string("window 512, not 256; dtype \"\", not \"bfloat16\""));
        b = a;
        b.calibration = CalibrationRecord{"text", "ab", 8, 512};
        const std::string record =
            R"({"corpus":"text","corpus_sha256":"ab","windows":8,"window":512})";
        QCOMPARE(describe_difference(a, b), "calibration null, not " + record);
        QCOMPARE(describe_difference(b, a), "calibration " + record + ", not null");
        a.calibration = b.calibration;
        QVERIFY(describe_difference(a, b).empty());
        a.calibration->windows = 9;
        QVERIFY(a != b && !describe_difference(a, b).empty());
    }

    void the_calibration_is_kept() {
        const Folder folder;
        Result result = sample();
        result.manifest->settings.calibration = CalibrationRecord{"text", "ab", 8, 512};
        const Result read = read_result(write_result(folder.path(), result));
        QVERIFY(read.manifest->settings == result.manifest->settings);
        // Measures of weights have none, and files of before had none.
        result.manifest->settings.calibration.reset();
        QVERIFY(!read_result(write_result(folder.path(), result)).manifest->settings.calibration);
        nlohmann::json json = nlohmann::json::parse(to_json(result).dump());
        json["manifest"]["calibration"] = {{"corpus", "text"}, {"windows", "eight"}};
        const std::string error = error_of([&] { read_result(folder.write(json.dump())); });
        QVERIFY2(contains(error, "corpus_sha256"), error.c_str());
    }
};

HEADSCOPE_TEST(TestResults)
#include "test_results.moc"
