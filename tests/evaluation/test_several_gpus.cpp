// A model on several devices: copies that share the windows, and layers that wait in the memory of
// one or another. Without GPUs the CPU stands for all of them; the scores are those of one device.

#include <QTest>

#include "core/base/error.h"
#include "core/base/locations.h"
#include "core/evaluation/evaluator.h"
#include "core/evaluation/prepare.h"
#include "core/model/several_gpus_torch.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

constexpr std::int64_t kWindows = 5;

const Checkpoint& demo() {
    static const Checkpoint checkpoint = Checkpoint::open(demo_model());
    return checkpoint;
}

EvaluationParams work() {
    static const auto prepared =
        prepare_text(demo(), {{}, Protocol::gptq, 512, kWindows}, cache_dir());
    EvaluationParams params{{{}, {{3, {{{0, 8}}, {{0, 4}}}}}}, prepared.windows, {}};
    params.divergence = true;
    return params;
}

/// What loading fills in where several devices are named.
LoadedModel& inside(const Model& model) {
    return const_cast<LoadedModel&>(model.loaded());
}

void compare(const Scores& got, const Scores& wanted) {
    QCOMPARE(got.done, wanted.done);
    for (std::size_t v = 0; v < wanted.values.size(); ++v) {
        for (std::size_t w = 0; w < wanted.values[v].size(); ++w) {
            const double nll = wanted.values[v][w].nll;
            QCOMPARE(got.values[v][w].correct, wanted.values[v][w].correct);
            QVERIFY(std::abs(got.values[v][w].nll - nll) <= 1e-6 * nll);
        }
    }
}

}  // namespace

class TestSeveralGpus : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void copies_share_the_windows() {
        const Model alone = Model::load(demo(), {"cpu", "float32", 1});
        const Model shared = Model::load(demo(), {"cpu", "float32", 1});
        for (int i = 0; i < 2; ++i)
            inside(shared).copies.push_back(copy_model(shared.loaded(), c10::kCPU));
        compare(evaluate(shared, work()).scores, evaluate(alone, work()).scores);
        // Of some windows alone, in an order of their own.
        EvaluationParams some = work();
        some.order = {4, 0, 2};
        const Scores scores = evaluate(shared, some).scores;
        QCOMPARE(scores.windows_done(), std::int64_t{3});
        compare(scores, evaluate(alone, some).scores);
    }

    void a_copy_that_fails_ends_the_others() {
        const Model shared = Model::load(demo(), {"cpu", "float32", 1});
        auto broken = std::make_shared<LoadedModel>(*copy_model(shared.loaded(), c10::kCPU));
        broken->layers[2].attention.o = broken->layers[2].attention.o.narrow(0, 0, 8);
        inside(shared).copies.push_back(broken);
        QVERIFY(!error_of([&] { evaluate(shared, work()); }).empty());
    }

    void a_stop_ends_all() {
        const Model shared = Model::load(demo(), {"cpu", "float32", 1});
        inside(shared).copies.push_back(copy_model(shared.loaded(), c10::kCPU));
        std::stop_source source;
        source.request_stop();
        try {
            evaluate(shared, work(), {}, {}, source.get_token());
            QFAIL("not stopped");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::cancelled);
        }
    }

    void layers_may_wait_in_memory() {
        const Model resident = Model::load(demo(), {"cpu", "float32", 1});
        const Model streamed = Model::load(demo(), {"cpu", "float32", 1, 1});
        QVERIFY(!streamed.loaded().resident());
        LoadedModel& inner = inside(streamed);
        inner.waiting.resize(resident.loaded().layers.size());
        for (std::size_t layer = 0; layer < inner.waiting.size(); ++layer) {
            if (layer % 3 != 1)
                inner.waiting[layer] = copy_layer(resident.loaded().layers[layer], c10::kCPU);
        }
        compare(evaluate(streamed, work()).scores, evaluate(resident, work()).scores);
    }

    void layers_are_spread_as_far_as_memory_goes() {
        const Model plenty = Model::load(demo(), {"cpu", "float32", 1, 1});
        LoadedModel& inner = inside(plenty);
        inner.memory_limit = 0;
        ProgressThrottle unseen{ProgressFn()};
        spread_layers(inner, {}, unseen, {});
        for (const LayerWeights& layer : inner.waiting)
            QVERIFY(layer.attention.qkv.defined());
        const Model resident = Model::load(demo(), {"cpu", "float32", 1});
        compare(evaluate(plenty, work()).scores, evaluate(resident, work()).scores);

        const Model little = Model::load(demo(), {"cpu", "float32", 1, 1});
        spread_layers(inside(little), {}, unseen, {});
        for (const LayerWeights& layer : little.loaded().waiting)
            QVERIFY(!layer.attention.qkv.defined());
        compare(evaluate(little, work()).scores, evaluate(resident, work()).scores);
    }
};

HEADSCOPE_TEST(TestSeveralGpus)
#include "test_several_gpus.moc"
