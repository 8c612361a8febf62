#include <QTest>
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/distribution/histogram.h"
#include "ui/session/session.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// Looks at every matrix element, one at a time, without sorting anything.
std::vector<std::int64_t> counted_directly(const OpenedModel& model, const Histogram& histogram) {
    std::vector<std::int64_t> counts(histogram.counts.size(), 0);
    for (const SimilarityMatrix& matrix : model.matrices) {
        for (int i = 0; i < matrix.heads; ++i) {
            for (int j = i + 1; j < matrix.heads; ++j) {
                std::size_t bin = 0;
                while (bin + 1 < counts.size() && matrix.at(i, j) >= histogram.edge(bin + 1))
                    ++bin;
                ++counts[bin];
            }
        }
    }
    return counts;
}

}  // namespace

class TestHistogram : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void counts_are_those_of_a_direct_count() {
        for (const auto& model : {demo_opened_model(), synthetic_model(5, 24, 8, 3)}) {
            Session session;
            session.set_model(model);
            const Histogram histogram = make_histogram(session.similarities());
            QCOMPARE(histogram.counts, counted_directly(*model, histogram));
            const int heads = model->matrices.front().heads;
            const std::int64_t pairs = std::int64_t{model->layers()} * heads * (heads - 1) / 2;
            QCOMPARE(
                std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::int64_t{0}),
                pairs);
            QVERIFY(histogram.counts.size() >= 40 && histogram.counts.size() <= 200);
            QVERIFY(histogram.low <= session.similarities().back());
            QVERIFY(histogram.high >= session.similarities().front());
            QVERIFY(histogram.low >= -1.0 && histogram.high <= 1.0);
            QCOMPARE(histogram.edge(histogram.counts.size()), histogram.high);
        }
    }

    void a_value_on_an_edge_belongs_to_the_bin_above() {
        const std::vector<double> falling = {1.0, 0.5, 0.5, 0.0};
        const Histogram histogram = make_histogram(falling);
        QCOMPARE(histogram.low, 0.0);
        QCOMPARE(histogram.high, 1.0);
        QCOMPARE(histogram.counts.back(), 1);
        QCOMPARE(histogram.counts.front(), 1);
        const std::size_t half = histogram.counts.size() / 2;
        QCOMPARE(histogram.edge(half), 0.5);
        QCOMPARE(histogram.counts[half], 2);
    }

    void others_are_counted_in_the_same_bins() {
        const std::vector<double> falling = {1.0, 0.9, 0.5, 0.5, 0.3, 0.0};
        const Histogram histogram = make_histogram(falling);
        QCOMPARE(counts_in_bins(histogram, falling), histogram.counts);
        const std::vector<double> some = {0.0, 1.0, 0.5, 1.5, -0.1};
        const auto counts = counts_in_bins(histogram, some);
        QCOMPARE(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}), 3);
        QCOMPARE(counts.back(), 1);
        QCOMPARE(counts.front(), 1);
        QVERIFY(counts_in_bins({}, some).empty());
    }

    void few_and_equal_values() {
        QVERIFY(make_histogram({}).counts.empty());
        QCOMPARE(make_histogram({}).highest_count(), 0);
        for (const double value : {1.0, 0.98, 0.0, -1.0, 0.123456}) {
            const std::vector<double> falling(7, value);
            const Histogram histogram = make_histogram(falling);
            QVERIFY(histogram.low < histogram.high);
            QVERIFY(histogram.low <= value && value <= histogram.high);
            QVERIFY(histogram.low >= -1.0 && histogram.high <= 1.0);
            QCOMPARE(histogram.highest_count(), 7);
            QCOMPARE(
                std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::int64_t{0}),
                7);
        }
    }

    void large_models_are_counted_at_once() {
        std::vector<double> falling(80 * 64 * 63 / 2);
        for (std::size_t i = 0; i < falling.size(); ++i) {
            falling[i] = 1.0 - 1.5 * static_cast<double>(i) / static_cast<double>(falling.size());
        }
        QBENCHMARK {
            QVERIFY(make_histogram(falling).highest_count() > 0);
        }
    }
};

HEADSCOPE_TEST(TestHistogram)
#include "test_histogram.moc"
