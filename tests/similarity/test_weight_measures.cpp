#include <QTest>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <random>
#include <thread>

#include "core/similarity/circuit_gram.h"
#include "core/similarity/gram.h"
#include "core/similarity/kernels.h"
#include "core/similarity/similarity.h"
#include "core/similarity/weights.h"
#include "tests/similarity/small_model.h"
#include "tests/support/llama_tensor_names.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

/// A dense matrix in float64, the slow and obvious way.
struct Matrix {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::vector<double> values;

    double& at(std::int64_t r, std::int64_t c) {
        return values[static_cast<std::size_t>(r * columns + c)];
    }
    [[nodiscard]] double at(std::int64_t r, std::int64_t c) const {
        return values[static_cast<std::size_t>(r * columns + c)];
    }
};

Matrix zeros(std::int64_t rows, std::int64_t columns) {
    return {rows, columns, std::vector<double>(static_cast<std::size_t>(rows * columns))};
}

Matrix read(const Checkpoint& checkpoint, const std::string& name) {
    const TensorView view = checkpoint.tensor(name);
    Matrix matrix = zeros(view.shape[0], view.shape[1]);
    decode_weights(view, 0, matrix.values);
    return matrix;
}

Matrix rows_of(const Matrix& from, std::int64_t first, std::int64_t count) {
    Matrix part = zeros(count, from.columns);
    std::copy_n(from.values.begin() + first * from.columns, count * from.columns,
                part.values.begin());
    return part;
}

Matrix transposed(const Matrix& from) {
    Matrix to = zeros(from.columns, from.rows);
    for (std::int64_t r = 0; r < from.rows; ++r) {
        for (std::int64_t c = 0; c < from.columns; ++c)
            to.at(c, r) = from.at(r, c);
    }
    return to;
}

Matrix product(const Matrix& a, const Matrix& b) {
    Matrix to = zeros(a.rows, b.columns);
    for (std::int64_t r = 0; r < a.rows; ++r) {
        for (std::int64_t k = 0; k < a.columns; ++k) {
            for (std::int64_t c = 0; c < b.columns; ++c)
                to.at(r, c) += a.at(r, k) * b.at(k, c);
        }
    }
    return to;
}

/// What a measure takes the cosine of, for one head: flattened, by the definition.
std::vector<double> vector_of(const Checkpoint& checkpoint, Measure measure, int layer, int head) {
    const ModelConfig& config = checkpoint.config();
    const std::int64_t dim = config.head_dim;
    const std::int64_t kv = head / config.heads_of(layer).heads_per_kv_head();
    const Matrix q = rows_of(read(checkpoint, tensor_names::q_proj(layer)), head * dim, dim);
    const Matrix k = rows_of(read(checkpoint, tensor_names::k_proj(layer)), kv * dim, dim);
    const Matrix v = rows_of(read(checkpoint, tensor_names::v_proj(layer)), kv * dim, dim);
    const Matrix o =
        rows_of(transposed(read(checkpoint, tensor_names::o_proj(layer))), head * dim, dim);
    std::vector<double> flat;
    const auto add = [&](const Matrix& part) {
        flat.insert(flat.end(), part.values.begin(), part.values.end());
    };
    const std::string name(name_of(measure));
    if (measure == Measure::qk_circuit) {
        add(product(transposed(q), k));
    } else if (measure == Measure::ov_circuit) {
        add(product(transposed(o), v));
    } else {
        if (name.find('q') != name.npos) add(q);
        if (name.find('k') != name.npos) add(k);
        if (name.find('v') != name.npos) add(v);
        if (name.find('o') != name.npos) add(o);
    }
    return flat;
}

SimilarityMatrix by_definition(const Checkpoint& checkpoint, Measure measure, int layer) {
    const auto heads = static_cast<int>(checkpoint.config().num_attention_heads);
    std::vector<std::vector<double>> vectors;
    for (int head = 0; head < heads; ++head)
        vectors.push_back(vector_of(checkpoint, measure, layer, head));
    const auto dot = [&](int i, int j) {
        double sum = 0.0;
        for (std::size_t e = 0; e < vectors[0].size(); ++e)
            sum +=
                vectors[static_cast<std::size_t>(i)][e] * vectors[static_cast<std::size_t>(j)][e];
        return sum;
    };
    SimilarityMatrix matrix{layer, heads, {}};
    for (int i = 0; i < heads; ++i) {
        for (int j = 0; j < heads; ++j)
            matrix.values.push_back(dot(i, j) / std::sqrt(dot(i, i) * dot(j, j)));
    }
    return matrix;
}

double largest_difference(const SimilarityMatrix& a, const SimilarityMatrix& b) {
    double largest = 0.0;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        const double difference = std::abs(a.values[i] - b.values[i]);
        if (!(difference <= largest)) largest = difference;  // also NaN
    }
    return largest;
}

std::vector<Measure> weight_measures() {
    std::vector<Measure> measures;
    for (const Measure measure : all_measures()) {
        if (kind_of(measure) != MeasureKind::behaviour) measures.push_back(measure);
    }
    return measures;
}

SimilarityMatrix measure_layer(const Checkpoint& checkpoint, Measure measure, int layer,
                               int workers = 2) {
    return compute_similarity(checkpoint, {measure, {layer}, workers}, {}, {}).front();
}

LlamaShape shape_of(int heads, int kv_heads, int head_dim, int hidden, DType dtype) {
    LlamaShape shape = kSmallShape;
    shape.num_hidden_layers = 2;
    shape.num_attention_heads = heads;
    shape.num_key_value_heads = kv_heads;
    shape.head_dim = head_dim;
    shape.hidden_size = hidden;
    shape.dtype = dtype;
    return shape;
}

/// Makes the heads alike to different degrees: a part of every row of head h is that of head 0.
FillTensor blend_heads(const LlamaShape& shape) {
    return [shape](std::string_view name, std::span<std::byte> bytes) {
        if (shape.dtype != DType::f32 || name.ends_with("o_proj.weight")) return;
        std::vector<float> weights(bytes.size() / sizeof(float));
        std::memcpy(weights.data(), bytes.data(), bytes.size());
        const auto head = static_cast<std::size_t>(shape.head_dim * shape.hidden_size);
        for (std::size_t i = head; i < weights.size(); ++i)
            weights[i] += weights[i % head] * static_cast<float>(i / head);
        std::memcpy(bytes.data(), weights.data(), bytes.size());
    };
}

/// A rotation of `size` dimensions: a product of plane rotations.
Matrix random_rotation(std::int64_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> angle(0.3, 3.0);
    Matrix rotation = zeros(size, size);
    for (std::int64_t i = 0; i < size; ++i)
        rotation.at(i, i) = 1.0;
    for (int step = 0; step < 8; ++step) {
        for (std::int64_t i = 0; i + 1 < size; ++i) {
            const double a = angle(random);
            for (std::int64_t c = 0; c < size; ++c) {
                const double x = rotation.at(i, c);
                const double y = rotation.at(i + 1, c);
                rotation.at(i, c) = std::cos(a) * x - std::sin(a) * y;
                rotation.at(i + 1, c) = std::sin(a) * x + std::cos(a) * y;
            }
        }
    }
    return rotation;
}

/// Rotates the inner basis of every KV group, differently for each: rows of q and k by one
/// rotation, rows of v and columns of o by another. What the heads do stays the same at relative
/// position 0.
FillTensor rotate_bases(const LlamaShape& shape) {
    return [shape](std::string_view name, std::span<std::byte> bytes) {
        std::vector<float> weights(bytes.size() / sizeof(float));
        std::memcpy(weights.data(), bytes.data(), bytes.size());
        const bool columns = name.ends_with("o_proj.weight");
        const bool of_heads = columns || name.ends_with("q_proj.weight");
        const std::int64_t dim = shape.head_dim;
        const std::int64_t heads = of_heads ? shape.num_attention_heads : shape.num_key_value_heads;
        const std::int64_t served =
            of_heads ? shape.num_attention_heads / shape.num_key_value_heads : 1;
        const unsigned kind = columns || name.ends_with("v_proj.weight") ? 100 : 0;
        for (std::int64_t head = 0; head < heads; ++head) {
            const Matrix rotation =
                random_rotation(dim, kind + static_cast<unsigned>(head / served));
            const auto place = [&](std::int64_t row, std::int64_t c) {
                return static_cast<std::size_t>(columns
                                                    ? c * heads * dim + head * dim + row
                                                    : (head * dim + row) * shape.hidden_size + c);
            };
            for (std::int64_t c = 0; c < shape.hidden_size; ++c) {
                std::vector<double> turned(static_cast<std::size_t>(dim));
                for (std::int64_t r = 0; r < dim; ++r) {
                    for (std::int64_t k = 0; k < dim; ++k) {
                        turned[static_cast<std::size_t>(r)] +=
                            rotation.at(r, k) * static_cast<double>(weights[place(k, c)]);
                    }
                }
                for (std::int64_t r = 0; r < dim; ++r) {
                    weights[place(r, c)] = static_cast<float>(turned[static_cast<std::size_t>(r)]);
                }
            }
        }
        std::memcpy(bytes.data(), weights.data(), bytes.size());
    };
}

}  // namespace

class TestWeightMeasures : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void agree_with_the_definition_data() {
        QTest::addColumn<int>("heads");
        QTest::addColumn<int>("kv_heads");
        QTest::addColumn<int>("head_dim");
        QTest::addColumn<int>("hidden");
        QTest::addColumn<int>("dtype");
        const auto row = [](const char* name, int heads, int kv, int dim, int hidden, DType dtype) {
            QTest::newRow(name) << heads << kv << dim << hidden << static_cast<int>(dtype);
        };
        row("grouped", 6, 2, 16, 120, DType::f32);
        row("one KV head", 3, 1, 66, 190, DType::f32);
        row("a KV head for each", 5, 5, 6, 101, DType::f32);
        row("bfloat16", 8, 4, 18, 96, DType::bf16);
        row("float16", 4, 2, 10, 49, DType::f16);
        row("one head", 1, 1, 8, 20, DType::f32);
        row("many", 24, 12, 4, 30, DType::f32);
    }

    void agree_with_the_definition() {
        QFETCH(const int, heads);
        QFETCH(const int, kv_heads);
        QFETCH(const int, head_dim);
        QFETCH(const int, hidden);
        QFETCH(const int, dtype);
        const LlamaShape shape =
            shape_of(heads, kv_heads, head_dim, hidden, static_cast<DType>(dtype));
        const SmallModel model(blend_heads(shape), shape);
        const Checkpoint checkpoint = model.open();
        for (const Measure measure : weight_measures()) {
            const SimilarityMatrix found = measure_layer(checkpoint, measure, 1);
            const double difference =
                largest_difference(found, by_definition(checkpoint, measure, 1));
            QVERIFY2(difference < 1e-6,
                     fmt::format("{}: off by {}", name_of(measure), difference).c_str());
            for (int i = 0; i < heads; ++i) {
                QCOMPARE(found.at(i, i), 1.0);
                for (int j = 0; j < heads; ++j)
                    QCOMPARE(found.at(i, j), found.at(j, i));
            }
        }
    }

    void every_kernel_agrees_with_the_definition() {
        const LlamaShape shape = shape_of(6, 3, 22, 301, DType::f32);
        const SmallModel model(blend_heads(shape), shape);
        const Checkpoint checkpoint = model.open();
        for (const Measure measure : {Measure::qk_circuit, Measure::ov_circuit}) {
            const auto expected = by_definition(checkpoint, measure, 0);
            const auto left = head_vectors(checkpoint, 0, projections_of(measure)[0]);
            const auto right = head_vectors(checkpoint, 0, projections_of(measure)[1]);
            for (const CircuitKernel* kernel : usable_circuit_kernels()) {
                CircuitGram circuits(*kernel, 6, 3, 22, 301, 1);
                const SimilarityMatrix found{0, 6, cosines(circuits.of_layer(left, right, {}), 6)};
                QVERIFY2(largest_difference(found, expected) < 1e-6, kernel->name);
            }
        }
    }

    void heads_of_a_kv_group_share_k_and_v() {
        const LlamaShape shape = shape_of(6, 2, 8, 40, DType::f32);
        const SmallModel model({}, shape);
        for (const Measure measure : {Measure::k, Measure::v}) {
            const auto matrix = measure_layer(model.open(), measure, 0);
            for (int i = 0; i < 6; ++i) {
                for (int j = 0; j < 6; ++j)
                    QCOMPARE(matrix.at(i, j) == 1.0, i / 3 == j / 3);
            }
        }
    }

    void circuits_do_not_see_the_inner_basis() {
        const LlamaShape shape = shape_of(6, 3, 16, 96, DType::f32);
        const SmallModel plain(blend_heads(shape), shape);
        const SmallModel turned(
            [&](std::string_view name, std::span<std::byte> bytes) {
                blend_heads(shape)(name, bytes);
                rotate_bases(shape)(name, bytes);
            },
            shape);
        for (const Measure measure : weight_measures()) {
            const double change = largest_difference(measure_layer(plain.open(), measure, 0),
                                                     measure_layer(turned.open(), measure, 0));
            const bool circuit = kind_of(measure) == MeasureKind::circuit;
            QVERIFY2(circuit ? change < 1e-5 : change > 1e-2,
                     fmt::format("{} changed by {}", name_of(measure), change).c_str());
        }
    }

    void equal_heads_are_equal_by_every_measure() {
        // Heads 1 and 5 have equal blocks, and so have their KV heads 0 and 2.
        const LlamaShape shape = shape_of(6, 3, 14, 70, DType::bf16);
        const SmallModel model(
            [&](std::string_view name, std::span<std::byte> bytes) {
                const std::size_t rows = 14 * 70 * 2;
                if (name.ends_with("q_proj.weight")) {
                    std::memcpy(&bytes[5 * rows], &bytes[1 * rows], rows);
                } else if (!name.ends_with("o_proj.weight")) {
                    std::memcpy(&bytes[2 * rows], &bytes[0], rows);
                } else {
                    for (std::size_t row = 0; row < 70; ++row) {
                        std::memcpy(&bytes[(row * 6 + 5) * 28], &bytes[(row * 6 + 1) * 28], 28);
                    }
                }
            },
            shape);
        for (const Measure measure : weight_measures()) {
            const auto matrix = measure_layer(model.open(), measure, 1);
            QCOMPARE(matrix.at(1, 5), 1.0);
            QVERIFY(matrix.at(0, 2) < 1.0);
            for (int other = 0; other < 6; ++other)
                QVERIFY(std::abs(matrix.at(1, other) - matrix.at(5, other)) < 1e-6);
        }
    }

    void a_zero_head_is_like_no_other() {
        const LlamaShape shape = shape_of(4, 2, 8, 40, DType::f32);
        const SmallModel model(
            [&](std::string_view name, std::span<std::byte> bytes) {
                if (name.ends_with("o_proj.weight")) {
                    for (std::size_t row = 0; row < 40; ++row)
                        std::memset(&bytes[row * 4 * 32], 0, 32);
                } else {
                    std::memset(bytes.data(), 0, 8 * 40 * 4);
                }
            },
            shape);
        for (const Measure measure : weight_measures()) {
            const auto matrix = measure_layer(model.open(), measure, 0);
            QCOMPARE(matrix.at(0, 0), 1.0);
            for (int other = 1; other < 4; ++other)
                QCOMPARE(matrix.at(0, other), 0.0);
            QVERIFY(matrix.at(2, 3) != 0.0);
        }
    }

    void weights_of_any_size() {
        // Fourth powers of these leave the range of float32 by far.
        const LlamaShape shape = shape_of(4, 2, 8, 40, DType::f32);
        const SmallModel usual({}, shape);
        const SmallModel scaled(
            [&](std::string_view, std::span<std::byte> bytes) {
                std::vector<float> weights(bytes.size() / sizeof(float));
                std::memcpy(weights.data(), bytes.data(), bytes.size());
                for (std::size_t i = 0; i < weights.size(); ++i)
                    weights[i] *= i < weights.size() / 2 ? 0x1p100F : 0x1p-100F;
                std::memcpy(bytes.data(), weights.data(), bytes.size());
            },
            shape);
        const auto expected = measure_layer(usual.open(), Measure::qk_circuit, 0);
        const auto found = measure_layer(scaled.open(), Measure::qk_circuit, 0);
        QVERIFY(largest_difference(found, expected) < 1e-6);
    }

    void the_number_of_workers_changes_nothing() {
        const LlamaShape shape = shape_of(8, 4, 20, 700, DType::bf16);
        const SmallModel model({}, shape);
        const Checkpoint checkpoint = model.open();
        for (const Measure measure : weight_measures()) {
            const auto one = measure_layer(checkpoint, measure, 0, 1);
            for (const int workers : {2, 7, 64})
                QCOMPARE(measure_layer(checkpoint, measure, 0, workers).values, one.values);
        }
    }

    void weights_that_are_no_numbers_are_named() {
        const LlamaShape shape = shape_of(4, 2, 8, 40, DType::f32);
        for (const char* part : {"q", "k", "v", "o"}) {
            const std::string name = fmt::format("model.layers.1.self_attn.{}_proj.weight", part);
            const SmallModel model(
                [&](std::string_view tensor, std::span<std::byte> bytes) {
                    const std::uint32_t nan = 0x7fc00000U;
                    if (tensor == name) std::memcpy(&bytes[7 * 4], &nan, 4);
                },
                shape);
            const Checkpoint checkpoint = model.open();
            for (const Measure measure : weight_measures()) {
                const auto& used = projections_of(measure);
                const bool reads = std::any_of(used.begin(), used.end(), [&](Projection p) {
                    return std::string_view("qkvo").substr(static_cast<std::size_t>(p), 1) == part;
                });
                const std::string text = error_of([&] { measure_layer(checkpoint, measure, 1); });
                QCOMPARE(text.starts_with(name + ": element [0, 7] is NaN"), reads);
                QCOMPARE(text.empty(), !reads);
            }
        }
    }

    void behaviour_needs_the_model_to_run() {
        const SmallModel model;
        const std::string text = error_of([&] { measure_layer(model.open(), Measure::cka, 0); });
        QVERIFY(text.starts_with("the measure cka needs the model to run"));
    }

    void stops_inside_a_layer() {
        const LlamaShape shape = shape_of(32, 32, 64, 2048, DType::bf16);
        const SmallModel model({}, shape);
        const Checkpoint checkpoint = model.open();
        std::stop_source source;
        std::chrono::steady_clock::time_point asked;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            asked = std::chrono::steady_clock::now();
            source.request_stop();
        });
        const std::string text = error_of(
            [&] {
                compute_similarity(checkpoint, {Measure::qk_circuit, {}, 2}, {},
                                   source.get_token());
            },
            ErrorCode::cancelled);
        const auto ended = std::chrono::steady_clock::now();
        stopper.join();
        if (text.empty()) QSKIP("this machine is done before it can be stopped");
        QCOMPARE(text, "cancelled");
        QVERIFY(ended - asked < std::chrono::milliseconds(500));
    }
};

HEADSCOPE_TEST(TestWeightMeasures)
#include "test_weight_measures.moc"
