#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <cstring>
#include <functional>
#include <optional>

#include "core/difference/difference_file.h"
#include "core/difference/model_difference.h"
#include "core/evaluation/evaluator.h"
#include "tests/export/exported_model.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

bool near(double value, double wanted, double tolerance) {
    return std::abs(value - wanted) <= tolerance;
}

/// Changes the value at `index` of a tensor.
using Change = std::function<float(const std::string& name, std::size_t index, float value)>;

/// write_tiny_model() with other values.
void write_changed_model(const fs::path& folder, const json& config, const Change& change) {
    std::vector<TensorSpec> tensors;
    for (const auto& [name, shape, parts, of_layer, of_expert] :
         expected_tensors(parse_model_config(config.dump(), "config"))) {
        std::string bytes = tiny_tensor_bytes(name, shape);
        for (std::size_t i = 0; i < bytes.size() / sizeof(float); ++i) {
            float value = 0.0F;
            std::memcpy(&value, &bytes[i * sizeof(float)], sizeof(float));
            value = change(name, i, value);
            std::memcpy(&bytes[i * sizeof(float)], &value, sizeof(float));
        }
        tensors.push_back({name, "F32", shape, bytes});
    }
    fs::create_directories(folder);
    write_bytes(folder / "config.json", config.dump());
    write_safetensors(folder / "model.safetensors", tensors);
}

bool of_attention(const std::string& name) {
    return name.find("self_attn") != std::string::npos;
}

double value_of(const std::vector<Metric>& metrics, const char* name) {
    const Metric* metric = find_metric(metrics, name);
    return metric != nullptr ? metric->value.value : std::nan("");
}

}  // namespace

class TestModelDifference : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { temporary_.emplace(); }

    void a_model_is_itself() {
        const Checkpoint model = tiny("a", small_config(3));
        const ModelDifference found = weights(model, model);
        QCOMPARE(found.layers.size(), std::size_t{2});
        for (const LayerMatches& layer : found.layers) {
            QCOMPARE(layer.heads.size(), std::size_t{6});
            QVERIFY(layer.without_match.empty());
            for (int head = 0; head < 6; ++head) {
                const HeadMatch& match = layer.heads[static_cast<std::size_t>(head)];
                QCOMPARE(match.best.head, head);
                QCOMPARE(match.best.similarity, 1.0);
                QCOMPARE(match.best.distance, 0.0);
            }
        }
        for (const TensorDifference& tensor : found.tensors.tensors) {
            QVERIFY(tensor.norm > 0.0);
            QCOMPARE(tensor.relative(), 0.0);
        }
        QVERIFY(found.tensors.unpaired.empty());
        QVERIFY(!found.evaluation && contains(found.no_evaluation->text(), "only the weights"));
    }

    /// Twice the weights: the blocks are their own length away, products of two of them three.
    void doubled_data() {
        QTest::addColumn<QString>("measure");
        QTest::addColumn<double>("distance");
        for (const char* name : {"q", "k", "v", "o", "qk", "qkvo"})
            QTest::newRow(name) << QString::fromLatin1(name) << 1.0;
        for (const char* name : {"qk-circuit", "ov-circuit"})
            QTest::newRow(name) << QString::fromLatin1(name) << 3.0;
    }
    void doubled() {
        QFETCH(QString, measure);
        QFETCH(double, distance);
        const Checkpoint model = tiny("a", small_config(3));
        write_changed_model(root() / "b", small_config(3),
                            [](const std::string& name, std::size_t, float value) {
                                return of_attention(name) ? 2.0F * value : value;
                            });
        const ModelDifference found =
            weights(model, Checkpoint::open(root() / "b"), measure.toStdString());
        for (const LayerMatches& layer : found.layers) {
            for (std::size_t head = 0; head < 6; ++head) {
                const HeadLikeness& same = *layer.heads[head].same_index;
                QVERIFY(near(same.similarity, 1.0, 1e-12));
                QVERIFY(near(same.distance, distance, 1e-9));
                // Heads of one KV head share it: by k and v alone they are one.
                QCOMPARE(layer.heads[head].best.head, static_cast<int>(head));
            }
        }
        for (const TensorDifference& tensor : found.tensors.tensors)
            QVERIFY(near(tensor.relative(), of_attention(tensor.name) ? 1.0 : 0.0, 1e-12));
        const auto parts = by_part(found.tensors.tensors);
        const auto part = std::find_if(parts.begin(), parts.end(), [](const PartDifference& p) {
            return p.name == "self_attn.q_proj.weight";
        });
        QVERIFY(part != parts.end());
        QCOMPARE(part->tensors, std::int64_t{2});
        QVERIFY(near(part->relative, 1.0, 1e-12));
    }

    /// Heads that changed places are found where they are.
    void moved_heads_are_found() {
        const json config = small_config(6);
        const Checkpoint model = tiny("a", config);
        // Rows of q, k and v and columns of o of heads 1 and 4 of layer 0 change places.
        constexpr std::size_t kHidden = 48;
        constexpr std::size_t kDim = 8;
        const auto moved = [](std::size_t place) {
            const std::size_t head = place / kDim;
            const std::size_t other = head == 1 ? 4 : head == 4 ? 1 : head;
            return other * kDim + place % kDim;
        };
        write_changed_model(root() / "b", config,
                            [&](const std::string& name, std::size_t i, float value) {
                                if (name.find("layers.0.self_attn") == std::string::npos)
                                    return value;
                                const std::size_t row = i / kHidden;
                                const std::size_t column = i % kHidden;
                                const std::size_t from = name.find("o_proj") != std::string::npos
                                                             ? row * kHidden + moved(column)
                                                             : moved(row) * kHidden + column;
                                return static_cast<float>(tiny_value(name, from));
                            });
        for (const char* measure : {"qkvo", "qk-circuit", "ov-circuit"}) {
            const ModelDifference found = weights(model, Checkpoint::open(root() / "b"), measure);
            const std::vector<int> wanted = {0, 4, 2, 3, 1, 5};
            for (std::size_t head = 0; head < 6; ++head) {
                const HeadMatch& match = found.layers[0].heads[head];
                QCOMPARE(match.best.head, wanted[head]);
                QCOMPARE(match.best.similarity, 1.0);
                QVERIFY(match.same_index->similarity < (head == 1 || head == 4 ? 0.9 : 1.1));
                QCOMPARE(found.layers[1].heads[head].best.head, static_cast<int>(head));
            }
        }
    }

    /// An export without some heads: the others are where they went, and both models say of a text
    /// what the model and its variant say.
    void an_export_against_its_source() {
        const Checkpoint source = Checkpoint::open(bpe_model());
        MergePlan plan{{0.9, Grouping::components, KvPolicy::average}, {}};
        plan.layers.push_back(
            make_layer_plan(1, {}, source.config(), plan.rule, nullptr, {0, 1, 2, 3}));
        ExportParams export_params;
        export_params.plan = plan;
        export_params.output_dir = root() / "saved";
        export_params.compact = true;
        export_params.program_version = "test";
        export_checkpoint(source, export_params);
        const Checkpoint saved = Checkpoint::open(root() / "saved");

        const DifferenceParams params = text_params();
        const ModelDifference found = compare_models(source, saved, params);
        QVERIFY2(found.evaluation, found.no_evaluation ? found.no_evaluation->text().c_str() : "");
        const LayerMatches& layer = found.layers[1];
        QCOMPARE(layer.second, (HeadCounts{4, 1}));
        for (int head = 4; head < 8; ++head) {
            const HeadMatch& match = layer.heads[static_cast<std::size_t>(head)];
            QVERIFY(!match.same_index);
            QCOMPARE(match.best.head, head - 4);
            QCOMPARE(match.best.distance, 0.0);
        }
        QVERIFY(layer.heads[0].best.similarity < 0.9);
        QCOMPARE(found.tensors.unpaired.size(), std::size_t{4});
        QCOMPARE(found.tensors.unpaired[0].name,
                 std::string("model.layers.1.self_attn.k_proj.weight"));
        for (const TensorDifference& tensor : found.tensors.tensors)
            QCOMPARE(tensor.difference, 0.0);

        const Model model = Model::load(source, params.compute);
        EvaluationParams evaluation{{{}, variant_of(plan)}, found.evaluation->text.windows, {}};
        evaluation.divergence = true;
        const Scores wanted = evaluate(model, evaluation).scores;
        const Scores& scores = found.evaluation->scores;
        for (std::size_t v = 0; v < 2; ++v) {
            QVERIFY(
                near(scores.metrics(v).nll, wanted.metrics(v).nll, 1e-6 * wanted.metrics(v).nll));
            QCOMPARE(scores.metrics(v).correct, wanted.metrics(v).correct);
        }
        for (const char* name : {"kl_divergence", "same_top", "ln_perplexity_ratio"}) {
            const double value = value_of(scores.metric_list(1), name);
            QVERIFY2(near(value, value_of(wanted.metric_list(1), name), 1e-5), name);
        }
        QVERIFY(value_of(scores.metric_list(1), "kl_divergence") > 1e-4);

        // Layer by layer from the files it is the same.
        DifferenceParams streamed = params;
        streamed.compute.memory_limit = 2;
        const ModelDifference again = compare_models(source, saved, streamed);
        QVERIFY(near(again.evaluation->scores.metrics(1).nll, scores.metrics(1).nll,
                     1e-9 * scores.metrics(1).nll));
    }

    /// The direction counts: KL(A || B) is not KL(B || A).
    void other_ways_round() {
        const Checkpoint a = Checkpoint::open(bpe_model());
        const fs::path folder = copy_of_bpe("b", [](json&) {});
        // Fewer layers: the heads cannot be matched, the predictions can be compared.
        const json config = json::parse(read_bytes(folder / "config.json"));
        json shorter = config;
        shorter["num_hidden_layers"] = 4;
        write_bytes(folder / "config.json", shorter.dump());
        OpenOptions options;
        options.allow_unused_tensors = true;
        const Checkpoint b = Checkpoint::open(folder, options);
        const ModelDifference there = compare_models(a, b, text_params());
        const ModelDifference back = compare_models(b, a, text_params());
        QVERIFY(contains(there.no_matches->text(), "5 and 4 layers"));
        QVERIFY(there.layers.empty());
        const auto kl = [](const ModelDifference& found) {
            return value_of(found.evaluation->scores.metric_list(1), "kl_divergence");
        };
        QVERIFY(kl(there) > 0.0 && kl(back) > 0.0);
        QVERIFY(std::abs(kl(there) - kl(back)) > 1e-3 * kl(there));
        QCOMPARE(there.evaluation->scores.metrics(0).nll, back.evaluation->scores.metrics(1).nll);
    }

    void different_tokenizers_are_told() {
        const Checkpoint demo = Checkpoint::open(bpe_model());
        const fs::path folder = copy_of_bpe("b", [](json& tokenizer) {
            // Without its merges the tokenizer reads bytes.
            tokenizer["model"]["merges"] = json::array();
        });
        const ModelDifference found = compare_models(demo, Checkpoint::open(folder), text_params());
        QVERIFY(!found.evaluation);
        QVERIFY(contains(found.no_evaluation->text(), "the tokenizers differ"));
        QCOMPARE(found.layers.size(), std::size_t{5});
        fs::remove(folder / "tokenizer.json");
        fs::remove(folder / "tokenizer_config.json");
        const ModelDifference without =
            compare_models(demo, Checkpoint::open(folder), text_params());
        QVERIFY(contains(without.no_evaluation->why.what(), "cannot read a text"));
        QVERIFY(contains(without.no_evaluation->text(), without.no_evaluation->cause->what()));
    }

    void measures_of_behaviour_are_refused() {
        const Checkpoint model = tiny("a", small_config(3));
        const std::string error = error_of([&] { weights(model, model, "cka"); });
        QVERIFY2(contains(error, "cka") && contains(error, "qkvo"), error.c_str());
    }

    void nothing_in_common() {
        const Checkpoint a = tiny("a", small_config(3));
        json other = small_config(3);
        other["hidden_size"] = 96;
        other["head_dim"] = 16;
        other["intermediate_size"] = 88;
        other["vocab_size"] = 130;
        const ModelDifference found = weights(a, tiny("b", other));
        QVERIFY(found.empty());
        QVERIFY(contains(found.no_matches->text(), "48 and 96"));
        QVERIFY(!weights(a, a).empty());
    }

    void the_file_says_everything() {
        const Checkpoint a = tiny("a", small_config(3));
        write_changed_model(root() / "b", small_config(3),
                            [](const std::string&, std::size_t, float) { return 0.0F; });
        const Checkpoint b = Checkpoint::open(root() / "b");
        DifferenceParams params;
        params.weights_only = true;
        const ModelDifference found = compare_models(b, a, params);
        const fs::path file = root() / "compare.json";
        write_difference(file, {describe(b), describe(a), params, "test"}, found);
        const json written = json::parse(read_bytes(file));
        QCOMPARE(written.at("headscope_comparison").get<int>(), 1);
        QCOMPARE(written.at("first").at("path").get<std::string>(), (root() / "b").string());
        QCOMPARE(written.at("measure").get<std::string>(), std::string("qkvo"));
        const json& head = written.at("layers").at("1").at("heads").at(5);
        QCOMPARE(head.at("same_index").at("similarity").get<double>(), 0.0);
        QVERIFY(head.at("best").at("distance").is_null());  // of nothing
        QVERIFY(written.at("tensors").at("model.norm.weight").at("relative").is_null());
        QVERIFY(written.at("evaluation").is_null());
        QCOMPARE(written.at("no_evaluation").get<std::string>(),
                 std::string("only the weights were asked for"));
    }

  private:
    [[nodiscard]] fs::path root() const { return temporary_->path().toStdString(); }

    [[nodiscard]] Checkpoint tiny(const char* name, const json& config) const {
        write_tiny_model(root() / name, config);
        return Checkpoint::open(root() / name);
    }

    static ModelDifference weights(const Checkpoint& a, const Checkpoint& b,
                                   const std::string& measure = "qkvo") {
        DifferenceParams params;
        params.measure = parse_measure(measure);
        params.weights_only = true;
        return compare_models(a, b, params);
    }

    [[nodiscard]] DifferenceParams text_params() const {
        DifferenceParams params;
        params.text.corpus = root() / "corpus.raw";
        std::string text;
        for (int i = 0; i < 400; ++i)
            text += "The bridge number " + std::to_string(i * 37 % 101) + " crosses the river .\n";
        write_bytes(params.text.corpus, text);
        params.text.window = 128;
        params.text.max_windows = 4;
        params.compute = {"cpu", "float32", 2};
        params.cache_dir = root() / "cache";
        return params;
    }

    /// The fixture with a tokenizer of its own.
    [[nodiscard]] fs::path copy_of_bpe(const char* name,
                                       const std::function<void(json&)>& change) const {
        const fs::path folder = root() / name;
        fs::copy(bpe_model(), folder);
        json tokenizer = json::parse(read_bytes(folder / "tokenizer.json"));
        change(tokenizer);
        fs::permissions(folder / "tokenizer.json", fs::perms::owner_write, fs::perm_options::add);
        write_bytes(folder / "tokenizer.json", tokenizer.dump());
        return folder;
    }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestModelDifference)
#include "test_model_difference.moc"
