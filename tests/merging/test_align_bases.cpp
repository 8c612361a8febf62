#include <QTest>
#include <cmath>

#include "core/base/error.h"
#include "core/merging/align_torch.h"
#include "core/merging/merge_plan.h"
#include "tests/merging/attention_blocks.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

LayerMerge aligned(std::vector<HeadGroup> heads, std::vector<HeadGroup> kv_heads) {
    LayerMerge merge{std::move(heads), std::move(kv_heads)};
    merge.align = Alignment::weights;
    return merge;
}

void align(const LayerMerge& merge, AttentionProjections& projections) {
    align_bases(merge, kDim, head_weights(merge, kDim, projections), projections);
}

ModelConfig config() {
    ModelConfig config;
    config.num_attention_heads = kHeads;
    config.num_key_value_heads = kKvHeads;
    config.head_dim = kDim;
    config.hidden_size = kHidden;
    return config;
}

/// Second moments of attended values z_h = V_h x, each head's x being `inputs`.
std::shared_ptr<const HeadMoments> moments_of(const at::Tensor& attended) {
    const at::Tensor second = (attended.matmul(attended.t()) / attended.size(1)).contiguous();
    const auto* first = second.data_ptr<float>();
    return std::make_shared<const HeadMoments>(
        HeadMoments{0, kHeads, static_cast<int>(kDim), {first, first + second.numel()}, {}});
}

double lost(const at::Tensor& a, const at::Tensor& b) {
    return (a - b).square().sum().item<double>();
}

}  // namespace

class TestAlignBases : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void turning_changes_no_head_data() {
        QTest::addColumn<bool>("biases");
        QTest::addColumn<bool>("keep");
        QTest::newRow("average") << false << false;
        QTest::newRow("average, biases") << true << false;
        QTest::newRow("keep") << false << true;
        QTest::newRow("keep, biases") << true << true;
    }
    void turning_changes_no_head() {
        QFETCH(bool, biases);
        QFETCH(bool, keep);
        const AttentionProjections before = random_projections(biases);
        AttentionProjections after = copy(before);
        // Three KV heads, one of them through another; the fourth has no part in it.
        align(aligned({{0, 3}, {2, 5}},
                      keep ? std::vector<HeadGroup>{} : std::vector<HeadGroup>{{0, 1, 2}}),
              after);
        QVERIFY(difference(before, after) < 1e-4);
        for (const int kv : {1, 2})
            QVERIFY(lost(rows(before.v, kv), rows(after.v, kv)) > 1.0);
        for (const int kv : {0, 3}) {
            QVERIFY(at::equal(rows(before.v, kv), rows(after.v, kv)));
            QVERIFY(at::equal(rows(before.k, kv), rows(after.k, kv)));
        }
    }

    void groupings_find_hidden_copies_data() {
        QTest::addColumn<QString>("grouping");
        QTest::addColumn<QString>("kv_policy");
        QTest::addColumn<bool>("biases");
        for (const char* grouping : {"components", "complete", "matching", "sequential"}) {
            for (const char* policy : {"average", "keep"}) {
                for (const bool biases : {false, true}) {
                    QTest::addRow("%s, %s%s", grouping, policy, biases ? ", biases" : "")
                        << grouping << policy << biases;
                }
            }
        }
    }
    /// Three KV heads that are one in bases of their own: merging aligned changes nothing, and
    /// merging plainly does.
    void groupings_find_hidden_copies() {
        QFETCH(QString, grouping);
        QFETCH(QString, kv_policy);
        QFETCH(bool, biases);
        AttentionProjections before = random_projections(biases);
        hide_copy(before, 0, 1);
        hide_copy(before, 0, 3);
        MergeRule rule{0.5, parse_grouping(grouping.toStdString()),
                       parse_kv_policy(kv_policy.toStdString())};
        // First heads of three KV heads, second heads of two; a chain for all but `complete`.
        const std::vector<HeadPair> pairs = {
            {0, 2, 0.99}, {0, 6, 0.98}, {2, 6, 0.97}, {1, 3, 0.96}};
        for (const bool aligning : {false, true}) {
            rule.align = aligning ? Alignment::weights : Alignment::none;
            const LayerPlan plan = make_layer_plan(0, pairs, config(), rule);
            QCOMPARE(plan.merge.align, rule.align);
            AttentionProjections after = copy(before);
            apply_merge(plan.merge, kDim, after);
            const double error = difference(before, after);
            QVERIFY2(aligning ? error < 1e-4 : error > 1.0, qPrintable(QString::number(error)));
        }
    }

    void members_are_bit_identical() {
        AttentionProjections projections = random_projections(true);
        LayerMerge merge = aligned({{0, 2, 5}, {1, 7}}, {{0, 1, 2, 3}});
        merge.weights = MeanWeights::norm;
        merge.rescale = true;
        apply_merge(merge, kDim, projections);
        for (const int head : {2, 5}) {
            QVERIFY(at::equal(rows(projections.q, head), rows(projections.q, 0)));
            QVERIFY(at::equal(columns(projections.o, head), columns(projections.o, 0)));
            QVERIFY(at::equal(rows(projections.q_bias, head), rows(projections.q_bias, 0)));
        }
        for (const int kv : {1, 2, 3}) {
            QVERIFY(at::equal(rows(projections.k, kv), rows(projections.k, 0)));
            QVERIFY(at::equal(rows(projections.v, kv), rows(projections.v, 0)));
            QVERIFY(at::equal(rows(projections.v_bias, kv), rows(projections.v_bias, 0)));
        }
        AttentionProjections again = random_projections(true);
        apply_merge(merge, kDim, again);
        QVERIFY(at::equal(again.q, projections.q) && at::equal(again.o, projections.o));
        QVERIFY(at::equal(again.k, projections.k) && at::equal(again.v, projections.v));
    }

    /// Unlike heads: of V and O together, and of Q and K, the means lose less.
    void unlike_heads_agree_better() {
        const AttentionProjections plain = random_projections();
        AttentionProjections turned = copy(plain);
        align(aligned({{0, 3}}, {{0, 1}}), turned);
        const auto lost_of_values = [](const AttentionProjections& p) {
            return lost(rows(p.v, 0), rows(p.v, 1)) + lost(columns(p.o, 0), columns(p.o, 3));
        };
        const auto lost_of_queries = [](const AttentionProjections& p) {
            return lost(rows(p.k, 0), rows(p.k, 1)) + lost(rows(p.q, 0), rows(p.q, 3));
        };
        QVERIFY(lost_of_values(turned) < 0.9 * lost_of_values(plain));
        QVERIFY(lost_of_queries(turned) < 0.99 * lost_of_queries(plain));
    }

    /// Making V large and O small, which changes no head, does not change how they are turned.
    void the_scale_of_values_does_not_matter() {
        AttentionProjections one = random_projections();
        AttentionProjections other = copy(one);
        other.v.mul_(1000.0);
        other.o.div_(1000.0);
        const LayerMerge merge = aligned({{0, 3}, {2, 5}}, {{0, 1, 2}});
        align(merge, one);
        align(merge, other);
        QVERIFY(at::allclose(one.v * 1000.0, other.v, 1e-3, 1.0));
        QVERIFY(at::allclose(one.o / 1000.0, other.o, 1e-3, 1e-6));
    }

    void normalised_queries_stay() {
        const AttentionProjections before = random_projections(true);
        AttentionProjections after = copy(before);
        LayerMerge merge = aligned({{0, 3}}, {{0, 1}});
        merge.align_queries = false;
        align(merge, after);
        QVERIFY(at::equal(before.q, after.q) && at::equal(before.k, after.k));
        QVERIFY(at::equal(before.q_bias, after.q_bias) && at::equal(before.k_bias, after.k_bias));
        QVERIFY(!at::equal(before.v, after.v) && !at::equal(before.v_bias, after.v_bias));
    }

    void heads_of_one_kv_head_stay() {
        const AttentionProjections before = random_projections();
        AttentionProjections after = copy(before);
        align(aligned({{0, 1}, {4, 5}}, {}), after);
        QVERIFY(at::equal(before.q, after.q) && at::equal(before.o, after.o));
    }

    /// What the values do on the inputs that occur decides: here in two directions only, in which
    /// two KV heads are one in bases of their own, while elsewhere they have nothing in common.
    void activations_see_what_occurs() {
        AttentionProjections before = random_projections();
        hide_copy(before, 0, 1);
        at::Tensor inputs = at::zeros({kHidden, 50});
        inputs.narrow(0, 0, 6).normal_();
        before.v.narrow(1, 6, kHidden - 6).normal_(0.0, 30.0);
        before.o.normal_();  // O tells nothing
        std::vector<at::Tensor> attended;
        for (int head = 0; head < kHeads; ++head)
            attended.push_back(rows(before.v, head / kHeadsPerKv).matmul(inputs));
        LayerMerge merge = aligned({{0, 2}, {1, 3}}, {{0, 1}});
        const auto lost_of_attended = [&](const AttentionProjections& p) {
            return lost(rows(p.v, 0).matmul(inputs), rows(p.v, 1).matmul(inputs)) /
                   attended[0].square().sum().item<double>();
        };
        AttentionProjections by_weights = copy(before);
        align(merge, by_weights);
        merge.align = Alignment::activations;
        merge.moments = moments_of(at::cat(attended));
        AttentionProjections by_activations = copy(before);
        align(merge, by_activations);
        QVERIFY(difference(before, by_activations) < 2e-2);  // values of 30 times 30
        qInfo("%.3g by weights, %.3g by activations", lost_of_attended(by_weights),
              lost_of_attended(by_activations));
        QVERIFY(lost_of_attended(by_activations) < 0.2);
        QVERIFY(lost_of_attended(by_weights) > 0.5);
    }

    void missing_moments_are_an_error() {
        AttentionProjections projections = random_projections();
        LayerMerge merge = aligned({{0, 2}}, {{0, 1}});
        merge.align = Alignment::activations;
        QVERIFY(contains(error_of([&] { apply_merge(merge, kDim, projections); }),
                         "--align activations"));
        merge.moments = std::make_shared<const HeadMoments>(HeadMoments{0, 3, 4, {}, {}});
        QVERIFY(
            contains(error_of([&] { apply_merge(merge, kDim, projections); }), "of another model"));
    }
};

HEADSCOPE_TEST(TestAlignBases)
#include "test_align_bases.moc"
