#include <QTest>

#include "core/merging/merge_plan.h"
#include "tests/merging/matrices.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

using Groups = std::vector<HeadGroup>;

/// 8 heads of 4, two to a KV head, hidden size 32, bfloat16.
ModelConfig small_config() {
    ModelConfig config;
    config.num_hidden_layers = 2;
    config.num_attention_heads = 8;
    config.num_key_value_heads = 4;
    config.head_dim = 4;
    config.hidden_size = 32;
    config.dtype = DType::bf16;
    return config;
}

LayerPlan plan_of(const SimilarityMatrix& matrix, MergeRule rule) {
    return make_merge_plan({matrix}, small_config(), rule).layers.at(0);
}

}  // namespace

class TestMergePlan : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void golden_plans_data() {
        QTest::addColumn<int>("run");
        const auto runs = golden("demo.json").at("runs");
        for (int i = 0; i < static_cast<int>(runs.size()); ++i) {
            const auto& run = runs[static_cast<std::size_t>(i)];
            QTest::addRow("%s %s %g", run["grouping"].get<std::string>().c_str(),
                          run["kv"].get<std::string>().c_str(), run["threshold"].get<double>())
                << i;
        }
    }

    void golden_plans() {
        QFETCH(int, run);
        static const Checkpoint checkpoint = Checkpoint::open(demo_model());
        static const auto matrices = compute_similarity(checkpoint, {}, {}, {});
        const auto expected = golden("demo.json").at("runs").at(static_cast<std::size_t>(run));
        const MergeRule rule{expected["threshold"],
                             parse_grouping(expected["grouping"].get<std::string>()),
                             parse_kv_policy(expected["kv"].get<std::string>())};
        const MergePlan plan = make_merge_plan(matrices, checkpoint.config(), rule);
        QCOMPARE(summarize(plan, checkpoint.config()).pairs,
                 expected["total_merged_pairs"].get<std::int64_t>());
        for (const LayerPlan& layer : plan.layers) {
            const auto& wanted = expected["layer_results"][std::to_string(layer.layer)];
            QCOMPARE(layer.pairs.size(), wanted["num_pairs"].get<std::size_t>());
            for (std::size_t i = 0; i < layer.pairs.size(); ++i) {
                QCOMPARE(layer.pairs[i].first, wanted["pairs"][i][0].get<int>());
                QCOMPARE(layer.pairs[i].second, wanted["pairs"][i][1].get<int>());
                QVERIFY(std::abs(layer.pairs[i].similarity - wanted["pairs"][i][2].get<double>()) <
                        1e-6);
            }
            QCOMPARE(layer.groups, wanted["groups"].get<Groups>());
            QCOMPARE(layer.kv_groups, wanted["kv_groups"].get<Groups>());
        }
    }

    void average_joins_the_kv_heads_behind_a_group() {
        // Heads 0 and 2 bring KV heads 0 and 1 together; 1 and 3 read them and are in no group.
        const LayerPlan plan = plan_of(matrix_of(8, {{0, 2, 0.99}, {4, 5, 0.98}}), {0.9});
        QCOMPARE(plan.groups, (Groups{{0, 2}, {4, 5}}));
        QCOMPARE(plan.kv_groups, (Groups{{0, 1}}));
        QCOMPARE(plan.side_effect_heads, (std::vector<int>{1, 3}));
        const PlanSummary summary = summarize(plan, small_config());
        QCOMPARE(summary.pairs, 2);
        QCOMPARE(summary.groups, 2);
        QCOMPARE(summary.merged_heads, 4);
        QCOMPARE(summary.identical_heads, 4);
        QCOMPARE(summary.kv_heads_touched, 2);
        QCOMPARE(summary.side_effect_heads, 2);
        QCOMPARE(summary.removable_heads, 2);
        QCOMPARE(summary.removable_kv_heads, 1);
        QCOMPARE(summary.removable_parameters, 3 * 2 * 4 * 32);
        QCOMPARE(summary.removable_bytes, 2 * summary.removable_parameters);
        QCOMPARE(summary.kv_cache_bytes_per_token, 2 * 4 * 2);

        // A head's rows of Q have a bias, and so have a KV head's rows of K and of V.
        ModelConfig biased = small_config();
        biased.qkv_bias = true;
        QCOMPARE(summarize(plan, biased).removable_parameters,
                 summary.removable_parameters + 2 * 4 + 1 * 2 * 4);
    }

    void groups_that_share_a_kv_head_join_all_their_kv_heads() {
        const LayerPlan plan = plan_of(matrix_of(8, {{0, 2, 0.99}, {3, 7, 0.98}}), {0.9});
        QCOMPARE(plan.kv_groups, (Groups{{0, 1, 3}}));
        QCOMPARE(plan.side_effect_heads, (std::vector<int>{1, 6}));
    }

    void keep_touches_no_keys_and_frees_only_heads_of_one_kv_head() {
        const MergeRule rule{0.9, Grouping::components, KvPolicy::keep};
        const LayerPlan plan = plan_of(matrix_of(8, {{0, 2, 0.99}, {4, 5, 0.98}}), rule);
        QVERIFY(plan.kv_groups.empty());
        QVERIFY(plan.side_effect_heads.empty());
        QVERIFY(plan.merge.kv_steps.empty());
        // 0 and 2 have equal Q and O but other keys: both are still needed.
        QCOMPARE(summarize(plan, small_config()).removable_heads, 1);
    }

    void within_merges_only_pairs_of_one_kv_head() {
        const MergeRule rule{0.9, Grouping::components, KvPolicy::within};
        const LayerPlan plan =
            plan_of(matrix_of(8, {{0, 2, 0.99}, {4, 5, 0.98}, {5, 6, 0.97}}), rule);
        QCOMPARE(plan.groups, (Groups{{4, 5}}));
        QCOMPARE(plan.pairs.size(), std::size_t{1});
        QVERIFY(plan.kv_groups.empty());
    }

    void sequential_leaves_only_the_last_pair_of_a_chain_identical() {
        const MergeRule rule{0.9, Grouping::sequential, KvPolicy::average};
        const LayerPlan plan = plan_of(matrix_of(8, {{0, 2, 0.95}, {2, 4, 0.92}}), rule);
        QCOMPARE(plan.merge.head_steps, (Groups{{0, 2}, {2, 4}}));
        QCOMPARE(plan.merge.kv_steps, (Groups{{0, 1}, {1, 2}}));
        QCOMPARE(summarize(plan, small_config()).identical_heads, 2);
        // Disjoint pairs run in any order: the same merge as their components.
        const auto disjoint = matrix_of(8, {{4, 5, 0.95}, {0, 1, 0.92}});
        QCOMPARE(plan_of(disjoint, rule).merge, plan_of(disjoint, {0.9}).merge);
    }

    void excluded_heads_are_in_no_pair_but_those_that_are_named() {
        const SimilarityMatrix matrix =
            matrix_of(8, {{0, 1, 0.9}, {0, 2, 0.8}, {3, 4, 0.7}, {5, 6, 0.1}});
        MergeRule rule{0.5};
        rule.excluded = {{matrix.layer, {0}}};
        QCOMPARE(plan_of(matrix, rule).groups, (Groups{{3, 4}}));
        rule.groups = {{matrix.layer, {{0, 7}, {5, 6}}}};
        QCOMPARE(plan_of(matrix, rule).groups, (Groups{{0, 7}, {3, 4}, {5, 6}}));
        // In the order of find_pairs.
        const LayerPlan plan = plan_of(matrix, rule);
        for (std::size_t i = 1; i < plan.pairs.size(); ++i)
            QVERIFY(plan.pairs[i - 1].similarity >= plan.pairs[i].similarity);
        rule.excluded = {{99, {0}}};
        QVERIFY(!error_of([&] { plan_of(matrix, rule); }).empty());
    }

    void a_threshold_above_all_selects_nothing() {
        const LayerPlan plan = plan_of(random_matrix(8, 1), {1.0});
        QVERIFY(plan.pairs.empty());
        QVERIFY(plan.merge.empty());
    }
};

HEADSCOPE_TEST(TestMergePlan)
#include "test_merge_plan.moc"
