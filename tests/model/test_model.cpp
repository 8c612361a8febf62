#include <QTest>

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/model/loaded_model_torch.h"
#include "core/model/model.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

class TestModel : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void loads_the_demo_model() {
        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        std::int64_t last = 0;
        const Model model = Model::load(checkpoint, {"cpu", "float32", 1},
                                        [&](const Progress& p) { last = p.done; });
        QCOMPARE(last, 6);
        QCOMPARE(model.device(), std::string("cpu"));
        QCOMPARE(model.dtype(), DType::f32);
        const LoadedModel& loaded = model.loaded();
        QCOMPARE(loaded.layers.size(), std::size_t{6});
        QCOMPARE(loaded.layers[0].attention.qkv.sizes().vec(),
                 (std::vector<std::int64_t>{512, 256}));
        QCOMPARE(loaded.layers[0].gate_up.sizes().vec(), (std::vector<std::int64_t>{1024, 256}));
        QVERIFY(loaded.outer.output.is_same(loaded.outer.embeddings));  // tied
    }

    void bfloat16_keeps_the_values_of_a_bfloat16_checkpoint() {
        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        const Model wide = Model::load(checkpoint, {"cpu", "f32", 1});
        const Model narrow = Model::load(checkpoint, {"cpu", "bf16", 1});
        QCOMPARE(narrow.dtype(), DType::bf16);
        QVERIFY(
            at::equal(narrow.loaded().layers[3].down.to(at::kFloat), wide.loaded().layers[3].down));
        QCOMPARE(narrow.loaded().outer.embeddings.scalar_type(), at::kBFloat16);
    }

    void merging_changes_only_the_named_blocks() {
        const Model model = Model::load(Checkpoint::open(demo_model()), {"cpu", "f32", 1});
        const LoadedModel& loaded = model.loaded();
        const AttentionWeights& original = loaded.layers[2].attention;
        const AttentionWeights merged =
            merge_attention(original, {{{3, 11}}, {{1, 5}}}, model.config(),
                            model.config().heads_of(2), loaded.format);
        const auto q = [](const AttentionWeights& w, int head) {
            return w.qkv.narrow(0, head * 16, 16);
        };
        QVERIFY(at::equal(q(merged, 3), q(merged, 11)));
        QVERIFY(at::equal(q(merged, 2), q(original, 2)));
        QVERIFY(
            at::equal(merged.qkv.narrow(0, 256 + 16, 16), merged.qkv.narrow(0, 256 + 5 * 16, 16)));
        QVERIFY(at::allclose(q(merged, 3), (q(original, 3) + q(original, 11)) / 2));
        QVERIFY(at::equal(merged.o.narrow(1, 3 * 16, 16), merged.o.narrow(1, 11 * 16, 16)));
    }

    void a_device_or_dtype_that_does_not_work_says_why() {
        const auto error = [](ComputeOptions options) {
            return error_of([&] { resolve(options); });
        };
        QVERIFY(contains(error({"tpu", "auto", 0}), "\"tpu\" is not a device"));
        QVERIFY(contains(error({"cpu", "int8", 0}), "\"int8\" is not a dtype"));
        QVERIFY(contains(error({"cpu", "float16", 0}), "float16 does not compute on the CPU"));
        QVERIFY(contains(error({"cuda:", "auto", 0}), "device"));
        QVERIFY(contains(error({"cuda:0-x", "auto", 0}), "device"));
        if (!at::hasCUDA()) {
            for (const char* name : {"cuda", "cuda:all", "cuda:0-3"})
                QVERIFY(contains(error({name, "auto", 0}), "libtorch without CUDA"));
            QCOMPARE(resolve({"auto", "auto", 0}).device, std::string("cpu"));
        }
        QCOMPARE(resolve({"cpu", "auto", 0}).dtype, DType::f32);
    }

    void loading_can_be_cancelled() {
        std::stop_source source;
        source.request_stop();
        try {
            Model::load(Checkpoint::open(demo_model()), {"cpu", "auto", 1}, {}, source.get_token());
            QFAIL("a stopped load ends with an error");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::cancelled);
        }
    }
};

HEADSCOPE_TEST(TestModel)
#include "test_model.moc"
