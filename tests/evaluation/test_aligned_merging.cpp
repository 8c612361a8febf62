#include <QTest>
#include <cmath>

#include "core/base/locations.h"
#include "core/evaluation/evaluator.h"
#include "core/evaluation/prepare.h"
#include "tests/evaluation/hidden_copies.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

constexpr int kFirstLayer = 1;
constexpr int kLastLayer = 4;

/// Each head with its two copies.
std::vector<HeadPair> copied_pairs() {
    std::vector<HeadPair> pairs;
    for (const auto& [first, second] : {std::pair{0, 1}, {0, 2}, {1, 2}}) {
        for (int head = 0; head < HiddenCopies::kHeads; ++head) {
            pairs.push_back(
                {head + first * HiddenCopies::kHeads, head + second * HiddenCopies::kHeads, 0.9});
        }
    }
    return pairs;
}

}  // namespace

/// Heads that do the same work in bases of their own: on the demo model and a real text, merging
/// them costs nothing once they are aligned, and ruins the model where they are not.
class TestAlignedMerging : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void alignment_restores_perplexity_data() {
        QTest::addColumn<QString>("kv_policy");
        QTest::addColumn<QString>("dtype");
        QTest::newRow("average") << "average"
                                 << "float32";
        QTest::newRow("keep") << "keep"
                              << "float32";
        QTest::newRow("bfloat16") << "average"
                                  << "bfloat16";
        QTest::newRow("bfloat16, widened") << "average"
                                           << "bfloat16";
    }
    void alignment_restores_perplexity() {
        QFETCH(QString, kv_policy);
        QFETCH(QString, dtype);
        const bool widened = QByteArray(QTest::currentDataTag()).endsWith("widened");
        qputenv("HEADSCOPE_BFLOAT16", widened ? "widened" : "fastest");
        const HiddenCopies copies;
        const Checkpoint checkpoint = Checkpoint::open(copies.path());
        EvaluationParams params;
        params.windows =
            prepare_text(checkpoint, {{}, Protocol::gptq, 512, 3}, cache_dir()).windows;
        params.variants.emplace_back();
        const auto add = [&](Grouping grouping, Alignment align) {
            Variant& variant = params.variants.emplace_back();
            const MergeRule rule{0.9, grouping, parse_kv_policy(kv_policy.toStdString()), align};
            for (int layer = kFirstLayer; layer <= kLastLayer; ++layer) {
                variant[layer] =
                    make_layer_plan(layer, copied_pairs(), checkpoint.config(), rule).merge;
            }
        };
        add(Grouping::components, Alignment::none);
        for (const Grouping grouping :
             {Grouping::components, Grouping::complete, Grouping::matching, Grouping::sequential}) {
            add(grouping, Alignment::weights);
        }
        const Model model = Model::load(checkpoint, {"cpu", dtype.toStdString(), 0});
        const Scores scores = evaluate(model, params).scores;
        // The copies by themselves change nothing.
        const Model demo = Model::load(Checkpoint::open(demo_model()), {"cpu", "float32", 0});
        const double wanted =
            evaluate(demo, {{Variant{}}, params.windows, {}}).scores.metrics(0).perplexity.value;
        QVERIFY(std::abs(scores.metrics(0).perplexity.value / wanted - 1.0) < 5e-3);
        for (std::size_t v = 1; v < params.variants.size(); ++v) {
            const double change = scores.change(0, v).perplexity_ratio.value - 1.0;
            qInfo("%s: %+.4f %%", v == 1 ? "plain" : "aligned", 100.0 * change);
            if (v == 1) {
                QVERIFY(change > 0.5);
            } else {
                // Turned weights are rounded again: to half a unit of bfloat16's 8 bits each.
                QVERIFY(std::abs(change) < (dtype == u"bfloat16" ? 1.0 / 256.0 : 1e-3));
            }
        }
    }
};

HEADSCOPE_TEST(TestAlignedMerging)
#include "test_aligned_merging.moc"
