#include <QTest>
#include <cmath>

#include <ATen/ATen.h>

#include "core/evaluation/evaluator.h"
#include "core/model/rope_torch.h"
#include "tests/model/tiny_model.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

/// The largest difference of two lists of losses, relative to the loss (or to 1, where it is
/// smaller).
double error_between(const at::Tensor& losses, const json& wanted) {
    const at::Tensor expected = at::tensor(wanted.get<std::vector<double>>(), at::kDouble);
    return ((losses - expected).abs() / expected.abs().clamp_min(1.0)).max().item<double>();
}

}  // namespace

class TestArchitectures : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void losses_are_those_of_transformers_data() { add_case_rows(); }
    /// Each prediction of the original and of a merged variant, by the CPU's kernels in float32 and
    /// by library operations in float64.
    void losses_are_those_of_transformers() {
        QFETCH(int, index);
        const json& entry = case_of(index);
        const TinyModel model(entry);
        for (const auto& [dtype, tolerance] : {std::pair{at::kFloat, 3e-5}, {at::kDouble, 1e-5}}) {
            const double original = error_between(model.losses(dtype, {}), entry.at("nll"));
            const double merged =
                error_between(model.losses(dtype, merges_of(entry)), entry.at("merged_nll"));
            qInfo("%s: %.2g, merged %.2g", at::toString(dtype), original, merged);
            QVERIFY(original < tolerance);
            QVERIFY(merged < tolerance);
        }
    }

    void bfloat16_is_close_data() { add_case_rows(); }
    void bfloat16_is_close() {
        QFETCH(int, index);
        const json& entry = case_of(index);
        const TinyModel model(entry);
        const double wanted = at::tensor(entry.at("nll").get<std::vector<double>>(), at::kDouble)
                                  .mean()
                                  .item<double>();
        const double mean = model.losses(at::kBFloat16, {}).mean().item<double>();
        qInfo("%.4f, wanted %.4f", mean, wanted);
        QVERIFY(std::abs(mean - wanted) < 0.02 * wanted);
    }

    /// The whole way of a run: the evaluator's sums over a window, both variants at once.
    void the_evaluator_adds_them_up_data() { add_case_rows(); }
    void the_evaluator_adds_them_up() {
        QFETCH(int, index);
        const json& entry = case_of(index);
        const TinyModel model(entry);
        const Checkpoint& checkpoint = model.checkpoint();
        const auto windows = std::make_shared<const Windows>(
            model.ids(), Protocol::gptq, model.window(), 0, std::nullopt,
            checkpoint.config().longest_window(), checkpoint.config().vocab_size);
        const EvaluationResult result = evaluate(Model::load(checkpoint, {"cpu", "float32", 1}),
                                                 {{Variant{}, merges_of(entry)}, windows, {}});
        for (const auto& [variant, key] : {std::pair{0, "nll"}, {1, "merged_nll"}}) {
            const double wanted = at::tensor(entry.at(key).get<std::vector<double>>(), at::kDouble)
                                      .sum()
                                      .item<double>();
            const double sum = result.scores.values[static_cast<std::size_t>(variant)][0].nll;
            QVERIFY2(std::abs(sum - wanted) < 1e-5 * wanted,
                     qPrintable(QString::number(sum, 'g', 9)));
        }
    }

    void frequencies_are_those_of_transformers_data() {
        QTest::addColumn<int>("index");
        int index = 0;
        for (const json& entry : golden_architectures().at("ropes"))
            QTest::newRow(entry.at("name").get<std::string>().c_str()) << index++;
    }
    void frequencies_are_those_of_transformers() {
        QFETCH(int, index);
        const json& entry = golden_architectures().at("ropes").at(static_cast<std::size_t>(index));
        const ModelConfig config = parse_model_config(entry.at("config").dump(), "config.json");
        const auto frequencies =
            rope_frequencies(config.rope, config.head_dim, entry.at("length").get<std::int64_t>());
        const auto wanted = entry.at("frequencies").get<std::vector<double>>();
        QCOMPARE(frequencies.size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            // They were computed in float32, from a base raised to a rounded exponent.
            QVERIFY2(std::abs(frequencies[i] - wanted[i]) < 3e-6 * wanted[i],
                     qPrintable(QStringLiteral("%1: %2").arg(i).arg(frequencies[i], 0, 'g', 9)));
        }
        const double factor = entry.at("attention_factor").get<double>();
        QVERIFY(std::abs(config.rope.attention_factor - factor) < 1e-12);
        const ops::RopeTable table = make_rope_table(config.rope, config.head_dim, 3, c10::kCPU);
        QVERIFY(std::abs(table.cosine[0][0].item<double>() - factor) < 1e-7);
    }
};

HEADSCOPE_TEST(TestArchitectures)
#include "test_architectures.moc"
