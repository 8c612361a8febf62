#include <QTest>
#include <limits>

#include "core/merging/layer_thresholds.h"
#include "core/merging/merge_plan.h"
#include "tests/merging/matrices.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

ModelConfig small_config() {
    ModelConfig config;
    config.num_attention_heads = 8;
    config.num_key_value_heads = 4;
    config.head_dim = 4;
    config.hidden_size = 32;
    return config;
}

}  // namespace

class TestLayerThresholds : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void lists_are_read() {
        const LayerThresholds expected = {{3, 0.98}, {7, 0.91}};
        QCOMPARE(parse_layer_thresholds("3:0.98,7:0.91"), expected);
        QCOMPARE(parse_layer_thresholds(" 7 : 0.91 , 3:0.98 "), expected);
        const LayerThresholds range = {{0, 0.5}, {1, 0.5}, {2, 0.5}, {9, -1.0}};
        QCOMPARE(parse_layer_thresholds("0-2:0.5,9:-1"), range);
    }

    void what_is_written_reads_back() {
        const LayerThresholds thresholds = {{0, 1.0}, {2, 0.1 + 0.2}, {31, -0.5}, {79, 1e-7}};
        QCOMPARE(layer_thresholds_text(thresholds),
                 std::string("0:1,2:0.30000000000000004,31:-0.5,79:0.0000001"));
        QCOMPARE(parse_layer_thresholds(layer_thresholds_text(thresholds)), thresholds);
        QCOMPARE(layer_thresholds_text({}), std::string());
    }

    void nonsense_is_refused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("part");
        const auto row = [](const char* text, const char* part) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(part);
        };
        row("", "not a layer with its threshold");
        row("3", "\"3\"");
        row("3:0.98,", "\"\"");
        row("3:0.98;7:0.9", "0.98;7:0.9");
        row("3:1.5", "from -1 to 1");
        row("3:nan", "from -1 to 1");
        row("3:", "from -1 to 1");
        row("x:0.9", "\"x:0.9\"");
        row("-1:0.9", "\"-1:0.9\"");
        row("5-3:0.9", "\"5-3:0.9\"");
        row("0-9999999:0.9", "begin with a layer");
        row("3:0.98,0-4:0.9", "layer 3 has two thresholds");
    }

    void nonsense_is_refused() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, part);
        const std::string error = error_of([&] { parse_layer_thresholds(text.toStdString()); });
        QVERIFY2(contains(error, part.toStdString()), error.c_str());
    }

    void the_lowest_stands_for_all() {
        QCOMPARE(lowest_threshold({{3, 0.98}, {7, 0.91}}), 0.91);
        QCOMPARE(lowest_threshold({}), 1.0);
    }

    void a_threshold_between_two_similarities_is_short() {
        QCOMPARE(threshold_between(0.9973, 0.9948), 0.997);
        QCOMPARE(threshold_between(0.9973, 0.89), 0.9);
        QCOMPARE(threshold_between(1.0, 0.99), 1.0);
        QCOMPARE(threshold_between(0.83, -1.0), 0.0);
        QCOMPARE(threshold_between(-0.25, -1.0), -0.3);
        QCOMPARE(threshold_between(-0.95, -1.0), -0.95);
        const double below = std::nextafter(0.7, 0.0);
        QCOMPARE(threshold_between(0.7, below), 0.7);
        const double third = 1.0 / 3.0;
        QCOMPARE(threshold_between(third, std::nextafter(third, 0.0)), third);
    }

    /// Each layer is planned as if the whole plan had its threshold.
    void plans_take_each_layers_own_threshold() {
        std::vector<SimilarityMatrix> matrices = {random_matrix(8, 1), random_matrix(8, 2),
                                                  random_matrix(8, 3)};
        for (int layer = 0; layer < 3; ++layer)
            matrices[static_cast<std::size_t>(layer)].layer = layer;
        ModelConfig config = small_config();
        config.num_hidden_layers = 3;
        const MergeRule rule{0.1, Grouping::complete, KvPolicy::average};
        const LayerThresholds thresholds = {{0, 0.8}, {2, 0.6}};
        const MergePlan plan = make_merge_plan(matrices, config, rule, thresholds);
        QCOMPARE(plan.layers.size(), std::size_t{3});
        QCOMPARE(*plan.layer_thresholds, thresholds);
        QCOMPARE(plan.rule.threshold, 0.6);
        QVERIFY(plan.layers[1].pairs.empty() && plan.layers[1].merge.empty());
        for (const int layer : {0, 2}) {
            const auto at = static_cast<std::size_t>(layer);
            const MergeRule own{thresholds.at(layer), rule.grouping, rule.kv_policy};
            const LayerPlan expected = make_merge_plan({matrices[at]}, config, own).layers[0];
            QVERIFY(!expected.pairs.empty());
            QCOMPARE(plan.layers[at].pairs, expected.pairs);
            QVERIFY(plan.layers[at].merge == expected.merge);
        }
        QVERIFY(contains(error_of([&] {
                             make_merge_plan(matrices, config, rule, {{3, 0.9}});
                         }),
                         "layer 3"));
    }
};

HEADSCOPE_TEST(TestLayerThresholds)
#include "test_layer_thresholds.moc"
