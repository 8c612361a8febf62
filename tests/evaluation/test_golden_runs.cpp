// The figures that the README promises, on the whole corpus: the original and every run of the
// golden file (all groupings, KV policies and thresholds), evaluated together. Takes minutes.

#include <QTest>

#include "core/base/locations.h"
#include "core/evaluation/evaluator.h"
#include "core/evaluation/prepare.h"
#include "tests/evaluation/golden_variants.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

class TestGoldenRuns : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void perplexity_and_accuracy() {
        const auto file = golden("demo.json");
        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        const PreparedText text =
            prepare_text(checkpoint, {{}, Protocol::gptq, 512, 0}, cache_dir());
        const EvaluationParams params{golden_variants(file, checkpoint), text.windows, {}};
        const Model model = Model::load(checkpoint, {"cpu", "float32", 0});
        const EvaluationResult result = evaluate(model, params);
        qInfo("%.1f s; %lld layer passes done, %lld for separate evaluations", result.seconds,
              static_cast<long long>(result.layer_passes),
              static_cast<long long>(result.separate_layer_passes));
        for (std::size_t v = 0; v < params.variants.size(); ++v) {
            const auto& wanted = golden_metrics(file, v);
            const Metrics metrics = result.scores.metrics(v);
            const QString name =
                v == 0 ? QStringLiteral("original")
                       : QString::fromStdString(file["runs"][v - 1]["grouping"].get<std::string>() +
                                                " " + file["runs"][v - 1]["kv"].get<std::string>() +
                                                " " + file["runs"][v - 1]["threshold"].dump());
            qInfo("%-24s perplexity %.6f (golden %.6f), accuracy %.6f (golden %.6f)",
                  qPrintable(name), metrics.perplexity.value, wanted["perplexity"].get<double>(),
                  metrics.accuracy.value, wanted["accuracy"].get<double>());
            QCOMPARE(metrics.windows, wanted["windows"].get<std::int64_t>());
            QCOMPARE(metrics.predictions, wanted["predictions"].get<std::int64_t>());
            QVERIFY2(near(metrics.perplexity.value, wanted["perplexity"].get<double>(), 1e-4),
                     qPrintable(name));
            QVERIFY2(std::abs(metrics.accuracy.value - wanted["accuracy"].get<double>()) < 1e-4,
                     qPrintable(name));
        }
    }
};

HEADSCOPE_TEST(TestGoldenRuns)
#include "test_golden_runs.moc"
