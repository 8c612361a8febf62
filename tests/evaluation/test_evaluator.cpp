#include <QTest>
#include <atomic>
#include <cmath>

#include "core/base/error.h"
#include "core/base/locations.h"
#include "core/evaluation/evaluator.h"
#include "core/evaluation/prepare.h"
#include "tests/evaluation/golden_variants.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

const Checkpoint& demo() {
    static const Checkpoint checkpoint = Checkpoint::open(demo_model());
    return checkpoint;
}

PreparedText text(std::int64_t max_windows, Protocol protocol = Protocol::gptq) {
    return prepare_text(demo(), {{}, protocol, 512, max_windows}, cache_dir());
}

const Model& model() {
    static const Model loaded = Model::load(demo(), {"cpu", "float32", 0});
    return loaded;
}

}  // namespace

class TestEvaluator : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_corpus_gives_the_golden_ids() {
        const PreparedText prepared = text(0);
        QCOMPARE(prepared.token_count, 396'832);
        QCOMPARE(prepared.token_ids_sha256,
                 golden("demo.json").at("ids_sha256_int32le").get<std::string>());
        QCOMPARE(prepared.windows->count(), 775);
    }

    /// The first windows of the original and of every run of the golden file, evaluated together.
    void first_windows_of_all_golden_runs() {
        const auto file = golden("demo.json");
        const EvaluationParams params{golden_variants(file, demo()), text(4).windows, {}};
        const EvaluationResult result = evaluate(model(), params);
        QVERIFY(result.layer_passes < result.separate_layer_passes);
        for (std::size_t v = 0; v < params.variants.size(); ++v) {
            const auto& wanted = golden_metrics(file, v).at("first_windows_nll");
            for (std::size_t w = 0; w < 4; ++w) {
                const double nll = result.scores.values[v][w].nll / 511.0;
                QVERIFY2(near(nll, wanted[w].get<double>(), 1e-5),
                         qPrintable(QStringLiteral("variant %1, window %2: %3")
                                        .arg(v)
                                        .arg(w)
                                        .arg(nll, 0, 'g', 10)));
            }
        }
    }

    void together_or_apart_is_the_same_to_the_bit() {
        const auto variants = golden_variants(golden("demo.json"), demo());
        const auto windows = text(2).windows;
        const EvaluationResult both = evaluate(model(), {{variants[0], variants[3]}, windows, {}});
        const EvaluationResult alone = evaluate(model(), {{variants[3]}, windows, {}});
        QCOMPARE(both.scores.values[1], alone.scores.values[0]);
        QVERIFY(both.scores.values[0] != both.scores.values[1]);
    }

    void bfloat16_is_close_to_float32() {
        const Model narrow = Model::load(demo(), {"cpu", "bfloat16", 0});
        const auto windows = text(16).windows;
        const double wide =
            evaluate(model(), {{Variant{}}, windows, {}}).scores.metrics(0).perplexity.value;
        const double low =
            evaluate(narrow, {{Variant{}}, windows, {}}).scores.metrics(0).perplexity.value;
        QVERIFY2(near(low, wide, 5e-3), qPrintable(QStringLiteral("%1 and %2").arg(low).arg(wide)));
        QVERIFY(low != wide);
    }

    /// What llama.cpp scores is what the protocol gptq scores on the same tokens, less the first
    /// half.
    void llama_cpp_scores_the_second_half() {
        const PreparedText prepared = text(3, Protocol::llama_cpp);
        QVERIFY(prepared.token_count != text(0).token_count);  // the raw file, not the joined rows
        const EvaluationResult result = evaluate(model(), {{Variant{}}, prepared.windows, {}});
        QCOMPARE(result.scores.metrics(0).predictions, 3 * 255);

        const std::vector<std::int64_t> tokens = prepared.windows->tokens(2);
        QCOMPARE(tokens.front(), 1);  // BOS
        const auto nll_of_first = [&](std::ptrdiff_t count) {
            const auto windows = std::make_shared<const Windows>(
                std::vector<std::int32_t>(tokens.begin(), tokens.begin() + count), Protocol::gptq,
                count, 0, 1, 512, 4096);
            return evaluate(model(), {{Variant{}}, windows, {}}).scores.values[0][0].nll;
        };
        const double second_half = nll_of_first(512) - nll_of_first(257);
        QVERIFY(near(result.scores.values[0][2].nll, second_half, 1e-5));
    }

    void partial_scores_come_in_shuffled_order_and_can_be_continued() {
        const auto windows = text(12).windows;
        std::stop_source source;
        Scores stopped;
        const auto stop_after_three = [&](const Scores& scores) {
            stopped = scores;
            if (scores.windows_done() >= 3) source.request_stop();
        };
        const std::vector<Variant> variants = {Variant{}, {{2, {{{3, 11}}, {}}}}};
        try {
            evaluate(model(), {variants, windows, {}}, {}, stop_after_three, source.get_token());
            QFAIL("a stopped evaluation ends with an error");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::cancelled);
        }
        QVERIFY(stopped.windows_done() >= 3 && stopped.windows_done() < 12);
        QVERIFY(stopped.done[static_cast<std::size_t>(windows->shuffled_order().front())] == 1);
        const EvaluationResult rest = evaluate(model(), {variants, windows, stopped});
        QCOMPARE(rest.scores.windows_done(), 12);
        QVERIFY(rest.layer_passes < 12 * 11);
        QCOMPARE(rest.scores.values, evaluate(model(), {variants, windows, {}}).scores.values);
    }

    void a_stop_is_honoured_within_a_micro_batch() {
        std::stop_source source;
        std::atomic<int> after_stop = 0;
        const ScoresFn count = [&](const Scores& scores) {
            if (source.stop_requested()) ++after_stop;
            if (scores.windows_done() >= 1) source.request_stop();
        };
        QVERIFY(contains(error_of([&] {
                             evaluate(model(), {{Variant{}}, text(0).windows, {}}, {}, count,
                                      source.get_token());
                         }),
                         "cancelled"));
        QVERIFY(after_stop <= 3);
    }

    void progress_counts_windows() {
        std::vector<std::int64_t> done;
        evaluate(model(), {{Variant{}}, text(6).windows, {}},
                 [&](const Progress& p) { done.push_back(p.done); });
        QCOMPARE(done.front(), 0);
        QCOMPARE(done.back(), 6);
    }
};

HEADSCOPE_TEST(TestEvaluator)
#include "test_evaluator.moc"
