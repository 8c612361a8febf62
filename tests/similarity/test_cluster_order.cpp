#include <QElapsedTimer>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "core/similarity/cluster_order.h"
#include "tests/support/test_program.h"

using namespace headscope;

namespace {

SimilarityMatrix matrix_of(int heads, const auto& similarity) {
    SimilarityMatrix matrix{0, heads, {}};
    for (int i = 0; i < heads; ++i) {
        for (int j = 0; j < heads; ++j) {
            matrix.values.push_back(i == j ? 1.0 : similarity(std::min(i, j), std::max(i, j)));
        }
    }
    return matrix;
}

SimilarityMatrix random_matrix(int heads, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> value(-0.5, 0.9);
    SimilarityMatrix matrix = matrix_of(heads, [](int, int) { return 0.0; });
    const auto n = static_cast<std::size_t>(heads);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = i + 1; j < n; ++j) {
            matrix.values[i * n + j] = matrix.values[j * n + i] = value(random);
        }
    }
    return matrix;
}

int distance(const std::vector<int>& order, int a, int b) {
    const auto place = [&](int head) { return std::find(order.begin(), order.end(), head); };
    return static_cast<int>(std::abs(place(a) - place(b)));
}

/// How alike neighbours are, summed over the order.
double smoothness(const SimilarityMatrix& matrix, const std::vector<int>& order) {
    double sum = 0.0;
    for (std::size_t i = 1; i < order.size(); ++i)
        sum += matrix.at(order[i - 1], order[i]);
    return sum;
}

}  // namespace

class TestClusterOrder : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void is_a_permutation() {
        for (const int heads : {0, 1, 2, 3, 16, 61}) {
            std::vector<int> order = cluster_order(random_matrix(heads, 7));
            std::sort(order.begin(), order.end());
            std::vector<int> all(static_cast<std::size_t>(heads));
            std::iota(all.begin(), all.end(), 0);
            QCOMPARE(order, all);
        }
    }

    void puts_equal_heads_side_by_side() {
        SimilarityMatrix matrix = random_matrix(24, 3);
        // Heads 2, 11 and 20 are the same head, and so are 5 and 17.
        const auto same = [&](int copy, int of) {
            for (int other = 0; other < 24; ++other) {
                const double value = other == copy ? 1.0 : matrix.at(of, other);
                matrix.values[static_cast<std::size_t>(copy * 24 + other)] = value;
                matrix.values[static_cast<std::size_t>(other * 24 + copy)] = value;
            }
        };
        same(11, 2);
        same(20, 2);
        same(17, 5);
        const std::vector<int> order = cluster_order(matrix);
        QCOMPARE(distance(order, 5, 17), 1);
        QCOMPARE(distance(order, 2, 11) + distance(order, 11, 20) + distance(order, 2, 20), 4);
    }

    void finds_a_shuffled_line() {
        // Heads on a line, the less alike the farther apart: the order walks along the line.
        const std::vector<int> place_of = {4, 0, 6, 2, 5, 1, 7, 3};
        const SimilarityMatrix matrix = matrix_of(8, [&](int i, int j) {
            const auto place = [&](int head) {
                // Uneven steps: no two gaps are equal, so neither is any choice.
                return std::pow(place_of[static_cast<std::size_t>(head)], 1.1);
            };
            return 1.0 - std::abs(place(i) - place(j)) / 10.0;
        });
        const std::vector<int> order = cluster_order(matrix);
        QCOMPARE(order, (std::vector<int>{1, 5, 3, 7, 0, 4, 2, 6}));
    }

    void uses_the_mean_over_members() {
        // 2 is closer to head 0 than 3 is, but the mean over 0 and 1 says otherwise: single linkage
        // would join 2 to the pair first, average linkage joins 3.
        const SimilarityMatrix matrix = matrix_of(5, [](int i, int j) {
            if (i == 0 && j == 1) return 0.9;
            if (i == 0 && j == 2) return 0.7;
            if (i == 1 && j == 2) return 0.1;
            if (j == 3 && i < 2) return 0.6;
            if (i == 2 && j == 4) return 0.5;
            return 0.0;
        });
        const std::vector<int> order = cluster_order(matrix);
        QVERIFY(distance(order, 3, 0) == 1 || distance(order, 3, 1) == 1);
        QCOMPARE(distance(order, 2, 4), 1);
    }

    void is_the_same_each_time() {
        const SimilarityMatrix matrix = random_matrix(40, 11);
        QCOMPARE(cluster_order(matrix), cluster_order(matrix));
        QVERIFY(cluster_order(matrix).front() < cluster_order(matrix).back());
        // Where everything is equally alike, nothing but the head numbers decides.
        const auto level = matrix_of(6, [](int, int) { return 0.5; });
        QCOMPARE(cluster_order(level), (std::vector<int>{0, 1, 2, 3, 4, 5}));
    }

    void neighbours_are_more_alike_than_by_index() {
        const SimilarityMatrix matrix = random_matrix(64, 5);
        std::vector<int> by_index(64);
        std::iota(by_index.begin(), by_index.end(), 0);
        QVERIFY(smoothness(matrix, cluster_order(matrix)) > smoothness(matrix, by_index) + 10.0);
    }

    void is_quick() {
        const SimilarityMatrix matrix = random_matrix(128, 1);
        QElapsedTimer timer;
        timer.start();
        const auto order = cluster_order(matrix);
        QVERIFY(order.size() == 128);
        QVERIFY2(timer.elapsed() < 100, qPrintable(QString::number(timer.elapsed())));
    }
};

HEADSCOPE_TEST(TestClusterOrder)
#include "test_cluster_order.moc"
