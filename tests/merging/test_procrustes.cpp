#include <QTest>

#include <ATen/ATen.h>

#include "core/merging/procrustes_torch.h"
#include "tests/support/test_program.h"

using namespace headscope;

namespace {

/// Products of all pairs of blocks [n, d, columns].
at::Tensor products(const at::Tensor& blocks) {
    const at::Tensor flat = blocks.flatten(0, 1);
    return flat.matmul(flat.t())
        .view({blocks.size(0), blocks.size(1), blocks.size(0), blocks.size(1)})
        .permute({0, 2, 1, 3});
}

/// Links of complex rows [n, pairs, columns].
at::Tensor pair_products(const at::Tensor& rows) {
    const at::Tensor by_pair = rows.permute({1, 0, 2});
    return by_pair.matmul(by_pair.conj().transpose(1, 2)).permute({1, 2, 0});
}

at::Tensor random_rotation(std::int64_t size) {
    return std::get<0>(at::linalg_qr(at::randn({size, size}, at::kDouble)));
}

/// Blocks that are one block in bases of their own, with noise of relative size `noise`.
at::Tensor hidden_copies(std::int64_t n, std::int64_t d, std::int64_t columns, double noise) {
    const at::Tensor one = at::randn({d, columns}, at::kDouble);
    std::vector<at::Tensor> blocks;
    for (std::int64_t i = 0; i < n; ++i) {
        blocks.push_back(random_rotation(d).matmul(one) +
                         noise * at::randn({d, columns}, at::kDouble));
    }
    return at::stack(blocks);
}

double sum_of_agreements(const at::Tensor& turned) {
    return turned.sum(0).square().sum().item<double>();
}

double largest(const at::Tensor& t) {
    return t.abs().max().item<double>();
}

}  // namespace

class TestProcrustes : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { at::manual_seed(11); }

    void two_blocks_meet_in_one_step() {
        const at::Tensor blocks = hidden_copies(2, 8, 40, 0.0);
        const at::Tensor rotations = agreeing_rotations(products(blocks));
        QVERIFY(largest(rotations[0] - at::eye(8)) < 1e-12);
        QVERIFY(largest(rotations[1].matmul(blocks[1]) - blocks[0]) < 1e-10);
    }

    void rotations_are_orthogonal_data() {
        QTest::addColumn<int>("n");
        QTest::addColumn<double>("noise");
        for (const int n : {2, 3, 5}) {
            for (const double noise : {0.0, 0.3, 30.0})
                QTest::addRow("%d, %g", n, noise) << n << noise;
        }
    }
    /// Also of unlike blocks, in float32, and where a block is zero or of low rank.
    void rotations_are_orthogonal() {
        QFETCH(int, n);
        QFETCH(double, noise);
        for (const bool deficient : {false, true}) {
            at::Tensor blocks = hidden_copies(n, 16, 50, noise);
            if (deficient) {
                blocks[n - 1].zero_();
                blocks[0].narrow(0, 3, 13).zero_();
            }
            const at::Tensor rotations = agreeing_rotations(products(blocks.to(at::kFloat)));
            const at::Tensor squares = rotations.matmul(rotations.transpose(1, 2));
            QVERIFY(largest(squares - at::eye(16)) < 1e-10);
            QVERIFY(at::isfinite(rotations).all().item<bool>());
        }
    }

    /// At the end no rotation can be improved: the block times the sum of the others, turned, is
    /// symmetric with no negative eigenvalue (ten Berge 1977).
    void groups_converge_data() { rotations_are_orthogonal_data(); }
    void groups_converge() {
        QFETCH(int, n);
        QFETCH(double, noise);
        const at::Tensor blocks = hidden_copies(n, 12, 60, noise);
        const at::Tensor turned = agreeing_rotations(products(blocks)).matmul(blocks);
        const at::Tensor sum = turned.sum(0);
        for (std::int64_t i = 0; i < n; ++i) {
            const at::Tensor product = (sum - turned[i]).matmul(turned[i].t());
            const double size = product.norm().item<double>();
            QVERIFY((product - product.t()).norm().item<double>() < 2e-3 * size);
            const at::Tensor symmetric = (product + product.t()) / 2;
            QVERIFY(at::linalg_eigvalsh(symmetric).min().item<double>() > -2e-3 * size);
        }
    }

    void three_hidden_copies_become_one() {
        const at::Tensor blocks = hidden_copies(3, 12, 60, 0.0);
        const at::Tensor turned = agreeing_rotations(products(blocks)).matmul(blocks);
        QVERIFY(largest(turned - turned[0]) < 1e-9);
        QVERIFY(largest(turned[0] - blocks[0]) < 1e-12);
    }

    /// The mean of the group keeps more than where all are turned onto the first.
    void the_group_agrees_better_than_with_its_first() {
        const at::Tensor blocks = hidden_copies(5, 12, 60, 1.0);
        const at::Tensor links = products(blocks);
        std::vector<at::Tensor> onto_first = {blocks[0]};
        for (std::int64_t i = 1; i < 5; ++i) {
            const at::Tensor two = at::stack({blocks[0], blocks[i]});
            onto_first.push_back(agreeing_rotations(products(two))[1].matmul(blocks[i]));
        }
        const double together = sum_of_agreements(agreeing_rotations(links).matmul(blocks));
        QVERIFY(together > 1.01 * sum_of_agreements(at::stack(onto_first)));
        QVERIFY(together > 1.5 * sum_of_agreements(blocks));
    }

    /// Blocks that are linked in a chain: the third to the second only.
    void a_chain_is_followed() {
        const at::Tensor blocks = hidden_copies(3, 6, 30, 0.0);
        at::Tensor links = products(blocks).clone();
        links[0][1].zero_();
        links[1][0].zero_();  // 0 - 2 - 1
        const at::Tensor turned = agreeing_rotations(links).matmul(blocks);
        QVERIFY(largest(turned - turned[0]) < 1e-9);
    }

    void phases_in_closed_form() {
        const at::Tensor row = at::randn({1, 5, 20}, at::kComplexDouble);
        const at::Tensor angles = at::rand({1, 5}, at::kDouble) * 6.28;
        const at::Tensor turn = at::polar(at::ones_like(angles), angles);
        const at::Tensor rows = at::cat({row, row * turn.unsqueeze(2)});
        const at::Tensor phases = agreeing_phases(pair_products(rows));
        QVERIFY(largest(phases[0] - at::ones({5})) < 1e-14);
        QVERIFY(largest(phases[1] * turn[0] - at::ones({5})) < 1e-12);
        // theta = arg sum of z_a conj(z_b)
        const at::Tensor unlike = at::randn({2, 5, 20}, at::kComplexDouble);
        const at::Tensor wanted = at::angle((unlike[0] * unlike[1].conj()).sum(1));
        QVERIFY(largest(at::angle(agreeing_phases(pair_products(unlike))[1]) - wanted) < 1e-12);
    }

    void phases_of_three_converge() {
        const at::Tensor rows = at::randn({3, 6, 20}, at::kComplexDouble);
        const at::Tensor phases = agreeing_phases(pair_products(rows));
        QVERIFY(largest(phases.abs() - 1.0) < 1e-12);
        const at::Tensor turned = rows * phases.unsqueeze(2);
        const at::Tensor sum = turned.sum(0);
        for (int i = 0; i < 3; ++i) {
            const at::Tensor product = ((sum - turned[i]) * turned[i].conj()).sum(1);
            QVERIFY(largest(at::imag(product)) < 2e-3 * largest(product));
        }
    }

    void the_same_comes_out_every_time() {
        const at::Tensor links = products(hidden_copies(4, 12, 60, 1.0));
        QVERIFY(at::equal(agreeing_rotations(links), agreeing_rotations(links)));
    }
};

HEADSCOPE_TEST(TestProcrustes)
#include "test_procrustes.moc"
