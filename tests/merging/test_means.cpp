#include <QTest>
#include <cmath>

#include "core/merging/head_weights_torch.h"
#include "tests/merging/attention_blocks.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

at::Tensor weighted_mean(const std::vector<at::Tensor>& blocks,
                         const std::vector<double>& weights) {
    at::Tensor sum = at::zeros_like(blocks.front(), at::kDouble);
    double total = 0.0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        sum += blocks[i].to(at::kDouble) * weights[i];
        total += weights[i];
    }
    return (sum / total).to(at::kFloat);
}

double size_of(const at::Tensor& block) {
    return block.to(at::kDouble).norm().item<double>();
}

}  // namespace

/// How much each head counts in a mean, and how large the mean is.
class TestMeans : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void norms_are_those_of_the_product() {
        const AttentionProjections projections = random_projections();
        LayerMerge merge{{{0, 3}}, {{0, 1}}};
        merge.weights = MeanWeights::norm;
        const HeadWeights weights = head_weights(merge, kDim, projections);
        std::vector<double> served(kKvHeads, 0.0);
        for (int head = 0; head < kHeads; ++head) {
            const int kv = head / kHeadsPerKv;
            const double wanted = size_of(columns(projections.o, head)
                                              .to(at::kDouble)
                                              .matmul(rows(projections.v, kv).to(at::kDouble)));
            const auto at = static_cast<std::size_t>(head);
            QVERIFY(std::abs(weights.of_heads[at] - wanted) < 1e-5 * wanted);
            served[static_cast<std::size_t>(kv)] += wanted;
        }
        for (std::size_t kv = 0; kv < served.size(); ++kv)
            QVERIFY(std::abs(weights.of_kv_heads[kv] - served[kv]) < 1e-5 * served[kv]);
    }

    /// A basis, or a scale that O has and V lacks, is nothing that a head does.
    void norms_do_not_depend_on_the_basis() {
        AttentionProjections projections = random_projections();
        hide_copy(projections, 0, 3);
        rows(projections.v, 3).mul_(8.0);
        columns(projections.o, 6).div_(8.0);
        LayerMerge merge{{{0, 6}}, {{0, 3}}};
        merge.weights = MeanWeights::norm;
        const std::vector<double> norms = head_weights(merge, kDim, projections).of_heads;
        QVERIFY(std::abs(norms[0] - norms[6]) < 1e-5 * norms[0]);
    }

    void usage_counts_by_its_root() {
        const AttentionProjections before = random_projections(true);
        LayerMerge merge{{{0, 3, 6}}, {{0, 1, 3}}};
        merge.weights = MeanWeights::usage;
        merge.usage = {4.0, 9.0, 1.0, 16.0, 0.0, 0.0, 0.0, 25.0};
        AttentionProjections after = copy(before);
        apply_merge(merge, kDim, after);
        const at::Tensor q = weighted_mean(
            {rows(before.q, 0), rows(before.q, 3), rows(before.q, 6)}, {2.0, 4.0, 0.0});
        const at::Tensor bias =
            weighted_mean({rows(before.q_bias, 0), rows(before.q_bias, 3), rows(before.q_bias, 6)},
                          {2.0, 4.0, 0.0});
        // A KV head counts as all the heads that it serves: 2 + 3, 1 + 4, 0 + 5.
        const at::Tensor v = weighted_mean(
            {rows(before.v, 0), rows(before.v, 1), rows(before.v, 3)}, {5.0, 5.0, 5.0});
        for (const int head : {0, 3, 6}) {
            QVERIFY(at::allclose(rows(after.q, head), q, 1e-5, 1e-6));
            QVERIFY(at::allclose(rows(after.q_bias, head), bias, 1e-5, 1e-6));
        }
        for (const int kv : {0, 1, 3})
            QVERIFY(at::allclose(rows(after.v, kv), v, 1e-5, 1e-6));
        merge.usage.pop_back();
        QVERIFY(contains(error_of([&] { apply_merge(merge, kDim, after); }), "--weights usage"));
    }

    void heads_that_do_nothing_count_alike() {
        const AttentionProjections before = random_projections();
        LayerMerge merge{{{0, 3}}, {}};
        merge.weights = MeanWeights::usage;
        merge.usage = std::vector<double>(kHeads, 0.0);
        AttentionProjections after = copy(before);
        apply_merge(merge, kDim, after);
        QVERIFY(at::allclose(rows(after.q, 3), (rows(before.q, 0) + rows(before.q, 3)) / 2));
    }

    void every_step_of_a_sequence_is_weighted() {
        const AttentionProjections before = random_projections();
        LayerMerge merge{{{0, 1}, {1, 2}}, {}};
        merge.weights = MeanWeights::usage;
        merge.usage = {1.0, 9.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0};
        AttentionProjections after = copy(before);
        apply_merge(merge, kDim, after);
        const at::Tensor first = weighted_mean({rows(before.q, 0), rows(before.q, 1)}, {1.0, 3.0});
        QVERIFY(at::allclose(rows(after.q, 0), first, 1e-5, 1e-6));
        QVERIFY(at::allclose(rows(after.q, 2),
                             weighted_mean({first, rows(before.q, 2)}, {3.0, 2.0}), 1e-5, 1e-6));
    }

    void rescaling_restores_the_mean_norm() {
        const AttentionProjections before = random_projections(true);
        LayerMerge merge{{{1, 3, 6}}, {{0, 1, 3}}};
        merge.rescale = true;
        AttentionProjections after = copy(before);
        apply_merge(merge, kDim, after);
        merge.rescale = false;
        AttentionProjections plain = copy(before);
        apply_merge(merge, kDim, plain);
        using Block = at::Tensor (*)(const at::Tensor&, int);
        const auto check = [&](at::Tensor AttentionProjections::*matrix, Block block,
                               const std::vector<int>& members) {
            double wanted = 0.0;
            for (const int member : members)
                wanted += size_of(block(before.*matrix, member)) / 3.0;
            const at::Tensor scaled = block(after.*matrix, members.front());
            const at::Tensor mean = block(plain.*matrix, members.front());
            QVERIFY(std::abs(size_of(scaled) - wanted) < 1e-5 * wanted);
            QVERIFY(size_of(mean) < 0.95 * wanted);
            QVERIFY(at::allclose(scaled / size_of(scaled), mean / size_of(mean), 1e-4, 1e-6));
            for (const int member : members)
                QVERIFY(at::equal(block(after.*matrix, member), scaled));
        };
        check(&AttentionProjections::q, rows, {1, 3, 6});
        check(&AttentionProjections::o, columns, {1, 3, 6});
        check(&AttentionProjections::k, rows, {0, 1, 3});
        check(&AttentionProjections::v, rows, {0, 1, 3});
        check(&AttentionProjections::q_bias, rows, {1, 3, 6});
        check(&AttentionProjections::v_bias, rows, {0, 1, 3});
    }

    void blocks_that_cancel_stay_small() {
        AttentionProjections projections = random_projections();
        rows(projections.q, 3).copy_(-rows(projections.q, 0) * (1.0 + 1e-6));
        LayerMerge merge{{{0, 3}}, {}};
        merge.rescale = true;
        apply_merge(merge, kDim, projections);
        QVERIFY(size_of(rows(projections.q, 0)) < 1e-4);
    }
};

HEADSCOPE_TEST(TestMeans)
#include "test_means.moc"
