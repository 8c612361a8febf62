// Evaluations that have too little memory for the model, or enough to keep states for later ones:
// always the same scores as the plain way.

#include <QTest>

#include "core/base/error.h"
#include "core/base/locations.h"
#include "core/evaluation/comparison.h"
#include "core/evaluation/prepare.h"
#include "tests/evaluation/golden_variants.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

constexpr std::int64_t kWindows = 3;

const Checkpoint& demo() {
    static const Checkpoint checkpoint = Checkpoint::open(demo_model());
    return checkpoint;
}

std::shared_ptr<const Windows> windows() {
    static const auto prepared =
        prepare_text(demo(), {{}, Protocol::gptq, 512, kWindows}, cache_dir());
    return prepared.windows;
}

/// One byte of memory: the layers are read one by one.
ComputeOptions streaming(const char* dtype = "float32") {
    return {"cpu", dtype, 1, 1};
}

/// The original, and merges that begin in layer 3 and in layer 0.
std::vector<Variant> variants() {
    return {{}, {{3, {{{0, 8}}, {{0, 4}}}}}, {{0, {{{1, 2}}, {}}}, {5, {{{3, 4, 5}}, {}}}}};
}

}  // namespace

class TestMemory : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_model_that_does_not_fit_gives_the_same_scores_data() {
        QTest::addColumn<QByteArray>("dtype");
        QTest::newRow("float32") << QByteArray("float32");
        QTest::newRow("bfloat16") << QByteArray("bfloat16");
    }

    void a_model_that_does_not_fit_gives_the_same_scores() {
        QFETCH(QByteArray, dtype);
        const Model resident = Model::load(demo(), {"cpu", dtype.toStdString(), 1});
        const Model streamed = Model::load(demo(), streaming(dtype.constData()));
        const Scores wanted = evaluate(resident, {variants(), windows(), {}}).scores;
        std::vector<std::string> notes;
        const EvaluationResult got =
            evaluate(streamed, {variants(), windows(), {}}, [&](const Progress& progress) {
                if (!progress.note.empty()) notes.push_back(progress.note);
            });
        QCOMPARE(notes.size(), std::size_t{1});
        QVERIFY(contains(notes.front(), "do not fit"));
        QCOMPARE(got.scores.done, wanted.done);
        for (std::size_t v = 0; v < wanted.values.size(); ++v) {
            for (std::size_t w = 0; w < wanted.values[v].size(); ++w) {
                QCOMPARE(got.scores.values[v][w].correct, wanted.values[v][w].correct);
                const double nll = wanted.values[v][w].nll;
                QVERIFY(std::abs(got.scores.values[v][w].nll - nll) < 1e-6 * nll);
            }
        }
    }

    void streaming_can_be_cancelled() {
        const Model streamed = Model::load(demo(), streaming());
        std::stop_source source;
        try {
            evaluate(
                streamed, {variants(), windows(), {}},
                [&](const Progress& progress) {
                    if (progress.unit == "layer passes" && progress.done > 0) source.request_stop();
                },
                {}, source.get_token());
            QFAIL("a stopped evaluation ends with an error");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::cancelled);
        }
    }

    void states_of_the_original_serve_later_plans() {
        const Model model = Model::load(demo(), {"cpu", "float32", 2});
        const Variant late = variants()[1];  // begins in layer 3
        EvaluationParams together{{Variant{}, late}, windows(), {}};
        together.keep_states = true;
        const EvaluationResult first = evaluate(model, together);
        QCOMPARE(first.layer_passes, kWindows * (3 + 2 * 3));

        EvaluationParams alone{{late}, windows(), {}};
        alone.keep_states = true;
        const EvaluationResult second = evaluate(model, alone);
        QCOMPARE(second.layer_passes, kWindows * 3);
        QCOMPARE(second.scores.values[0], first.scores.values[1]);
        // A plan that begins earlier uses an earlier state, or none.
        const EvaluationResult third = evaluate(model, {{variants()[2]}, windows(), {}});
        QCOMPARE(third.layer_passes, kWindows * 6);
    }

    void other_windows_do_not_meet_kept_states() {
        const Model model = Model::load(demo(), {"cpu", "float32", 2});
        EvaluationParams params{{Variant{}}, windows(), {}};
        params.keep_states = true;
        evaluate(model, params);
        const auto other = prepare_text(demo(), {{}, Protocol::gptq, 256, 2}, cache_dir()).windows;
        const Variant late = variants()[1];
        const Model fresh = Model::load(demo(), {"cpu", "float32", 2});
        QCOMPARE(evaluate(model, {{late}, other, {}}).scores.values,
                 evaluate(fresh, {{late}, other, {}}).scores.values);
    }
};

HEADSCOPE_TEST(TestMemory)
#include "test_memory.moc"
