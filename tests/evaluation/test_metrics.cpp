#include <QTest>
#include <cmath>
#include <random>
#include <vector>

#include "core/evaluation/metrics.h"
#include "tests/support/test_program.h"

using namespace headscope;

class TestMetrics : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void perplexity_and_accuracy_by_hand() {
        const std::vector<WindowScore> scores = {{20.0, 5}, {30.0, 3}};
        const Metrics metrics = summarize(scores, 10);
        QCOMPARE(metrics.predictions, 20);
        QCOMPARE(metrics.correct, 8);
        QVERIFY(std::abs(metrics.perplexity.value - std::exp(2.5)) < 1e-12);
        QVERIFY(std::abs(metrics.accuracy.value - 0.4) < 1e-12);
        // Two windows at 2.0 and 3.0: standard error 0.5, Student's t with one degree 12.706.
        QVERIFY(std::abs(metrics.perplexity.low - std::exp(2.5 - 12.7062047 * 0.5)) < 1e-9);
        QVERIFY(std::abs(metrics.perplexity.high - std::exp(2.5 + 12.7062047 * 0.5)) < 1e-3);
    }

    void one_window_has_no_interval() {
        const std::vector<WindowScore> one = {{20.0, 5}};
        QVERIFY(std::isinf(summarize(one, 10).perplexity.high));
        QCOMPARE(summarize({}, 10).windows, 0);
    }

    void a_paired_change_is_exact_where_windows_shift_alike() {
        std::vector<WindowScore> original;
        std::vector<WindowScore> variant;
        for (int i = 0; i < 20; ++i) {
            original.push_back({100.0 + 7 * i, 40 + i});
            variant.push_back({101.0 + 7 * i, 39 + i});
        }
        const Change change = compare(original, variant, 50);
        QVERIFY(std::abs(change.perplexity_ratio.value - std::exp(1.0 / 50)) < 1e-12);
        QVERIFY(change.perplexity_ratio.high - change.perplexity_ratio.low < 1e-9);
        QVERIFY(std::abs(change.accuracy_difference.value + 1.0 / 50) < 1e-12);
    }

    void intervals_cover_the_truth_as_often_as_they_say() {
        std::mt19937 random(3);
        std::normal_distribution<double> nll(300.0, 40.0);
        int covered = 0;
        constexpr int kTrials = 4000;
        for (int trial = 0; trial < kTrials; ++trial) {
            std::vector<WindowScore> scores;
            for (int i = 0; i < 8; ++i)
                scores.push_back({nll(random), 0});
            const Metrics metrics = summarize(scores, 100);
            covered +=
                metrics.perplexity.low <= std::exp(3.0) && std::exp(3.0) <= metrics.perplexity.high;
        }
        const double share = static_cast<double>(covered) / kTrials;
        QVERIFY2(share > 0.935 && share < 0.965, qPrintable(QString::number(share)));
    }

    void student_quantiles_match_the_tables() {
        const std::vector<std::pair<int, double>> table = {{1, 12.706},  {2, 4.303},  {3, 3.182},
                                                           {5, 2.571},   {10, 2.228}, {30, 2.042},
                                                           {1000, 1.962}};
        for (const auto& [degrees, value] : table) {
            QVERIFY(std::abs(student_t_975(degrees) - value) < 0.002 * value);
        }
    }
};

HEADSCOPE_TEST(TestMetrics)
#include "test_metrics.moc"
