#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/base/file.h"
#include "core/checkpoint/quantization/mixture.h"
#include "core/evaluation/evaluator.h"
#include "core/report/yardstick.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

YardstickStep step(const std::string& name, double kl) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return {name,
            4.5,
            {{"kl_divergence", "KL divergence", "nats", {kl, 0.9 * kl, kInfinity}, false, true}}};
}

Yardstick ladder() {
    return {{"abc", "gptq", 2048, "def"},
            "text.txt",
            8,
            "float32",
            {},
            {step("Q8_0", 0.001), step("Q5_K_M", 0.01), step("Q3_K_M", 0.1)}};
}

}  // namespace

class TestYardstick : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_divergence_has_a_place_on_the_ladder() {
        const Yardstick yardstick = ladder();
        QCOMPARE(place_on(yardstick, 0.0), std::string("less than Q8_0"));
        QCOMPARE(place_on(yardstick, -1e-9), std::string("less than Q8_0"));
        QCOMPARE(place_on(yardstick, 0.0007), std::string("less than Q8_0"));
        QCOMPARE(place_on(yardstick, 0.00081), std::string("as much as Q8_0"));
        QCOMPARE(place_on(yardstick, 0.0124), std::string("as much as Q5_K_M"));
        QCOMPARE(place_on(yardstick, 0.0126), std::string("between Q5_K_M and Q3_K_M"));
        QCOMPARE(place_on(yardstick, 0.2), std::string("more than Q3_K_M"));
        QCOMPARE(place_on(yardstick, std::nan("")), std::string());
        QCOMPARE(place_on(yardstick, std::vector<Metric>{}), std::string());
        QCOMPARE(place_on(yardstick, ladder().steps[1].metrics), std::string("as much as Q5_K_M"));
    }

    void what_is_kept_is_found_for_the_same_text_only() {
        const QTemporaryDir folder;
        const std::filesystem::path cache = folder.path().toStdString();
        const Yardstick yardstick = ladder();
        QVERIFY(!find_yardstick(cache, yardstick.text));
        keep_yardstick(cache, yardstick);
        const auto found = find_yardstick(cache, yardstick.text);
        QVERIFY(found);
        QCOMPARE(to_json(*found).dump(), to_json(yardstick).dump());
        YardstickText other = yardstick.text;
        other.window = 512;
        QVERIFY(!find_yardstick(cache, other));

        write_file_atomically(yardstick_file(cache, yardstick.text), "{\"format_version\": 1}");
        QVERIFY(!find_yardstick(cache, yardstick.text));
        keep_yardstick({}, yardstick);  // no cache: nothing happens
        QVERIFY(!find_yardstick({}, yardstick.text));
    }

    void a_model_is_measured_against_itself() {
        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        const ComputeOptions compute{"cpu", "float32", 1, 0};
        const PreparedText text = prepare_text(checkpoint, {{}, Protocol::gptq, 64, 3}, {});
        const Yardstick yardstick = measure_yardstick(checkpoint, text, compute);
        QCOMPARE(yardstick.steps.size(), std::size_t{5});
        QCOMPARE(yardstick.windows, std::int64_t{3});
        double before = 0.0;
        for (const YardstickStep& each : yardstick.steps) {
            QVERIFY2(each.kl() > before, each.name.c_str());
            before = each.kl();
        }
        QVERIFY(yardstick.steps[0].kl() < 1e-3);

        // The same perplexity as of the quantized model by itself.
        const Model coarse = Model::load(checkpoint.quantized(Mixture::q3_k_m), compute);
        const Scores alone = evaluate(coarse, {{{}}, text.windows, {}}).scores;
        const Metric* perplexity = find_metric(yardstick.steps[4].metrics, "perplexity");
        QVERIFY(perplexity != nullptr);
        QVERIFY(std::abs(perplexity->value.value / alone.metrics(0).perplexity.value - 1.0) < 1e-9);

        // Predictions that are kept differ in nothing from those of the same model.
        const Model model = Model::load(checkpoint, compute);
        EvaluationParams params{{{}}, text.windows, {}};
        params.divergence = true;
        params.keep = predictions_of(model, *text.windows);
        const Scores first = evaluate(model, params).scores;
        params.base = std::exchange(params.keep, nullptr);
        Scores both = first;
        both.values.push_back(evaluate(model, params).scores.values.front());
        for (const WindowScore& score : both.values[1]) {
            for (const float kl : score.tokens->kl)
                QVERIFY(std::abs(kl) < 1e-6F);
            QCOMPARE(std::count(score.tokens->same_top.begin(), score.tokens->same_top.end(), 1),
                     std::ptrdiff_t{63});
        }
        QCOMPARE(both.values[1].front().nll, both.values[0].front().nll);
    }
};

HEADSCOPE_TEST(TestYardstick)
#include "test_yardstick.moc"
