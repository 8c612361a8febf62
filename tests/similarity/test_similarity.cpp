#include <QTest>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/similarity/similarity.h"
#include "tests/similarity/small_model.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

const fs::path kTests = HEADSCOPE_TESTS_DIR;

constexpr LlamaShape kSmall = kSmallShape;

/// For `change`: edits q_proj alone.
template <typename Change>
FillTensor of_queries(Change change) {
    return [change](std::string_view name, std::span<std::byte> bytes) {
        if (name.ends_with("q_proj.weight")) change(name, bytes);
    };
}

std::vector<SimilarityMatrix> run(const Checkpoint& checkpoint, std::vector<int> layers = {},
                                  int workers = 0) {
    return compute_similarity(checkpoint, {Measure::q, std::move(layers), workers}, {}, {});
}

/// Compares with a golden matrix [[...]]; also symmetry and the diagonal.
void compare(const SimilarityMatrix& matrix, const nlohmann::json& golden) {
    QCOMPARE(matrix.heads, static_cast<int>(golden.size()));
    for (int i = 0; i < matrix.heads; ++i) {
        QCOMPARE(matrix.at(i, i), 1.0);
        for (int j = 0; j < matrix.heads; ++j) {
            QCOMPARE(matrix.at(i, j), matrix.at(j, i));
            const double expected =
                golden.at(static_cast<std::size_t>(i)).at(static_cast<std::size_t>(j));
            QVERIFY2(std::abs(matrix.at(i, j) - expected) < 1e-6,
                     fmt::format("layer {}, heads {} and {}: {} instead of {}", matrix.layer, i, j,
                                 matrix.at(i, j), expected)
                         .c_str());
        }
    }
}

}  // namespace

class TestSimilarity : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void measures_have_names() {
        for (const Measure measure : all_measures())
            QCOMPARE(parse_measure(name_of(measure)), measure);
        QCOMPARE(
            error_of([] { parse_measure("Q"); }),
            "\"Q\" is no measure; choose one of: q, k, v, o, qk, qkvo, qk-circuit, ov-circuit, "
            "attention, output, cka, redundancy");
    }

    void agrees_with_the_golden_values_of_the_demo() {
        const auto golden = read_json_file(kTests / "golden/demo.json").at("similarity_q");
        const auto matrices = run(Checkpoint::open(kTests / "../resources/models/demo"));
        QCOMPARE(matrices.size(), golden.size());
        for (std::size_t layer = 0; layer < matrices.size(); ++layer) {
            QCOMPARE(matrices[layer].layer, static_cast<int>(layer));
            compare(matrices[layer], golden.at(layer));
        }
    }

    void agrees_with_the_golden_values_of_a_sharded_model() {
        const auto golden = read_json_file(kTests / "golden/bpe.json").at("similarity_q_layer3");
        const auto matrices = run(Checkpoint::open(kTests / "fixtures/models/bpe"), {3});
        QCOMPARE(matrices.size(), std::size_t{1});
        QCOMPARE(matrices[0].layer, 3);
        compare(matrices[0], golden);
    }

    void every_dtype_and_a_single_head() {
        for (const DType dtype : {DType::bf16, DType::f16, DType::f32}) {
            LlamaShape shape = kSmall;
            shape.dtype = dtype;
            QCOMPARE(run(SmallModel({}, shape).open()).size(), std::size_t{4});
            shape.num_attention_heads = 1;
            const auto matrices = run(SmallModel({}, shape).open(), {0});
            QCOMPARE(matrices[0].values, std::vector<double>{1.0});
            QCOMPARE(matrices[0].highest_off_diagonal(), -1.0);
        }
    }

    void layers_come_in_the_order_asked_for() {
        const SmallModel model;
        const auto all = run(model.open());
        const auto some = run(model.open(), {3, 0, 2});
        QCOMPARE(some.size(), std::size_t{3});
        for (const auto& [position, layer] : {std::pair{0, 3}, {1, 0}, {2, 2}}) {
            const auto& matrix = some[static_cast<std::size_t>(position)];
            QCOMPARE(matrix.layer, layer);
            QCOMPARE(matrix.values, all[static_cast<std::size_t>(layer)].values);
        }
        QVERIFY(all[0].values != all[1].values);
    }

    void the_number_of_workers_changes_nothing() {
        const SmallModel model;
        const auto one = run(model.open(), {}, 1);
        for (const int workers : {2, 7, 64}) {
            const auto many = run(model.open(), {}, workers);
            for (std::size_t i = 0; i < one.size(); ++i)
                QCOMPARE(many[i].values, one[i].values);
        }
    }

    void equal_and_zero_heads() {
        const SmallModel model(of_queries([](std::string_view, std::span<std::byte> bytes) {
            const std::size_t head = bytes.size() / 3;
            std::memcpy(bytes.data() + 2 * head, bytes.data(), head);
            std::memset(bytes.data() + head, 0, head);
        }));
        const auto matrix = run(model.open(), {1})[0];
        QCOMPARE(matrix.values, (std::vector<double>{1, 0, 1, 0, 1, 0, 1, 0, 1}));
        QCOMPARE(matrix.highest_off_diagonal(), 1.0);
    }

    void a_layer_that_does_not_exist() {
        const SmallModel model;
        for (const int layer : {-1, 4}) {
            QCOMPARE(
                error_of([&] {
                    run(model.open(), {0, layer});
                }),
                fmt::format("layer {} does not exist: the model has the layers 0 to 3", layer));
        }
    }

    void weights_that_are_no_numbers() {
        const SmallModel model(of_queries([](std::string_view name, std::span<std::byte> bytes) {
            const bool second = name == "model.layers.2.self_attn.q_proj.weight";
            const std::uint32_t word = second ? 0x7fc00000U : 0xff800000U;
            if (name == "model.layers.0.self_attn.q_proj.weight") return;
            std::memcpy(bytes.data() + (150 * 190 + 7) * 4, &word, 4);
        }));
        QCOMPARE(run(model.open(), {0}).size(), std::size_t{1});
        QVERIFY(error_of([&] {
                    run(model.open(), {0, 2});
                }).starts_with("model.layers.2.self_attn.q_proj.weight: element [150, 7] is NaN"));
        QVERIFY(
            error_of([&] {
                run(model.open(), {3});
            }).starts_with("model.layers.3.self_attn.q_proj.weight: element [150, 7] is infinite"));
    }

    void reports_progress_by_layers() {
        const SmallModel model;
        std::vector<Progress> reports;
        const auto keep = [&](const Progress& progress) { reports.push_back(progress); };
        compute_similarity(model.open(), {Measure::q, {1, 2, 3}, 4}, keep, {});
        QVERIFY(reports.size() >= 2);
        QCOMPARE(reports.front().done, 0);
        QCOMPARE(reports.back().done, 3);
        for (const Progress& progress : reports) {
            QCOMPARE(progress.total, 3);
            QCOMPARE(progress.stage, "similarity");
            QCOMPARE(progress.unit, "layers");
        }
    }

    void stops_when_asked() {
        const SmallModel model;
        std::stop_source early;
        early.request_stop();
        const auto start = [&](const ProgressFn& progress, const std::stop_source& source) {
            return error_of(
                [&] { compute_similarity(model.open(), {}, progress, source.get_token()); },
                ErrorCode::cancelled);
        };
        QCOMPARE(start({}, early), "cancelled");
        for (const std::int64_t after : {0, 4}) {
            std::stop_source source;
            const std::string text = start(
                [&](const Progress& progress) {
                    if (progress.done == after) source.request_stop();
                },
                source);
            QCOMPARE(text, after == 0 ? "cancelled" : "");  // too late after the last layer
        }
    }

    void stops_inside_a_layer() {
        // One layer of 128 heads takes long enough to be stopped in its midst.
        LlamaShape shape = kSmall;
        shape.num_hidden_layers = 1;
        shape.num_attention_heads = 128;
        shape.head_dim = 128;
        shape.hidden_size = 2048;
        const SmallModel model({}, shape);
        const Checkpoint checkpoint = model.open();
        std::stop_source source;
        std::chrono::steady_clock::time_point asked;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            asked = std::chrono::steady_clock::now();
            source.request_stop();
        });
        const std::string text =
            error_of([&] { compute_similarity(checkpoint, {}, {}, source.get_token()); },
                     ErrorCode::cancelled);
        const auto ended = std::chrono::steady_clock::now();
        stopper.join();
        if (text.empty()) QSKIP("this machine is done before it can be stopped");
        QCOMPARE(text, "cancelled");
        QVERIFY(ended - asked < std::chrono::milliseconds(500));
    }
};

HEADSCOPE_TEST(TestSimilarity)
#include "test_similarity.moc"
