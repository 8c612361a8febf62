#include <QTest>
#include <cmath>
#include <cstring>

#include "core/base/locations.h"
#include "core/measures/calibration.h"
#include "core/measures/compare_heads.h"
#include "core/measures/measures_engine.h"
#include "core/model/engine_module.h"
#include "tests/similarity/small_model.h"
#include "tests/support/test_program.h"

using namespace headscope;
using headscope::testing::SmallModel;

namespace {

const MeasuresEngine& engine() {
    using Function = const MeasuresEngine*();
    return *reinterpret_cast<Function*>(engine_symbol(kMeasuresEngineSymbol))();
}

/// Weight measures by libtorch, as on a GPU.
std::vector<SimilarityMatrix> by_torch(const Checkpoint& checkpoint, Measure measure,
                                       std::vector<int> layers = {}) {
    return engine().weight_similarity(checkpoint, {measure, std::move(layers), 2}, "cpu", {}, {});
}

double largest_difference(const SimilarityMatrix& a, const SimilarityMatrix& b) {
    double largest = 0.0;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        const double difference = std::abs(a.values[i] - b.values[i]);
        if (!(difference <= largest)) largest = difference;  // also NaN
    }
    return largest;
}

LlamaShape shape_of(int heads, int kv_heads, DType dtype) {
    LlamaShape shape = headscope::testing::kSmallShape;
    shape.num_attention_heads = heads;
    shape.num_key_value_heads = kv_heads;
    shape.head_dim = 22;
    shape.hidden_size = 301;
    shape.dtype = dtype;
    return shape;
}

}  // namespace

class TestCompareHeads : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void both_ways_of_weight_measures_agree_data() {
        QTest::addColumn<int>("heads");
        QTest::addColumn<int>("kv_heads");
        QTest::addColumn<int>("dtype");
        for (const DType dtype : {DType::f32, DType::bf16, DType::f16}) {
            const std::string name(name_of(dtype));
            QTest::newRow((name + ", grouped").c_str()) << 6 << 2 << static_cast<int>(dtype);
            QTest::newRow((name + ", each").c_str()) << 5 << 5 << static_cast<int>(dtype);
        }
    }

    void both_ways_of_weight_measures_agree() {
        QFETCH(const int, heads);
        QFETCH(const int, kv_heads);
        QFETCH(const int, dtype);
        const SmallModel model({}, shape_of(heads, kv_heads, static_cast<DType>(dtype)));
        const Checkpoint checkpoint = model.open();
        for (const Measure measure : all_measures()) {
            if (kind_of(measure) == MeasureKind::behaviour) continue;
            const auto wanted = compute_similarity(checkpoint, {measure, {}, 1}, {}, {});
            const auto found = by_torch(checkpoint, measure);
            QCOMPARE(found.size(), wanted.size());
            for (std::size_t i = 0; i < wanted.size(); ++i) {
                QCOMPARE(found[i].layer, wanted[i].layer);
                const double difference = largest_difference(found[i], wanted[i]);
                QVERIFY2(difference < 1e-6,
                         fmt::format("{}: {}", name_of(measure), difference).c_str());
            }
        }
    }

    void libtorch_knows_equal_and_zero_heads_and_any_size() {
        const LlamaShape shape = shape_of(4, 4, DType::f32);
        const SmallModel model(
            [&](std::string_view name, std::span<std::byte> bytes) {
                if (name.ends_with("o_proj.weight")) return;
                std::vector<float> weights(bytes.size() / sizeof(float));
                std::memcpy(weights.data(), bytes.data(), bytes.size());
                const std::size_t head = weights.size() / 4;
                for (std::size_t i = 0; i < head; ++i) {
                    weights[i] *= 0x1p100F;
                    weights[2 * head + i] = weights[i];
                    weights[3 * head + i] = 0.0F;
                }
                std::memcpy(bytes.data(), weights.data(), bytes.size());
            },
            shape);
        for (const Measure measure : {Measure::q, Measure::qk_circuit}) {
            const auto matrix = by_torch(model.open(), measure, {1})[0];
            QCOMPARE(matrix.at(0, 2), 1.0);
            QCOMPARE(matrix.at(3, 0), 0.0);
            QCOMPARE(matrix.at(3, 3), 1.0);
            const auto wanted = compute_similarity(model.open(), {measure, {1}, 1}, {}, {})[0];
            QVERIFY(largest_difference(matrix, wanted) < 1e-6);
        }
    }

    void libtorch_names_weights_that_are_no_numbers() {
        const std::string name = "model.layers.2.self_attn.k_proj.weight";
        const SmallModel model(
            [&](std::string_view tensor, std::span<std::byte> bytes) {
                const std::uint32_t nan = 0x7fc00000U;
                if (tensor == name) std::memcpy(&bytes[7 * 4], &nan, 4);
            },
            shape_of(4, 2, DType::f32));
        for (const Measure measure : {Measure::k, Measure::qk_circuit}) {
            const std::string text =
                headscope::testing::error_of([&] { by_torch(model.open(), measure); });
            QVERIFY2(text.starts_with(name + ": element [0, 7] is NaN"), text.c_str());
        }
        QCOMPARE(by_torch(model.open(), Measure::q).size(), std::size_t{4});
    }

    void weight_measures_need_no_model() {
        const SmallModel small({}, shape_of(4, 2, DType::f32));
        const Checkpoint checkpoint = small.open();
        const auto no_model = []() -> Model { fail(ErrorCode::internal, "asked for a model"); };
        HeadComparison comparison;
        for (const Measure measure : {Measure::qkvo, Measure::ov_circuit}) {
            comparison.measure = measure;
            QCOMPARE(comparison_device(checkpoint, comparison), "cpu");
            const auto found = compare_heads(checkpoint, comparison, no_model);
            QCOMPARE(found[1].values,
                     compute_similarity(checkpoint, {measure, {}, 1}, {}, {})[1].values);
        }
        comparison.compute.device = "tpu";
        QVERIFY(!headscope::testing::error_of([&] {
                     compare_heads(checkpoint, comparison, no_model);
                 }).empty());
    }

    /// The demo holds near twins of heads (see its card): what they do is alike as well.
    void behaviour_of_the_demo() {
        const Checkpoint checkpoint = Checkpoint::open(demo_model_dir());
        const Model model = Model::load(checkpoint, {"cpu", "float32", 2});
        HeadComparison comparison;
        comparison.layers = {2};
        comparison.calibration = prepare_calibration(checkpoint, {{}, 2}, {}, cache_dir()).windows;
        const auto weights = compute_similarity(checkpoint, {Measure::q, {2}, 2}, {}, {})[0];
        QVERIFY(weights.at(3, 11) > 0.99);
        for (const Measure measure : {Measure::attention, Measure::output, Measure::cka}) {
            comparison.measure = measure;
            const auto matrix = compare_heads(checkpoint, comparison, [&] { return model; })[0];
            QVERIFY2(matrix.at(3, 11) > 0.9, std::string(name_of(measure)).c_str());
            double mean = 0.0;
            for (const double value : matrix.values)
                mean += value / 256.0;
            QVERIFY(mean < 0.9);
        }
        QCOMPARE(agree_on({weights})[0].values, weights.values);
    }
};

HEADSCOPE_TEST(TestCompareHeads)
#include "test_compare_heads.moc"
