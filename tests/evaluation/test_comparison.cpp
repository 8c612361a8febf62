#include <QTest>

#include "core/base/locations.h"
#include "core/evaluation/comparison.h"
#include "core/evaluation/prepare.h"
#include "tests/evaluation/golden_variants.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

constexpr std::int64_t kWindows = 6;

const Checkpoint& demo() {
    static const Checkpoint checkpoint = Checkpoint::open(demo_model());
    return checkpoint;
}

const Model& model() {
    static const Model loaded = Model::load(demo(), {"cpu", "float32", 0});
    return loaded;
}

std::shared_ptr<const Windows> windows() {
    static const auto prepared =
        prepare_text(demo(), {{}, Protocol::gptq, 512, kWindows}, cache_dir());
    return prepared.windows;
}

Variant merged() {
    return golden_variants(golden("demo.json"), demo())[1];
}

/// The scores of the original and the merged variant, evaluated together.
const Scores& wanted() {
    static const Scores scores = evaluate(model(), {{Variant{}, merged()}, windows(), {}}).scores;
    return scores;
}

/// The original's scores as if only the first windows of the order had been evaluated.
Scores known_original(std::size_t count) {
    Scores known = scores_of(wanted(), 0);
    const auto order = windows()->shuffled_order();
    for (std::size_t i = count; i < order.size(); ++i) {
        known.done[static_cast<std::size_t>(order[i])] = 0;
        known.values[0][static_cast<std::size_t>(order[i])] = {};
    }
    return known;
}

}  // namespace

class TestComparison : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void what_is_known_of_the_original_is_not_computed_again_data() {
        QTest::addColumn<int>("known");
        QTest::newRow("nothing") << 0;
        QTest::newRow("some windows") << 2;
        QTest::newRow("all windows") << static_cast<int>(kWindows);
    }

    void what_is_known_of_the_original_is_not_computed_again() {
        QFETCH(const int, known);
        const ComparisonParams params{
            {merged()}, windows(), 0, known_original(static_cast<std::size_t>(known))};
        std::int64_t last_done = 0;
        const EvaluationResult result =
            evaluate_against_original(model(), params, [&](const Progress& progress) {
                QCOMPARE(progress.total, kWindows);
                QVERIFY(progress.done >= last_done);
                last_done = progress.done;
            });
        QCOMPARE(last_done, kWindows);
        QCOMPARE(result.scores.values, wanted().values);
        QCOMPARE(result.separate_layer_passes, 6 * (2 * kWindows - known));
    }

    void partial_scores_hold_the_original_first() {
        const ComparisonParams params{{merged()}, windows(), 0, known_original(3)};
        int calls = 0;
        evaluate_against_original(model(), params, {}, [&](const Scores& scores) {
            ++calls;
            QCOMPARE(scores.values.size(), std::size_t{2});
            for (std::size_t w = 0; w < scores.done.size(); ++w) {
                if (scores.done[w] != 0) QCOMPARE(scores.values[0][w], wanted().values[0][w]);
            }
        });
        QVERIFY(calls > 0);
    }

    void a_limit_takes_the_first_of_the_order() {
        const ComparisonParams params{{merged()}, windows(), 4, known_original(1)};
        const EvaluationResult result = evaluate_against_original(model(), params);
        QCOMPARE(result.scores.windows_done(), 4);
        const auto order = windows()->shuffled_order();
        for (std::size_t i = 0; i < 4; ++i) {
            const auto window = static_cast<std::size_t>(order[i]);
            QCOMPARE(result.scores.values[1][window], wanted().values[1][window]);
        }
    }
};

HEADSCOPE_TEST(TestComparison)
#include "test_comparison.moc"
