#include <QTest>
#include <functional>

#include "core/merging/frames.h"
#include "core/merging/merge_plan.h"
#include "tests/merging/matrices.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

using Groups = std::vector<HeadGroup>;

/// 8 heads of 4, two to a KV head.
ModelConfig small_config() {
    ModelConfig config;
    config.num_attention_heads = 8;
    config.num_key_value_heads = 4;
    config.head_dim = 4;
    config.hidden_size = 32;
    return config;
}

LayerCalibration calibration(int layer = 0) {
    HeadMoments moments{layer, 8, 4, std::vector<float>(32 * 32, 0.5F), std::vector<float>(32)};
    return {layer, {1, 2, 3, 4, 5, 6, 7, 8}, std::make_shared<const HeadMoments>(moments)};
}

LayerPlan plan_of(const MergeRule& rule, const ModelConfig& config = small_config(),
                  const std::vector<LayerCalibration>& calibration = {}) {
    return make_merge_plan({matrix_of(8, {{0, 2, 0.99}, {4, 5, 0.98}})}, config, rule, calibration)
        .layers.at(0);
}

LayerMerge full_merge() {
    LayerMerge merge{{{0, 2}}, {{0, 1}}};
    merge.align = Alignment::activations;
    merge.weights = MeanWeights::usage;
    merge.usage = calibration().usage;
    merge.moments = calibration().moments;
    return merge;
}

}  // namespace

class TestLayerMerge : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void merges_differ_in_each_of_their_parts() {
        const LayerMerge one = full_merge();
        QVERIFY(one == full_merge());  // with other, equal moments
        QCOMPARE(digest_of(one), digest_of(full_merge()));
        const std::vector<std::function<void(LayerMerge&)>> changes = {
            [](LayerMerge& m) {
                m.head_steps = {{0, 3}};
            },
            [](LayerMerge& m) { m.kv_steps.clear(); },
            [](LayerMerge& m) { m.align = Alignment::weights; },
            [](LayerMerge& m) { m.align_queries = false; },
            [](LayerMerge& m) { m.weights = MeanWeights::norm; },
            [](LayerMerge& m) { m.rescale = true; },
            [](LayerMerge& m) { m.usage[3] = 4.5; },
            [](LayerMerge& m) { m.moments.reset(); },
            [](LayerMerge& m) {
                HeadMoments other = *m.moments;
                other.second[17] = 0.25F;
                m.moments = std::make_shared<const HeadMoments>(other);
            },
        };
        for (const auto& change : changes) {
            LayerMerge other = full_merge();
            change(other);
            QVERIFY(!(other == one));
            QVERIFY(digest_of(other) != digest_of(one));
        }
    }

    void keeping_keys_changes_their_basis_only() {
        LayerMerge merge{{{0, 2}}, {}};
        QVERIFY(!merge.changes_kv());
        merge.align = Alignment::weights;
        QVERIFY(merge.changes_kv());
        QVERIFY(!LayerMerge{}.changes_kv());
        QVERIFY((LayerMerge{{{0, 2}}, {{0, 1}}}).changes_kv());
    }

    void frames_are_linked_by_what_is_averaged() {
        const auto groups = frame_groups({{{0, 2}, {4, 5}, {3, 7}}, {{0, 1, 3}}}, 4, 2);
        QCOMPARE(groups.size(), std::size_t{1});
        QCOMPARE(groups[0].kv_heads, (std::vector<int>{0, 1, 3}));
        QCOMPARE(groups[0].head_sets, (Groups{{0, 2}, {3, 7}}));  // 4 and 5 share a basis
        QCOMPARE(groups[0].key_sets, (Groups{{0, 1, 3}}));
        QCOMPARE(groups[0].value_sets, (Groups{{0, 1, 3}}));
    }

    void kept_keys_are_linked_through_heads() {
        const auto groups = frame_groups({{{0, 2}, {4, 6}}, {}}, 4, 2);
        QCOMPARE(groups.size(), std::size_t{2});
        QCOMPARE(groups[1].kv_heads, (std::vector<int>{2, 3}));
        QCOMPARE(groups[1].head_sets, (Groups{{4, 6}}));
        QVERIFY(groups[1].key_sets.empty());
        QCOMPARE(groups[1].value_sets, (Groups{{2, 3}}));
    }

    void steps_of_a_sequence_are_one_set() {
        const auto groups = frame_groups({{{0, 2}, {2, 4}}, {{0, 1}, {1, 2}}}, 4, 2);
        QCOMPARE(groups.size(), std::size_t{1});
        QCOMPARE(groups[0].head_sets, (Groups{{0, 2, 4}}));
        QCOMPARE(groups[0].key_sets, (Groups{{0, 1, 2}}));
    }

    void the_rule_reaches_the_merge() {
        MergeRule rule{0.9};
        rule.align = Alignment::weights;
        rule.weights = MeanWeights::norm;
        rule.rescale = true;
        const LayerMerge merge = plan_of(rule).merge;
        QCOMPARE(merge.align, Alignment::weights);
        QVERIFY(merge.align_queries);
        QCOMPARE(merge.weights, MeanWeights::norm);
        QVERIFY(merge.rescale);
        QVERIFY(merge.usage.empty() && !merge.moments);
        ModelConfig normalised = small_config();
        normalised.head_norm = HeadNorm::each;
        QVERIFY(!plan_of(rule, normalised).merge.align_queries);
        QVERIFY(notes_on(rule, small_config()).empty());
        QVERIFY(contains(notes_on(rule, normalised).at(0), "Only V and O"));
    }

    /// So that variants share what does not differ.
    void what_changes_nothing_is_not_asked_for() {
        MergeRule rule{0.9, Grouping::components, KvPolicy::within};
        const LayerMerge plain = plan_of(rule).merge;
        rule.align = Alignment::weights;
        QVERIFY(plan_of(rule).merge == plain);
        QVERIFY(contains(notes_on(rule, small_config()).at(0), "Nothing is aligned"));
        rule = {1.0};
        rule.rescale = true;
        rule.weights = MeanWeights::norm;
        QVERIFY(plan_of(rule).merge == LayerMerge{});
    }

    void calibration_reaches_the_merge() {
        MergeRule rule{0.9};
        rule.align = Alignment::activations;
        rule.weights = MeanWeights::usage;
        QVERIFY(rule.needs_calibration());
        const LayerCalibration measured = calibration();
        const LayerMerge merge = plan_of(rule, small_config(), {calibration(3), measured}).merge;
        QCOMPARE(merge.usage, measured.usage);
        QCOMPARE(merge.moments, measured.moments);
    }

    void a_missing_calibration_is_an_error_data() {
        QTest::addColumn<bool>("align");
        QTest::addColumn<QString>("option");
        QTest::newRow("activations") << true << "--align activations";
        QTest::newRow("usage") << false << "--weights usage";
    }
    void a_missing_calibration_is_an_error() {
        QFETCH(bool, align);
        QFETCH(QString, option);
        MergeRule rule{0.9};
        (align ? void(rule.align = Alignment::activations)
               : void(rule.weights = MeanWeights::usage));
        LayerCalibration small = calibration();
        small.usage.pop_back();
        small.moments = std::make_shared<const HeadMoments>(HeadMoments{0, 8, 4, {1.0F}, {}});
        LayerCalibration wild = small;
        wild.usage = {1, 2, 3, 4, 5, 6, 7, -8};
        for (const auto& given :
             std::vector<std::vector<LayerCalibration>>{{}, {calibration(1)}, {small}, {wild}}) {
            const std::string error = error_of([&] { plan_of(rule, small_config(), given); });
            QVERIFY2(contains(error, option.toStdString()), error.c_str());
            QVERIFY(contains(error, "layer 0"));
        }
        // A layer without pairs needs nothing.
        QVERIFY(
            make_merge_plan({random_matrix(8, 1)}, small_config(), {2.0}).layers[0].pairs.empty());
    }

    void names_read_back() {
        for (const char* name : {"none", "weights", "activations"})
            QCOMPARE(name_of(parse_alignment(name)), std::string_view(name));
        for (const char* name : {"plain", "norm", "usage"})
            QCOMPARE(name_of(parse_mean_weights(name)), std::string_view(name));
        QVERIFY(contains(error_of([] { parse_alignment("svd"); }), "choose none, weights"));
        QVERIFY(contains(error_of([] { parse_mean_weights("1"); }), "choose plain, norm"));
    }
};

HEADSCOPE_TEST(TestLayerMerge)
#include "test_layer_merge.moc"
