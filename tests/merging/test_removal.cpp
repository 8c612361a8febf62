#include <QTest>

#include "core/merging/compaction.h"
#include "core/merging/merge_plan.h"
#include "tests/merging/matrices.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

ModelConfig small_config() {
    ModelConfig config;
    config.num_hidden_layers = 3;
    config.num_attention_heads = 6;
    config.num_key_value_heads = 2;
    config.head_dim = 4;
    config.hidden_size = 24;
    return config;
}

std::vector<LayerCalibration> calibration_of(std::vector<std::vector<double>> usage) {
    std::vector<LayerCalibration> all;
    for (std::size_t layer = 0; layer < usage.size(); ++layer) {
        LayerCalibration of{static_cast<int>(layer), usage[layer], {}, 1.0};
        all.push_back(of);
    }
    return all;
}

}  // namespace

class TestRemoval : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void texts_read_back() {
        for (const std::string text :
             {"heads:25%", "kv_heads:33%", "layers:6", "heads:0.5%", "3:7,12;5:0"}) {
            QCOMPARE(removal_text(parse_removal(text)), text);
        }
        QVERIFY(parse_removal("").empty());
        QCOMPARE(parse_removal("3:12,7,7").heads.at(3), (std::vector<int>{7, 12}));
        QCOMPARE(groups_text(parse_groups("3:0-1-2,4-5;7:2-8")), std::string("3:0-1-2,4-5;7:2-8"));
    }

    void lists_of_heads_read_back() {
        QCOMPARE(heads_text(parse_heads("3:7,12;5:0")), std::string("3:7,12;5:0"));
        QVERIFY(parse_heads("").empty());
        for (const char* text : {"3", "3:", "heads:25%", "3:1,x", "-1:2"})
            QVERIFY2(contains(error_of([&] { parse_heads(text); }), text), text);
        QVERIFY(contains(error_of([] { check_heads(parse_heads("0:6"), small_config()); }),
                         "layer 0 has no head 6"));
    }

    void nonsense_is_refused() {
        for (const char* text : {"heads", "heads:", "heads:0", "heads:100%", "heads:-3", "3",
                                 "3:", "x:1", "3:1,x", "layers:50"}) {
            const bool refused = !error_of([&] {
                                      choose_removed(parse_removal(text), small_config(),
                                                     calibration_of({{1}, {1}, {1}}));
                                  }).empty();
            QVERIFY2(refused, text);
        }
        for (const char* text : {"3", "3:", "3:1", "3:1-", "3:1-1", "x:1-2"})
            QVERIFY2(!error_of([&] { parse_groups(text); }).empty(), text);
        QVERIFY(contains(error_of([] { choose_removed(parse_removal("3:0"), small_config(), {}); }),
                         "layer 3"));
        QVERIFY(contains(error_of([] { choose_removed(parse_removal("1:6"), small_config(), {}); }),
                         "head 6"));
    }

    void the_smallest_outputs_go_first() {
        const auto calibration =
            calibration_of({{6, 1, 9, 9, 9, 9}, {2, 9, 9, 0.5, 0.5, 0.5}, {7, 7, 7, 7, 7, 7}});
        QCOMPARE(choose_removed(parse_removal("heads:4"), small_config(), calibration),
                 (HeadsByLayer{{0, {1}}, {1, {3, 4, 5}}}));
        QCOMPARE(choose_removed(parse_removal("kv_heads:1"), small_config(), calibration),
                 (HeadsByLayer{{1, {3, 4, 5}}}));
        QCOMPARE(choose_removed(parse_removal("layers:1"), small_config(), calibration),
                 (HeadsByLayer{{1, {0, 1, 2, 3, 4, 5}}}));
        // A quarter of 18 heads, rounded.
        const auto chosen = choose_removed(parse_removal("heads:25%"), small_config(), calibration);
        std::size_t count = 0;
        for (const auto& [layer, heads] : chosen)
            count += heads.size();
        QCOMPARE(count, std::size_t{5});
    }

    /// Steps of an order of their own come one after the other.
    void steps_are_taken_in_their_order() {
        auto calibration = calibration_of({{1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1}});
        calibration[0].removal_steps = {{{4}, 0.3}, {{2}, 0.1}};
        calibration[1].removal_steps = {{{0}, 0.2}, {{1}, 0.4}};
        Removal removal = parse_removal("heads:3");
        removal.order = RemovalOrder::refit;
        QCOMPARE(choose_removed(removal, small_config(), calibration),
                 (HeadsByLayer{{0, {2, 4}}, {1, {0}}}));
    }

    void removed_heads_are_in_no_group_and_are_counted() {
        MergeRule rule;
        rule.threshold = 0.9;
        rule.grouping = Grouping::components;
        rule.kv_policy = KvPolicy::within;
        rule.removal = parse_removal("0:1,3,4,5");
        const SimilarityMatrix matrix = matrix_of(6, {{0, 1, 0.95}, {0, 2, 0.92}, {4, 5, 0.99}}, 0);
        const MergePlan plan = make_merge_plan({matrix}, small_config(), rule);
        const LayerPlan& layer = plan.layers.at(0);
        QCOMPARE(layer.groups, (std::vector<HeadGroup>{{0, 2}}));
        QCOMPARE(layer.merge.removed, (std::vector<int>{1, 3, 4, 5}));
        const PlanSummary summary = summarize(plan, small_config());
        QCOMPARE(summary.removed_heads, 4);
        QCOMPARE(summary.removed_kv_heads, 1);
        QCOMPARE(summary.skipped_layers, 0);
        QCOMPARE(summary.removable_heads, 5);  // and one of the merged
        QCOMPARE(summary.removable_kv_heads, 1);
        QCOMPARE(distinct_heads(layer.merge, 6, 3), (std::vector<HeadGroup>{{0, 2}}));
    }

    void named_groups_are_merged_whatever_the_threshold() {
        MergeRule rule;
        rule.threshold = 0.99;
        rule.groups = parse_groups("0:0-2-5");
        rule.kv_policy = KvPolicy::keep;
        const SimilarityMatrix matrix = matrix_of(6, {{3, 4, 0.995}, {0, 2, 0.1}}, 0);
        const MergePlan plan = make_merge_plan({matrix}, small_config(), rule);
        QCOMPARE(plan.layers.at(0).groups, (std::vector<HeadGroup>{{0, 2, 5}, {3, 4}}));
        rule.groups = parse_groups("0:0-6");
        QVERIFY(
            contains(error_of([&] { make_merge_plan({matrix}, small_config(), rule); }), "head 6"));
    }

    void what_is_removed_is_compacted_away() {
        constexpr int kSilent = HeadContents::kSilent;
        // KV head 1 is read by nobody; head 1 goes, and the others keep their KV head.
        const LayerCompaction some =
            compact_layer(0, {{0, kSilent, 2, kSilent, kSilent, kSilent}, {0, 1}}, small_config());
        QCOMPARE(some.after.heads, 2);
        QCOMPARE(some.after.kv_heads, 1);
        QCOMPARE(some.selection.heads.front().front(), 0);
        // A head with other keys needs as many as its neighbours: a silent one fills the place.
        const LayerCompaction uneven =
            compact_layer(0, {{0, 1, 2, kSilent, 4, kSilent}, {0, 1}}, small_config());
        QVERIFY(uneven.after.heads % uneven.after.kv_heads == 0);
        for (const auto& heads : uneven.selection.heads) {
            if (heads.front() == 3 || heads.front() == 5) continue;
            QVERIFY(heads.front() != kSilent);
        }
        // Nothing stays of a layer that is skipped, unless its output has a bias.
        const LayerCompaction none = compact_layer(
            0, {{kSilent, kSilent, kSilent, kSilent, kSilent, kSilent}, {0, 1}}, small_config());
        QVERIFY(none.skips_attention() && none.removes_any());
        QCOMPARE(none.after.kv_heads, 0);
        ModelConfig with_bias = small_config();
        with_bias.o_bias = true;
        const LayerCompaction one = compact_layer(
            0, {{kSilent, kSilent, kSilent, kSilent, kSilent, kSilent}, {0, 1}}, with_bias);
        QCOMPARE(one.after, (HeadCounts{1, 1}));
    }
};

HEADSCOPE_TEST(TestRemoval)
#include "test_removal.moc"
