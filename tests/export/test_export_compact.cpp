#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <optional>
#include <set>

#include "core/model/merged_projections.h"
#include "tests/export/exported_model.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// Sums of products of float32 in another order.
constexpr double kRounding = 3e-6;

json read_json(const fs::path& path) {
    return json::parse(read_bytes(path));
}

double difference(double a, double b) {
    return std::abs(a - b) / std::abs(b);
}

}  // namespace

/// Heads that are removed for good.
class TestExportCompact : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { temporary_.emplace(); }

    void the_perplexity_stays_data() {
        QTest::addColumn<QString>("config");
        QTest::addColumn<QList<int>>("heads");  // of layer 0 and 1
        const auto row = [](const char* name, const json& config, const QList<int>& heads) {
            QTest::newRow(name) << QString::fromStdString(config.dump()) << heads;
        };
        // 0-3 and 1-4-5 become one each in layer 0, 2-5 in layer 1.
        row("MHA", small_config(6), {3, 3, 5, 5});
        row("MHA, tied", small_config(6, {{"tie_word_embeddings", true}}), {3, 3, 5, 5});
        row("MHA, biases", small_config(6, {{"attention_bias", true}, {"mlp_bias", true}}),
            {3, 3, 5, 5});
        row("MHA, Qwen2", small_config(6, {{"model_type", "qwen2"}}), {3, 3, 5, 5});
        row("MHA, Qwen3", small_config(6, {{"model_type", "qwen3"}, {"head_dim", 16}}),
            {3, 3, 5, 5});
        row("MHA, sliding", small_config(6, {{"model_type", "mistral"}, {"sliding_window", 7}}),
            {3, 3, 5, 5});
        // All heads read the same keys: any of them may go.
        row("MQA", small_config(1), {3, 1, 5, 1});
    }
    void the_perplexity_stays() {
        QFETCH(QString, config);
        QFETCH(QList<int>, heads);
        write_tiny_model(source(), json::parse(config.toStdString()));
        const Checkpoint checkpoint = Checkpoint::open(source());
        const MergePlan plan =
            plan_of(checkpoint, {{0, 3, 0.9}, {1, 4, 0.9}, {4, 5, 0.9}}, {{2, 5, 0.9}});
        const ExportResult result = save(checkpoint, plan);
        QCOMPARE(result.layers.size(), std::size_t{2});
        const Checkpoint saved = Checkpoint::open(target());
        QCOMPARE(saved.config().heads_of(0), (HeadCounts{heads[0], heads[1]}));
        QCOMPARE(saved.config().heads_of(1), (HeadCounts{heads[2], heads[3]}));
        QVERIFY(saved.parameter_count() < checkpoint.parameter_count());
        QCOMPARE(checkpoint.parameter_count() - saved.parameter_count(),
                 summarize(plan, checkpoint.config()).removable_parameters);

        const auto before = scores_of(checkpoint, {Variant{}, variant_of(plan)});
        const auto after = scores_of(saved);
        qInfo("relative difference %.2g", difference(after[0].nll, before[1].nll));
        QVERIFY(difference(after[0].nll, before[1].nll) < kRounding);
        QVERIFY(difference(before[0].nll, before[1].nll) > 1e-3);
        const auto in_bfloat16 = scores_of(saved, {Variant{}}, "bfloat16");
        QVERIFY(difference(in_bfloat16[0].nll, before[1].nll) < 0.02);
    }

    void heads_that_do_not_divide_the_hidden_size_get_a_note() {
        write_tiny_model(source(), small_config(6));
        const Checkpoint checkpoint = Checkpoint::open(source());
        const ExportResult five =
            save(checkpoint, plan_of(checkpoint, {{0, 3, 0.9}}, {{2, 5, 0.9}}));
        QCOMPARE(five.notes.size(), std::size_t{1});
        QVERIFY(contains(five.notes[0], "5 heads do not divide the hidden size 48"));
        const MergePlan more =
            plan_of(checkpoint, {{0, 3, 0.9}, {1, 4, 0.9}}, {{2, 5, 0.9}, {0, 1, 0.9}});
        const ExportResult four = save(checkpoint, more, root() / "four", true);
        QVERIFY(four.notes.empty());
    }

    /// GQA with three KV heads for six: whole KV groups, all groups alike, and what cannot go.
    void kv_groups_data() {
        QTest::addColumn<QList<int>>("pairs");  // two heads each
        QTest::addColumn<QList<int>>("heads");  // of layer 0: heads, KV heads
        // KV groups {0, 1}, {2, 3}, {4, 5}
        QTest::newRow("a whole group") << QList<int>{0, 4, 1, 5} << QList<int>{4, 2};
        QTest::newRow("each group loses one") << QList<int>{0, 1, 2, 3, 4, 5} << QList<int>{3, 3};
        QTest::newRow("all groups are one")
            << QList<int>{0, 2, 2, 4, 1, 3, 3, 5} << QList<int>{2, 1};
        QTest::newRow("all heads are one")
            << QList<int>{0, 1, 1, 2, 2, 3, 3, 4, 4, 5} << QList<int>{1, 1};
        // KV heads 0 and 2 become equal, and of their four heads three differ: two KV heads stay.
        QTest::newRow("half a group") << QList<int>{0, 4} << QList<int>{};
        QTest::newRow("one head of one group") << QList<int>{0, 1} << QList<int>{};
    }
    void kv_groups() {
        QFETCH(QList<int>, pairs);
        QFETCH(QList<int>, heads);
        write_tiny_model(source(), small_config(3, {{"model_type", "qwen2"}}));
        const Checkpoint checkpoint = Checkpoint::open(source());
        std::vector<HeadPair> chosen;
        for (int i = 0; i < pairs.size(); i += 2)
            chosen.push_back({pairs[i], pairs[i + 1], 0.9});
        const MergePlan plan = plan_of(checkpoint, chosen);
        if (heads.isEmpty()) {
            const std::string error = error_of([&] { save(checkpoint, plan); });
            QVERIFY2(contains(error, "no head can be removed") &&
                         contains(error, "layer 0: duplicates stay (heads: 1, KV heads:") &&
                         contains(error, "serve equally many heads, here 2"),
                     error.c_str());
            QVERIFY(!fs::exists(target()));
            return;
        }
        save(checkpoint, plan);
        const Checkpoint saved = Checkpoint::open(target());
        QCOMPARE(saved.config().heads_of(0), (HeadCounts{heads[0], heads[1]}));
        QCOMPARE(saved.config().heads_of(1), (HeadCounts{6, 3}));
        QVERIFY(difference(scores_of(saved)[0].nll,
                           scores_of(checkpoint, {variant_of(plan)})[0].nll) < kRounding);
    }

    void kept_keys_are_a_reason() {
        write_tiny_model(source(), small_config(6));
        const Checkpoint checkpoint = Checkpoint::open(source());
        const MergePlan plan = plan_of(checkpoint, {{0, 3, 0.9}}, {{1, 2, 0.9}}, KvPolicy::keep);
        const std::string error = error_of([&] { save(checkpoint, plan); });
        QVERIFY2(
            contains(error,
                     "layer 1: heads with the Q of another one but other keys and values stay: 1"),
            error.c_str());
    }

    void the_config_says_what_each_layer_has() {
        write_tiny_model(source(), small_config(6));
        const Checkpoint checkpoint = Checkpoint::open(source());
        save(checkpoint, plan_of(checkpoint, {{0, 3, 0.9}}));
        const json config = read_json(target() / "config.json");
        QCOMPARE(config.at("model_type").get<std::string>(), std::string("llama"));
        QCOMPARE(config.at("per_layer_config").dump(),
                 std::string(R"({"0":{"num_attention_heads":5,"num_key_value_heads":5}})"));
        QCOMPARE(config.at("auto_map").at("AutoModelForCausalLM").get<std::string>(),
                 std::string("modeling_headscope.HeadscopeLlamaForCausalLM"));
        QVERIFY(fs::exists(target() / "modeling_headscope.py"));
        QCOMPARE(config.at("num_attention_heads").get<int>(), 6);
        QCOMPARE(config.at("head_dim").get<int>(), 8);
        const json removed = read_json(target() / kExportManifest).at("removed");
        QCOMPARE(removed.at("0").at("heads").dump(), std::string("[[0,3],[1],[2],[4],[5]]"));
        QCOMPARE(removed.at("0").at("kv_heads").dump(), std::string("[0,1,2,4,5]"));
        QCOMPARE(removed.size(), std::size_t{1});
    }

    /// Where all layers keep equally many, any program can read the result.
    void equal_layers_have_an_ordinary_config() {
        write_tiny_model(source(), small_config(6));
        const Checkpoint checkpoint = Checkpoint::open(source());
        const MergePlan plan = plan_of(checkpoint, {{0, 3, 0.9}}, {{1, 2, 0.9}});
        save(checkpoint, plan);
        const json config = read_json(target() / "config.json");
        QCOMPARE(config.at("model_type").get<std::string>(), std::string("llama"));
        QCOMPARE(config.at("architectures").dump(), std::string(R"(["LlamaForCausalLM"])"));
        QVERIFY(!config.contains("per_layer_config"));
        QCOMPARE(config.at("num_attention_heads").get<int>(), 5);
        QCOMPARE(config.at("num_key_value_heads").get<int>(), 5);
        QCOMPARE(config.at("head_dim").get<int>(), 8);
        QVERIFY(difference(scores_of(Checkpoint::open(target()))[0].nll,
                           scores_of(checkpoint, {variant_of(plan)})[0].nll) < kRounding);
    }

    /// Similarity, plan, evaluation of variants and another removal work on layers that differ.
    void a_compact_model_can_be_merged_again() {
        write_tiny_model(source(), small_config(6));
        const Checkpoint checkpoint = Checkpoint::open(source());
        save(checkpoint, plan_of(checkpoint, {{0, 3, 0.9}, {1, 4, 0.9}}));
        const Checkpoint compact = Checkpoint::open(target());
        const auto matrices = compute_similarity(compact, {}, {}, {});
        QCOMPARE(matrices[0].heads, 4);
        QCOMPARE(matrices[1].heads, 6);
        const auto one_worker = compute_similarity(compact, {Measure::q, {1, 0}, 1}, {}, {});
        QCOMPARE(one_worker[0].values, matrices[1].values);
        QCOMPARE(one_worker[1].values, matrices[0].values);
        // What is compared are the right rows: heads 1 and 2 of the original are 1 and 2 still.
        const auto original = compute_similarity(checkpoint, {}, {}, {});
        QCOMPARE(matrices[1].values, original[1].values);
        QCOMPARE(matrices[0].at(2, 3), original[0].at(2, 5));

        const MergePlan plan = plan_of(compact, {{2, 3, 0.9}}, {{0, 5, 0.9}});
        const auto scores = scores_of(compact, {Variant{}, variant_of(plan)});
        QVERIFY(scores[0].nll != scores[1].nll);
        for (const bool removes : {false, true}) {
            const fs::path again = root() / (removes ? "smaller" : "merged");
            save(compact, plan, again, removes);
            const Checkpoint saved = Checkpoint::open(again);
            QCOMPARE(saved.config().heads_of(0), (HeadCounts{removes ? 3 : 4, removes ? 3 : 4}));
            QCOMPARE(saved.config().heads_of(1), (HeadCounts{removes ? 5 : 6, removes ? 5 : 6}));
            QVERIFY(difference(scores_of(saved)[0].nll, scores[1].nll) < kRounding);
        }
        QCOMPARE(read_json(root() / "smaller" / "config.json").at("per_layer_config").size(),
                 std::size_t{2});
    }

    /// A model that does not fit is read layer by layer into memory for the largest.
    void layers_of_different_sizes_are_streamed() {
        write_tiny_model(source(), small_config(6, {{"num_hidden_layers", 4}}));
        const Checkpoint checkpoint = Checkpoint::open(source());
        MergePlan plan = plan_of(checkpoint, {}, {{0, 3, 0.9}, {1, 4, 0.9}});
        plan.layers.push_back(make_layer_plan(3, {{2, 3, 0.9}}, checkpoint.config(), plan.rule));
        save(checkpoint, plan);
        const Checkpoint saved = Checkpoint::open(target());
        QCOMPARE(saved.config().layer_heads,
                 (std::vector<HeadCounts>{{6, 6}, {4, 4}, {6, 6}, {5, 5}}));
        // One byte is less than the model and the evaluation take: everything is streamed.
        const auto streamed = scores_of(saved, {Variant{}}, "float32", 1);
        QCOMPARE(streamed[0].nll, scores_of(saved)[0].nll);
    }

    /// Files of a size, of folders and of what becomes smaller.
    void shards_of_a_size() {
        write_tiny_model(source(), small_config(6));
        const Checkpoint checkpoint = Checkpoint::open(source());
        ExportParams params;
        params.plan = plan_of(checkpoint, {{0, 3, 0.9}});
        params.output_dir = target();
        params.compact = true;
        params.max_shard_bytes = 30'000;
        params.speed = SpeedMeasurement{{16, 2, 4}, {"cpu", "float32", 1}};
        const ExportResult result = export_checkpoint(checkpoint, params);
        const json index = read_json(target() / "model.safetensors.index.json");
        const json& map = index.at("weight_map");
        std::set<std::string> files;
        for (const auto& [tensor, file] : map.items())
            files.insert(file.get<std::string>());
        QVERIFY(files.size() > 2);
        QVERIFY(files.begin()->starts_with("model-00001-of-"));
        for (const std::string& file : files)
            QVERIFY(fs::file_size(target() / file) < 30'000 + 3'000);  // and the header
        const Checkpoint saved = Checkpoint::open(target());
        QCOMPARE(saved.tensor_files().size(), files.size());
        QVERIFY(difference(scores_of(saved)[0].nll,
                           scores_of(checkpoint, {variant_of(params.plan)})[0].nll) < kRounding);
        // How fast both are was asked for too.
        const json manifest = read_json(target() / kExportManifest);
        QCOMPARE(manifest.at("max_shard_bytes").get<int>(), 30'000);
        QCOMPARE(manifest.at("before").at("prefill").at("test").get<std::string>(),
                 std::string("pp16"));
        QCOMPARE(manifest.at("after").at("prefill").at("values").size(), std::size_t{2});
        QVERIFY(result.after.speed.prefill.mean() > 0.0);
        QCOMPARE(manifest.at("after").at("generation").at("test").get<std::string>(),
                 std::string("tg4"));
    }

    /// Sums are rounded once, to the checkpoint's dtype.
    void a_bfloat16_checkpoint_stays_one() {
        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        const auto matrices = compute_similarity(checkpoint, {}, {}, {});
        const MergePlan plan = make_merge_plan(matrices, checkpoint.config(),
                                               {0.9, Grouping::components, KvPolicy::average});
        const ExportResult result = save(checkpoint, plan);
        const Checkpoint saved = Checkpoint::open(target());
        for (const TensorInfo& tensor : saved.tensors())
            QCOMPARE(tensor.dtype, DType::bf16);
        std::int64_t removed = 0;
        for (const LayerCompaction& layer : result.layers) {
            QCOMPARE(saved.config().heads_of(layer.layer), layer.after);
            removed += layer.before.heads - layer.after.heads;
        }
        QVERIFY(removed > 0);
        const double variant = scores_of(checkpoint, {variant_of(plan)})[0].nll;
        const double after = scores_of(saved)[0].nll;
        qInfo("%lld heads removed, relative difference %.2g", static_cast<long long>(removed),
              difference(after, variant));
        QVERIFY(difference(after, variant) < 1e-3);
    }

    /// Folders that version 0.1 wrote.
    void older_folders_still_open() {
        write_tiny_model(source(), small_config(6));
        const Checkpoint checkpoint = Checkpoint::open(source());
        const MergePlan plan = plan_of(checkpoint, {{0, 3, 0.9}, {1, 4, 0.9}});
        save(checkpoint, plan);
        json config = read_json(target() / "config.json");
        config.erase("per_layer_config");
        config.erase("auto_map");
        config["model_type"] = "headscope_llama";
        config["headscope_heads"] = {{4, 4}, {6, 6}};
        write_bytes(target() / "config.json", config.dump());
        const Checkpoint older = Checkpoint::open(target());
        QCOMPARE(older.config().heads_of(0), (HeadCounts{4, 4}));
        QVERIFY(difference(scores_of(older)[0].nll,
                           scores_of(checkpoint, {variant_of(plan)})[0].nll) < kRounding);
        // An export writes it as it is written now.
        const MergePlan more = plan_of(older, {}, {{1, 4, 0.9}});
        save(older, more, root() / "newer", false);
        config = read_json(root() / "newer" / "config.json");
        QCOMPARE(config.at("model_type").get<std::string>(), std::string("llama"));
        QCOMPARE(config.at("per_layer_config").size(), std::size_t{1});
        QVERIFY(!config.contains("headscope_heads"));
    }

    /// A layer without attention has no tensors of it, in the file and in the cache.
    void a_layer_is_skipped() {
        for (const char* family : {"llama", "qwen2", "gemma3_text"}) {
            write_tiny_model(source(), small_config(3, {{"model_type", family}, {"head_dim", 16}}));
            const Checkpoint checkpoint = Checkpoint::open(source());
            MergePlan plan{{0.9, Grouping::components, KvPolicy::average}, {}};
            plan.layers.push_back(make_layer_plan(0, {}, checkpoint.config(), plan.rule, nullptr,
                                                  {0, 1, 2, 3, 4, 5}));
            const ExportResult result = save(checkpoint, plan, target(), true, true);
            QCOMPARE(read_json(target() / "config.json").at("per_layer_config").dump(),
                     std::string(R"({"0":{"skip":["attention"]}})"));
            QCOMPARE(result.after.kv_cache_bytes_per_token * 2,
                     result.before.kv_cache_bytes_per_token);
            const Checkpoint saved = Checkpoint::open(target());
            saved.require_complete();
            QCOMPARE(saved.parameter_count(), result.after.parameters);
            for (const TensorInfo& tensor : saved.tensors())
                QVERIFY2(tensor.name.find("layers.0.self_attn") == std::string::npos,
                         tensor.name.c_str());
            QVERIFY(difference(scores_of(saved)[0].nll,
                               scores_of(checkpoint, {variant_of(plan)})[0].nll) < kRounding);
            // It can be merged, saved and skipped again.
            const MergePlan more = plan_of(saved, {}, {{1, 4, 0.9}});
            save(saved, more, root() / "again", false, true);
            QVERIFY(difference(scores_of(Checkpoint::open(root() / "again"))[0].nll,
                               scores_of(saved, {variant_of(more)})[0].nll) < kRounding);
        }
    }

    void a_config_must_fit() {
        write_tiny_model(source(), small_config(6));
        const Checkpoint checkpoint = Checkpoint::open(source());
        save(checkpoint, plan_of(checkpoint, {{0, 3, 0.9}}));
        json config = read_json(target() / "config.json");
        config["per_layer_config"]["0"] = {{"num_attention_heads", 6}};
        write_bytes(target() / "config.json", config.dump());
        const std::string error = error_of([&] { Checkpoint::open(target()); });
        QVERIFY2(contains(error, "layers.0.self_attn.q_proj.weight has the shape [40, 48]"),
                 error.c_str());
    }

  private:
    [[nodiscard]] fs::path root() const { return temporary_->path().toStdString(); }
    [[nodiscard]] fs::path source() const { return root() / "source"; }
    [[nodiscard]] fs::path target() const { return root() / "saved"; }

    ExportResult save(const Checkpoint& checkpoint, const MergePlan& plan) const {
        return save(checkpoint, plan, target(), true);
    }

    static ExportResult save(const Checkpoint& checkpoint, const MergePlan& plan,
                             const fs::path& target, bool compact, bool force = false) {
        ExportParams params;
        params.force = force;
        params.plan = plan;
        params.output_dir = target;
        params.compact = compact;
        params.program_version = "test";
        return export_checkpoint(checkpoint, params);
    }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestExportCompact)
#include "test_export_compact.moc"
