#include <QTest>

#include <ATen/ATen.h>

#include "core/merging/apply_torch.h"
#include "tests/merging/attention_blocks.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

class TestApplyMerge : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void members_become_their_mean_bit_for_bit() {
        const AttentionProjections before = random_projections();
        AttentionProjections after = copy(before);
        apply_merge({{{1, 3, 6}}, {{0, 1, 3}}}, kDim, after);
        const auto mean = [](const at::Tensor& a, const at::Tensor& b, const at::Tensor& c) {
            return ((a.to(at::kDouble) + b.to(at::kDouble) + c.to(at::kDouble)) / 3.0)
                .to(at::kFloat);
        };
        const at::Tensor q = mean(rows(before.q, 1), rows(before.q, 3), rows(before.q, 6));
        const at::Tensor o = mean(columns(before.o, 1), columns(before.o, 3), columns(before.o, 6));
        const at::Tensor v = mean(rows(before.v, 0), rows(before.v, 1), rows(before.v, 3));
        for (const int head : {1, 3, 6}) {
            QVERIFY(at::allclose(rows(after.q, head), q, 1e-6, 1e-7));
            QVERIFY(at::allclose(columns(after.o, head), o, 1e-6, 1e-7));
            QVERIFY(at::equal(rows(after.q, head), rows(after.q, 1)));
            QVERIFY(at::equal(columns(after.o, head), columns(after.o, 1)));
        }
        for (const int kv : {0, 1, 3}) {
            QVERIFY(at::allclose(rows(after.v, kv), v, 1e-6, 1e-7));
            QVERIFY(at::equal(rows(after.k, kv), rows(after.k, 0)));
        }
    }

    void others_stay_untouched() {
        const AttentionProjections before = random_projections();
        AttentionProjections after = copy(before);
        apply_merge({{{1, 3}}, {{0, 2}}}, kDim, after);
        for (const int head : {0, 2, 4, 5, 6, 7}) {
            QVERIFY(at::equal(rows(after.q, head), rows(before.q, head)));
            QVERIFY(at::equal(columns(after.o, head), columns(before.o, head)));
        }
        for (const int kv : {1, 3}) {
            QVERIFY(at::equal(rows(after.k, kv), rows(before.k, kv)));
            QVERIFY(at::equal(rows(after.v, kv), rows(before.v, kv)));
        }
    }

    void biases_follow_their_rows() {
        AttentionProjections projections = random_projections(/*biases=*/true);
        const at::Tensor q = projections.q_bias.clone();
        const at::Tensor k = projections.k_bias.clone();
        const at::Tensor v = projections.v_bias.clone();
        apply_merge({{{1, 3}}, {{0, 2}}}, kDim, projections);
        const at::Tensor q_mean = (rows(q, 1) + rows(q, 3)) / 2;
        for (const int head : {1, 3}) {
            QVERIFY(at::allclose(rows(projections.q_bias, head), q_mean));
        }
        QVERIFY(at::equal(rows(projections.q_bias, 1), rows(projections.q_bias, 3)));
        QVERIFY(at::allclose(rows(projections.k_bias, 2), (rows(k, 0) + rows(k, 2)) / 2));
        QVERIFY(at::allclose(rows(projections.v_bias, 0), (rows(v, 0) + rows(v, 2)) / 2));
        QVERIFY(at::equal(rows(projections.q_bias, 2), rows(q, 2)));
        QVERIFY(at::equal(rows(projections.k_bias, 1), rows(k, 1)));
        QVERIFY(at::equal(rows(projections.v_bias, 3), rows(v, 3)));
    }

    void steps_run_in_order() {
        const AttentionProjections before = random_projections();
        AttentionProjections after = copy(before);
        apply_merge({{{0, 1}, {1, 2}}, {}}, kDim, after);
        const at::Tensor first = (rows(before.q, 0) + rows(before.q, 1)) / 2;
        const at::Tensor second = (first + rows(before.q, 2)) / 2;
        QVERIFY(at::allclose(rows(after.q, 0), first));
        QVERIFY(at::allclose(rows(after.q, 1), second));
        QVERIFY(at::equal(rows(after.q, 1), rows(after.q, 2)));
        QVERIFY(at::equal(after.k, before.k));
    }
};

HEADSCOPE_TEST(TestApplyMerge)
#include "test_apply_merge.moc"
