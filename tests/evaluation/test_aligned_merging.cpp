#include <QTest>

#include "core/base/locations.h"
#include "core/evaluation/evaluator.h"
#include "core/evaluation/prepare.h"
#include "tests/evaluation/hidden_copies.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

constexpr int kFirstLayer = 1;
constexpr int kLastLayer = 4;

/// Pairs of the copies: both heads of KV heads 0, 1 and 5.
std::vector<HeadPair> copied_pairs() {
    return {{0, 2, 0.99}, {1, 3, 0.98}, {0, 10, 0.97}, {2, 10, 0.96}, {1, 11, 0.95}, {3, 11, 0.94}};
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
    }
    void alignment_restores_perplexity() {
        QFETCH(QString, kv_policy);
        QFETCH(QString, dtype);
        const HiddenCopies copies({1, 2, 3, 4});
        const Checkpoint checkpoint = Checkpoint::open(copies.path());
        EvaluationParams params;
        params.windows =
            prepare_text(checkpoint, {{}, Protocol::gptq, 512, 8}, cache_dir()).windows;
        params.variants.emplace_back();
        for (const Alignment align : {Alignment::none, Alignment::weights}) {
            for (const Grouping grouping : {Grouping::components, Grouping::complete,
                                            Grouping::matching, Grouping::sequential}) {
                Variant& variant = params.variants.emplace_back();
                const MergeRule rule{0.9, grouping, parse_kv_policy(kv_policy.toStdString()),
                                     align};
                for (int layer = kFirstLayer; layer <= kLastLayer; ++layer) {
                    variant[layer] =
                        make_layer_plan(layer, copied_pairs(), checkpoint.config(), rule).merge;
                }
            }
        }
        const Model model = Model::load(checkpoint, {"cpu", dtype.toStdString(), 0});
        const Scores scores = evaluate(model, params).scores;
        for (std::size_t v = 1; v < params.variants.size(); ++v) {
            const double change = scores.change(0, v).perplexity_ratio.value - 1.0;
            qInfo("%s, variant %zu: %+.4f %%", v > 4 ? "aligned" : "plain", v, 100.0 * change);
            if (v > 4) {
                QVERIFY(std::abs(change) < (dtype == QStringLiteral("float32") ? 1e-3 : 5e-3));
            } else {
                QVERIFY(change > 0.05);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestAlignedMerging)
#include "test_aligned_merging.moc"
