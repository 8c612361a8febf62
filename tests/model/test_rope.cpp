#include <QTest>
#include <cmath>
#include <numbers>

#include <ATen/ATen.h>

#include "core/model/rope_torch.h"
#include "tests/support/test_program.h"

using namespace headscope;

class TestRope : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void standard_frequencies_fall_geometrically() {
        const auto f = rope_frequencies({}, 8);
        QCOMPARE(f.size(), std::size_t{4});
        QCOMPARE(f[0], 1.0);
        QVERIFY(std::abs(f[1] - 0.1) < 1e-12);
        QVERIFY(std::abs(f[3] - 0.001) < 1e-12);
    }

    void linear_divides_all() {
        RopeConfig rope;
        rope.type = RopeType::linear;
        rope.factor = 4.0;
        const auto plain = rope_frequencies({}, 16);
        const auto scaled = rope_frequencies(rope, 16);
        for (std::size_t i = 0; i < plain.size(); ++i)
            QCOMPARE(scaled[i], plain[i] / 4.0);
    }

    void llama3_keeps_fast_divides_slow_and_blends_between() {
        RopeConfig rope;
        rope.type = RopeType::llama3;
        rope.theta = 500000.0;
        rope.factor = 8.0;
        rope.low_freq_factor = 1.0;
        rope.high_freq_factor = 4.0;
        rope.original_max_position_embeddings = 8192;
        RopeConfig plain_rope;
        plain_rope.theta = 500000.0;
        const auto plain = rope_frequencies(plain_rope, 128);
        const auto scaled = rope_frequencies(rope, 128);
        int kept = 0;
        int divided = 0;
        for (std::size_t i = 0; i < plain.size(); ++i) {
            const double wavelength = 2.0 * std::numbers::pi / plain[i];
            if (wavelength < 8192.0 / 4.0) {
                QCOMPARE(scaled[i], plain[i]);
                ++kept;
            } else if (wavelength > 8192.0) {
                QCOMPARE(scaled[i], plain[i] / 8.0);
                ++divided;
            } else {
                QVERIFY(scaled[i] < plain[i] && scaled[i] > plain[i] / 8.0);
            }
        }
        QVERIFY(kept > 20 && divided > 20 && kept + divided < 64);
        // The scaling changes nothing where a blended value meets its neighbours.
        for (std::size_t i = 1; i < scaled.size(); ++i)
            QVERIFY(scaled[i] < scaled[i - 1]);
    }

    void a_table_holds_the_angles_of_each_position() {
        ModelConfig config;
        config.head_dim = 8;
        const ops::RopeTable table = make_rope_table(config.rope, config.head_dim, 100, c10::kCPU);
        QCOMPARE(table.cosine.sizes().vec(), (std::vector<std::int64_t>{100, 4}));
        QCOMPARE(table.cosine[0][3].item<float>(), 1.0F);
        QVERIFY(std::abs(table.sine[37][1].item<double>() - std::sin(3.7)) < 1e-6);
        QVERIFY(std::abs(table.cosine[99][0].item<double>() - std::cos(99.0)) < 1e-6);
    }
};

HEADSCOPE_TEST(TestRope)
#include "test_rope.moc"
