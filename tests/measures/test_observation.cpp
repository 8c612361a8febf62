// What the heads do, beside the same by plain loops over the queries, keys and values that the
// forward pass shows (which tests/model compares with transformers).

#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/measures/observation.h"
#include "core/model/forward_torch.h"
#include "core/similarity/weights.h"
#include "tests/model/tiny_architectures.h"
#include "tests/support/llama_tensor_names.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;

namespace {

json config_of(const std::string& name) {
    const json cases = golden("architectures.json").at("cases");
    for (const json& entry : cases) {
        if (entry.at("name") == name) return entry.at("config");
    }
    return {};
}

/// A tiny model in a folder; `change` may edit a tensor's float32 values.
class TinyModel {
  public:
    using Change = std::function<void(const std::string& name, std::vector<float>& values)>;

    explicit TinyModel(const json& config, const Change& change = {}) {
        write_tiny_model(path(), config);
        if (change) edit(config, change);
    }

    [[nodiscard]] Checkpoint open() const { return Checkpoint::open(path()); }

  private:
    void edit(const json& config, const Change& change) const {
        std::vector<TensorSpec> tensors;
        for (const auto& [name, shape, parts, of_layer, of_expert] :
             expected_tensors(parse_model_config(config.dump(), "config"))) {
            std::string bytes = tiny_tensor_bytes(name, shape);
            std::vector<float> values(bytes.size() / sizeof(float));
            std::memcpy(values.data(), bytes.data(), bytes.size());
            change(name, values);
            std::memcpy(bytes.data(), values.data(), bytes.size());
            tensors.push_back({name, "F32", shape, bytes});
        }
        write_safetensors(path() / "model.safetensors", tensors);
    }
    [[nodiscard]] std::filesystem::path path() const { return folder_.path().toStdString(); }

    QTemporaryDir folder_;
};

std::shared_ptr<const Windows> windows_of(const Checkpoint& checkpoint, std::int64_t count,
                                          std::int64_t window, int repeat = 1) {
    const auto ids =
        tiny_token_ids(static_cast<std::uint64_t>(count * window), checkpoint.config().vocab_size);
    std::vector<std::int32_t> all;
    for (int i = 0; i < repeat; ++i)
        all.insert(all.end(), ids.begin(), ids.end());
    return std::make_shared<const Windows>(all, Protocol::gptq, window, 0, std::nullopt,
                                           checkpoint.config().longest_window(),
                                           checkpoint.config().vocab_size);
}

using Rows = std::vector<std::vector<double>>;

/// What one layer's attention saw: a row for each token of all windows.
struct Seen {
    Rows qkv;
    Rows attended;
};

Rows rows_of(const at::Tensor& tensor) {
    const at::Tensor wide = tensor.to(at::kDouble).contiguous();
    Rows rows;
    for (std::int64_t r = 0; r < wide.size(0); ++r) {
        const double* row = wide.data_ptr<double>() + r * wide.size(1);
        rows.emplace_back(row, row + wide.size(1));
    }
    return rows;
}

std::map<int, Seen> run_and_see(const Model& model, const Windows& windows) {
    const c10::InferenceMode no_gradients;
    std::map<int, Seen> seen;
    const LoadedModel& loaded = model.loaded();
    const ForwardPass forward(loaded, windows.window());
    for (std::int64_t w = 0; w < windows.count(); ++w) {
        at::Tensor hidden = forward.embed(at::tensor(windows.tokens(w), at::kLong));
        for (int layer = 0; layer < static_cast<int>(loaded.layers.size()); ++layer) {
            const LayerWeights& weights = loaded.layers[static_cast<std::size_t>(layer)];
            const auto look = [&](const AttentionActivity& activity) {
                for (auto& row : rows_of(activity.qkv))
                    seen[layer].qkv.push_back(row);
                for (auto& row : rows_of(activity.attended))
                    seen[layer].attended.push_back(row);
            };
            hidden = forward.layer(layer, weights, weights.attention, hidden, false, look);
        }
    }
    return seen;
}

/// Everything about one layer by the definitions, in float64.
class ByDefinition {
  public:
    ByDefinition(const Checkpoint& checkpoint, int layer, const Seen& seen, std::int64_t window)
        : config_(checkpoint.config()),
          layer_(layer),
          seen_(seen),
          window_(static_cast<int>(window)),
          heads_(static_cast<int>(config_.num_attention_heads)),
          dim_(static_cast<int>(config_.head_dim)),
          tokens_(static_cast<int>(seen.qkv.size())) {
        const TensorView o = checkpoint.tensor(tensor_names::o_proj(layer));
        o_.resize(static_cast<std::size_t>(config_.hidden_size * heads_ * dim_));
        decode_weights(o, 0, o_);
        find_attention();
        find_additions();
    }

    /// The attended values themselves, by the attention rows: is the forward pass seen rightly?
    [[nodiscard]] double attended_error() const {
        double worst = 0.0;
        for (int t = 0; t < tokens_; ++t) {
            for (int h = 0; h < heads_; ++h) {
                for (int e = 0; e < dim_; ++e) {
                    double sum = 0.0;
                    for (int k = 0; k < window_; ++k)
                        sum += share(h, t, k) * value(h, t / window_ * window_ + k, e);
                    worst = std::max(worst, std::abs(sum - z(h, t, e)));
                }
            }
        }
        return worst;
    }

    [[nodiscard]] double attention(int i, int j) const {
        double distance = 0.0;
        for (int t = 0; t < tokens_; ++t) {
            for (int k = 0; k < window_; ++k)
                distance += 0.5 * std::abs(share(i, t, k) - share(j, t, k));
        }
        return 1.0 - distance / tokens_;
    }

    [[nodiscard]] double addition_product(int i, int j) const {
        double sum = 0.0;
        for (std::size_t e = 0; e < additions_[0].size(); ++e)
            sum += additions_[static_cast<std::size_t>(i)][e] *
                   additions_[static_cast<std::size_t>(j)][e];
        return sum / tokens_;
    }

    [[nodiscard]] double output(int i, int j) const {
        return addition_product(i, j) / std::sqrt(addition_product(i, i) * addition_product(j, j));
    }

    [[nodiscard]] double cka(int i, int j) const {
        return covariance_norm(i, j) / std::sqrt(covariance_norm(i, i) * covariance_norm(j, j));
    }

    /// By least squares over the tokens, which form no moments; `given`: the heads in whose place j
    /// is. The ridge stands in further rows.
    [[nodiscard]] double redundancy(int j, const std::vector<int>& given) const {
        const at::Tensor of = values({j});
        const at::Tensor by = values(given);
        const double ridge = 1e-3 * tokens_ * square_mean();
        const at::Tensor a = at::cat({by, std::sqrt(ridge) * at::eye(by.size(1), by.options())});
        const at::Tensor b = at::cat({of, at::zeros({by.size(1), of.size(1)}, of.options())});
        const at::Tensor found = std::get<0>(at::linalg_lstsq(a, b, {}, "gelsd"));
        const at::Tensor o = at::tensor(o_, at::kDouble)
                                 .view({config_.hidden_size, heads_ * dim_})
                                 .narrow(1, j * dim_, dim_);
        const at::Tensor written = at::mm(of, o.t());
        const at::Tensor left = at::mm(of - at::mm(by, found), o.t());
        return 1.0 - (left * written).sum().item<double>() / written.square().sum().item<double>();
    }

    [[nodiscard]] double redundancy(int i, int j) const {
        return std::max(redundancy(j, std::vector<int>{i}), redundancy(i, std::vector<int>{j}));
    }

    [[nodiscard]] double mean(int h, int e) const {
        double sum = 0.0;
        for (int t = 0; t < tokens_; ++t)
            sum += z(h, t, e);
        return sum / tokens_;
    }

    [[nodiscard]] double second(int i, int a, int j, int b) const {
        double sum = 0.0;
        for (int t = 0; t < tokens_; ++t)
            sum += z(i, t, a) * z(j, t, b);
        return sum / tokens_;
    }

    [[nodiscard]] int heads() const { return heads_; }
    [[nodiscard]] int dim() const { return dim_; }

  private:
    /// The attended values of some heads, [tokens, heads dim].
    [[nodiscard]] at::Tensor values(const std::vector<int>& heads) const {
        std::vector<double> all;
        for (int t = 0; t < tokens_; ++t) {
            for (const int head : heads) {
                for (int e = 0; e < dim_; ++e)
                    all.push_back(z(head, t, e));
            }
        }
        return at::tensor(all, at::kDouble).view({tokens_, -1});
    }
    /// Of all values of all heads.
    [[nodiscard]] double square_mean() const {
        std::vector<int> all(static_cast<std::size_t>(heads_));
        std::iota(all.begin(), all.end(), 0);
        return values(all).square().mean().item<double>();
    }
    [[nodiscard]] double z(int h, int t, int e) const {
        return seen_.attended[static_cast<std::size_t>(t)][static_cast<std::size_t>(h * dim_ + e)];
    }
    [[nodiscard]] double part(int first_head, int t, int e) const {
        return seen_
            .qkv[static_cast<std::size_t>(t)][static_cast<std::size_t>(first_head * dim_ + e)];
    }
    [[nodiscard]] int kv(int h) const {
        return h / static_cast<int>(config_.heads_of(0).heads_per_kv_head());
    }
    [[nodiscard]] double value(int h, int t, int e) const {
        return part(heads_ + static_cast<int>(config_.num_key_value_heads) + kv(h), t, e);
    }
    [[nodiscard]] double share(int h, int t, int k) const {
        return shares_[static_cast<std::size_t>((h * tokens_ + t) * window_ + k)];
    }

    void find_attention() {
        shares_.assign(static_cast<std::size_t>(heads_ * tokens_ * window_), 0.0);
        const auto sliding = static_cast<int>(config_.sliding_window(layer_));
        for (int h = 0; h < heads_; ++h) {
            for (int t = 0; t < tokens_; ++t) {
                const int place = t % window_;
                const int begin = sliding > 0 ? std::max(0, place - sliding + 1) : 0;
                double total = 0.0;
                double* row = &shares_[static_cast<std::size_t>((h * tokens_ + t) * window_)];
                for (int k = begin; k <= place; ++k) {
                    double score = 0.0;
                    for (int e = 0; e < dim_; ++e)
                        score += part(h, t, e) * part(heads_ + kv(h), t - place + k, e);
                    total += row[k] = std::exp(score / std::sqrt(dim_));
                }
                for (int k = begin; k <= place; ++k)
                    row[k] /= total;
            }
        }
    }

    /// O_h z_h of every token.
    void find_additions() {
        for (int h = 0; h < heads_; ++h) {
            std::vector<double>& addition = additions_.emplace_back();
            for (int t = 0; t < tokens_; ++t) {
                for (int r = 0; r < config_.hidden_size; ++r) {
                    double sum = 0.0;
                    for (int e = 0; e < dim_; ++e)
                        sum +=
                            o_[static_cast<std::size_t>((r * heads_ + h) * dim_ + e)] * z(h, t, e);
                    addition.push_back(sum);
                }
            }
        }
    }

    [[nodiscard]] double covariance_norm(int i, int j) const {
        double sum = 0.0;
        for (int a = 0; a < dim_; ++a) {
            for (int b = 0; b < dim_; ++b) {
                const double c = second(i, a, j, b) - mean(i, a) * mean(j, b);
                sum += c * c;
            }
        }
        return sum;
    }

    const ModelConfig& config_;
    int layer_;
    const Seen& seen_;
    int window_;
    int heads_;
    int dim_;
    int tokens_;
    std::vector<double> o_;
    std::vector<double> shares_;  ///< [heads, tokens, window]
    Rows additions_;              ///< [heads], each [tokens, hidden]
};

ObservationParams everything(std::shared_ptr<const Windows> windows) {
    return {{},
            std::move(windows),
            {Measure::attention, Measure::output, Measure::cka, Measure::redundancy},
            true,
            true,
            true};
}

double largest_difference(const SimilarityMatrix& a, const SimilarityMatrix& b) {
    double largest = 0.0;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        const double difference = std::abs(a.values[i] - b.values[i]);
        if (!(difference <= largest)) largest = difference;  // also NaN
    }
    return largest;
}

double largest_difference(const LayerObservation& a, const LayerObservation& b) {
    const auto difference_by = [&](Measure measure) {
        return largest_difference(a.similarity.at(measure), b.similarity.at(measure));
    };
    double largest = std::max({difference_by(Measure::attention), difference_by(Measure::output),
                               difference_by(Measure::cka)});
    for (std::size_t h = 0; h < a.usage.size(); ++h)
        largest = std::max(largest, std::abs(a.usage[h] / b.usage[h] - 1.0));
    return largest;
}

}  // namespace

class TestObservation : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void agrees_with_the_definitions_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"llama, MHA", "llama, GQA", "llama, biases", "llama, larger heads",
                                 "Mistral, sliding", "Qwen2, sliding", "Qwen3, bias, sliding"}) {
            QTest::newRow(name) << QString::fromLatin1(name);
        }
    }

    void agrees_with_the_definitions() {
        QFETCH(const QString, name);
        const TinyModel tiny(config_of(name.toStdString()));
        const Checkpoint checkpoint = tiny.open();
        const auto windows = windows_of(checkpoint, 3, 40);
        const Model model = Model::load(checkpoint, {"cpu", "float32", 2});
        const auto seen = run_and_see(model, *windows);
        const auto observed = observe_heads(model, everything(windows));
        QCOMPARE(observed.size(), seen.size());
        for (const LayerObservation& found : observed) {
            const ByDefinition exact(checkpoint, found.layer, seen.at(found.layer), 40);
            QVERIFY(exact.attended_error() < 1e-5);
            for (int i = 0; i < exact.heads(); ++i) {
                for (int j = 0; j < exact.heads(); ++j) {
                    QVERIFY(std::abs(found.similarity.at(Measure::attention).at(i, j) -
                                     exact.attention(i, j)) < 2e-6);
                    QVERIFY(std::abs(found.similarity.at(Measure::output).at(i, j) -
                                     exact.output(i, j)) < 2e-6);
                    QVERIFY(std::abs(found.similarity.at(Measure::cka).at(i, j) - exact.cka(i, j)) <
                            2e-6);
                    if (i == j) continue;
                    const double redundancy = exact.redundancy(i, j);
                    QVERIFY(std::abs(found.similarity.at(Measure::redundancy).at(i, j) -
                                     redundancy) < 1e-4);
                }
                std::vector<int> others(static_cast<std::size_t>(exact.heads()));
                std::iota(others.begin(), others.end(), 0);
                others.erase(others.begin() + i);
                QVERIFY(std::abs(found.redundancy[static_cast<std::size_t>(i)] -
                                 exact.redundancy(i, others)) < 1e-4);
                QCOMPARE(found.similarity.at(Measure::attention).at(i, i), 1.0);
                const double usage = exact.addition_product(i, i);
                QVERIFY(std::abs(found.usage[static_cast<std::size_t>(i)] - usage) < 1e-5 * usage);
            }
            const HeadMoments& moments = *found.moments;
            QCOMPARE(moments.layer, found.layer);
            QCOMPARE(moments.heads, exact.heads());
            QCOMPARE(moments.head_dim, exact.dim());
            const int width = exact.heads() * exact.dim();
            for (int r = 0; r < width; r += 5) {
                const int i = r / exact.dim();
                const int a = r % exact.dim();
                QVERIFY(std::abs(static_cast<double>(moments.mean[static_cast<std::size_t>(r)]) -
                                 exact.mean(i, a)) < 1e-5);
                for (int c = 0; c < width; c += 7) {
                    const double value = static_cast<double>(
                        moments.second[static_cast<std::size_t>(r * width + c)]);
                    QVERIFY(std::abs(value - exact.second(i, a, c / exact.dim(), c % exact.dim())) <
                            1e-5);
                }
            }
        }
    }

    void a_covariance_is_no_difference_of_large_sums() {
        // A large bias on v moves every attended value by the same, which CKA must not see.
        const json config = config_of("Qwen2, sliding");
        const TinyModel plain(config);
        const TinyModel moved(config, [](const std::string& name, std::vector<float>& values) {
            // The last layer, so that nothing else sees it.
            if (name != tensor_names::v_bias(2)) return;
            for (float& value : values)
                value += 300.0F;
        });
        const auto cka_of = [](const TinyModel& tiny) {
            const Checkpoint checkpoint = tiny.open();
            ObservationParams params{{2}, windows_of(checkpoint, 3, 40), {Measure::cka}};
            return observe_heads(Model::load(checkpoint, {"cpu", "float32", 1}), params)[0]
                .similarity.at(Measure::cka);
        };
        const double difference = largest_difference(cka_of(plain), cka_of(moved));
        QVERIFY2(difference < 1e-3, qPrintable(QString::number(difference)));
    }

    void equal_heads_are_exactly_alike() {
        const json config = config_of("llama, biases");  // 6 heads of 8, 2 KV heads, hidden 48
        const TinyModel tiny(config, [](const std::string& name, std::vector<float>& values) {
            const auto copy = [&](std::size_t from, std::size_t to, std::size_t count) {
                std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(from), count,
                            values.begin() + static_cast<std::ptrdiff_t>(to));
            };
            if (name.ends_with("q_proj.weight")) copy(1 * 8 * 48, 5 * 8 * 48, 8 * 48);
            if (name.ends_with("q_proj.bias")) copy(1 * 8, 5 * 8, 8);
            if (name.ends_with("k_proj.weight") || name.ends_with("v_proj.weight"))
                copy(0, 8 * 48, 8 * 48);
            if (name.ends_with("k_proj.bias") || name.ends_with("v_proj.bias")) copy(0, 8, 8);
            if (name.ends_with("o_proj.weight")) {
                for (std::size_t row = 0; row < 48; ++row)
                    copy(row * 48 + 8, row * 48 + 40, 8);
            }
        });
        const Checkpoint checkpoint = tiny.open();
        const auto observed = observe_heads(Model::load(checkpoint, {"cpu", "bfloat16", 2}),
                                            everything(windows_of(checkpoint, 2, 40)));
        for (const LayerObservation& found : observed) {
            QCOMPARE(found.similarity.size(), std::size_t{4});
            for (const auto& [measure, matrix] : found.similarity) {
                QCOMPARE(matrix.at(1, 5), 1.0);
                QCOMPARE(matrix.at(5, 1), 1.0);
                QVERIFY(matrix.at(0, 2) < 1.0);
            }
        }
    }

    void a_bias_sets_heads_apart() {
        const json config = config_of("llama, biases");
        const TinyModel tiny(config, [](const std::string& name, std::vector<float>& values) {
            if (name.ends_with("q_proj.weight"))
                std::copy_n(values.begin(), 8 * 48, values.begin() + 8 * 48);
        });
        const Checkpoint checkpoint = tiny.open();
        const auto observed = observe_heads(Model::load(checkpoint, {"cpu", "float32", 1}),
                                            everything(windows_of(checkpoint, 2, 40)));
        QVERIFY(observed[0].similarity.at(Measure::attention).at(0, 1) < 0.9999);
    }

    void a_head_that_adds_nothing() {
        const json config = config_of("llama, GQA");
        const TinyModel tiny(config, [](const std::string& name, std::vector<float>& values) {
            if (!name.ends_with("o_proj.weight")) return;
            for (std::size_t row = 0; row < 48; ++row)
                std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(row * 48 + 16), 8, 0.0F);
        });
        const Checkpoint checkpoint = tiny.open();
        const auto observed = observe_heads(Model::load(checkpoint, {"cpu", "float32", 1}),
                                            everything(windows_of(checkpoint, 2, 40)));
        for (const LayerObservation& found : observed) {
            for (int other = 0; other < 6; ++other)
                QCOMPARE(found.similarity.at(Measure::output).at(2, other), other == 2 ? 1.0 : 0.0);
            QCOMPARE(found.usage[2], 0.0);
        }
    }

    void the_length_of_the_text_changes_no_mean() {
        const TinyModel tiny(config_of("llama, GQA"));
        const Checkpoint checkpoint = tiny.open();
        const Model model = Model::load(checkpoint, {"cpu", "float32", 1});
        const auto once = observe_heads(model, everything(windows_of(checkpoint, 2, 40)));
        const auto often = observe_heads(model, everything(windows_of(checkpoint, 2, 40, 25)));
        for (std::size_t layer = 0; layer < once.size(); ++layer)
            QVERIFY(largest_difference(once[layer], often[layer]) < 1e-5);
    }

    void too_little_memory_gives_the_same() {
        // One byte: layers are read one by one, and windows go through them one by one.
        const TinyModel tiny(config_of("Mistral, sliding"));
        const Checkpoint checkpoint = tiny.open();
        const auto windows = windows_of(checkpoint, 3, 40);
        const auto wanted =
            observe_heads(Model::load(checkpoint, {"cpu", "float32", 1}), everything(windows));
        std::vector<Progress> reports;
        const auto found =
            observe_heads(Model::load(checkpoint, {"cpu", "float32", 1, 1}), everything(windows),
                          [&](const Progress& progress) { reports.push_back(progress); });
        for (std::size_t layer = 0; layer < wanted.size(); ++layer)
            QVERIFY(largest_difference(found[layer], wanted[layer]) < 1e-6);
        QCOMPARE(reports.front().done, 0);
        QCOMPARE(reports.back().done, 3 * 2);
        QCOMPARE(reports.back().total, 3 * 2);
        QCOMPARE(reports.back().stage, "calibrating");
    }

    void only_what_was_asked_for() {
        const TinyModel tiny(config_of("Qwen2, sliding"));  // three layers
        const Checkpoint checkpoint = tiny.open();
        const Model model = Model::load(checkpoint, {"cpu", "float32", 1});
        const auto windows = windows_of(checkpoint, 2, 40);
        const auto all = observe_heads(model, everything(windows));
        std::vector<Progress> reports;
        const auto some =
            observe_heads(model, {{1, 0}, windows, {Measure::attention}},
                          [&](const Progress& progress) { reports.push_back(progress); });
        QCOMPARE(some.size(), std::size_t{2});
        QCOMPARE(some[0].layer, 1);
        QCOMPARE(some[1].layer, 0);
        QCOMPARE(some[0].similarity.at(Measure::attention).values,
                 all[1].similarity.at(Measure::attention).values);
        QCOMPARE(some[0].similarity.size(), std::size_t{1});
        QVERIFY(some[0].usage.empty() && some[0].redundancy.empty() && !some[0].moments);
        QCOMPARE(reports.back().total, 2 * 2);  // the last layer is not run
        QVERIFY(contains(error_of([&] {
                             observe_heads(model, {{3}, windows});
                         }),
                         "layer 3 does not exist"));
    }

    void stops_within_a_micro_batch() {
        const TinyModel tiny(config_of("llama, GQA"));
        const Checkpoint checkpoint = tiny.open();
        const Model model = Model::load(checkpoint, {"cpu", "float32", 1});
        std::stop_source source;
        std::int64_t last = 0;
        const std::string text = error_of([&] {
            observe_heads(
                model, everything(windows_of(checkpoint, 20, 40)),
                [&](const Progress& progress) {
                    last = progress.done;
                    source.request_stop();
                },
                source.get_token());
        });
        QCOMPARE(text, "cancelled");
        QCOMPARE(last, 0);
    }

    void weights_that_are_no_numbers_are_named() {
        const TinyModel tiny(config_of("llama, GQA"),
                             [](const std::string& name, std::vector<float>& values) {
                                 if (name == tensor_names::k_proj(1)) values[9] = NAN;
                             });
        const Checkpoint checkpoint = tiny.open();
        const std::string text = error_of([&] {
            observe_heads(Model::load(checkpoint, {"cpu", "float32", 1}),
                          everything(windows_of(checkpoint, 1, 40)));
        });
        QVERIFY2(contains(text, tensor_names::k_proj(1)), text.c_str());
    }
};

HEADSCOPE_TEST(TestObservation)
#include "test_observation.moc"
