#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "core/base/locations.h"
#include "core/checkpoint/formats/checkpoint_format.h"
#include "core/checkpoint/formats/safetensors/safetensors_file.h"
#include "core/evaluation/prepare.h"
#include "tests/checkpoint/meta_model.h"
#include "tests/export/exported_model.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::vector<HeadPair> kSomePairs{{0, 3, 0.99}, {1, 4, 0.98}, {4, 5, 0.97}};

json read_json(const fs::path& path) {
    return json::parse(read_bytes(path));
}

/// Pairs at a threshold, by similarity.
MergePlan similar_heads(const Checkpoint& checkpoint, double threshold) {
    return make_merge_plan(compute_similarity(checkpoint, {}, {}, {}), checkpoint.config(),
                           {threshold, Grouping::components, KvPolicy::average});
}

/// Metrics over some windows of WikiText-2.
Metrics metrics_of(const Checkpoint& checkpoint, const Variant& variant, const std::string& dtype) {
    TextOptions text;
    text.window = 256;
    text.max_windows = 4;
    const PreparedText prepared = prepare_text(checkpoint, text, cache_dir());
    return evaluate(Model::load(checkpoint, {"cpu", dtype}), {{variant}, prepared.windows, {}})
        .scores.metrics(0);
}

/// The same tensors of a model, in another dtype of the weights.
void write_in_dtype(const fs::path& folder, const json& config, const std::string& dtype) {
    std::vector<TensorSpec> tensors;
    for (TensorSpec tensor : tensors_of(config, dtype)) {
        const std::string wide = tiny_tensor_bytes(tensor.name, tensor.shape);
        const bool bf16 = dtype == "BF16";
        for (std::size_t at = 0; at < wide.size(); at += sizeof(float)) {
            float value = 0;
            std::memcpy(&value, wide.data() + at, sizeof(float));
            std::uint16_t bits = 0;
            if (bf16) {
                std::uint32_t word = 0;
                std::memcpy(&word, &value, sizeof(word));
                bits = static_cast<std::uint16_t>(word >> 16);
            } else {
                // Powers of two and zero are enough to have every kind of F16 weight.
                int exponent = 0;
                const float mantissa = std::frexp(value, &exponent);
                const int biased = std::max(1, exponent - 1 + 15);
                const auto fraction =
                    static_cast<std::uint16_t>((std::abs(mantissa) * 2 - 1) * 1023.0F);
                bits = static_cast<std::uint16_t>((value < 0 ? 0x8000 : 0) | biased << 10 |
                                                  (value == 0 ? 0 : fraction));
            }
            tensor.bytes += little_endian(bits, 2);
        }
        tensors.push_back(std::move(tensor));
    }
    fs::create_directories(folder);
    write_config(folder, config);
    write_safetensors(folder / "model.safetensors", tensors);
}

}  // namespace

class TestExport : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { temporary_.emplace(); }

    /// Byte by byte: a copy but for the merged tensors.
    void only_merged_tensors_change() {
        const fs::path source = tests_dir() / "fixtures/models/bpe";
        const Checkpoint checkpoint = Checkpoint::open(source);
        const MergePlan plan = plan_of(checkpoint, {{0, 5, 0.9}}, {{1, 2, 0.9}});
        const ExportResult result = save(checkpoint, plan);
        // Layer 0 merges KV heads too, layer 1 heads of one KV head.
        QCOMPARE(result.changed_tensors.size(), std::size_t{6});
        const std::set<std::string> changed(result.changed_tensors.begin(),
                                            result.changed_tensors.end());
        for (const auto& name : names_in(source)) {
            const fs::path copy = target() / name;
            QCOMPARE(fs::file_size(copy), fs::file_size(source / name));
            if (!name.ends_with(".safetensors")) {
                QCOMPARE(read_bytes(copy), read_bytes(source / name));
                continue;
            }
            const SafetensorsFile before(source / name);
            const SafetensorsFile after(copy);
            QVERIFY(std::equal(before.header().begin(), before.header().end(),
                               after.header().begin(), after.header().end()));
            for (std::size_t i = 0; i < before.tensors().size(); ++i) {
                const StoredTensor& a = before.tensors()[i];
                const StoredTensor& b = after.tensors()[i];
                QCOMPARE(std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin()),
                         !changed.contains(a.name));
            }
        }
        std::vector<std::string> expected = names_in(source);
        expected.emplace_back(kExportManifest);
        std::sort(expected.begin(), expected.end());
        QCOMPARE(names_in(target()), expected);
        std::int64_t bytes = 0;
        for (const std::string& name : expected)
            bytes += static_cast<std::int64_t>(fs::file_size(target() / name));
        QCOMPARE(result.bytes, bytes);
    }

    void the_perplexity_is_that_of_the_variant_data() {
        QTest::addColumn<QString>("config");
        const auto row = [](const char* name, const json& config) {
            QTest::newRow(name) << QString::fromStdString(config.dump());
        };
        row("MHA", small_config(6));
        row("GQA", small_config(2));
        row("MQA", small_config(1));
        row("tied", small_config(3, {{"tie_word_embeddings", true}}));
        row("biases", small_config(2, {{"attention_bias", true}, {"mlp_bias", true}}));
        row("Qwen2", small_config(2, {{"model_type", "qwen2"}}));
        row("Qwen3", small_config(2, {{"model_type", "qwen3"}, {"head_dim", 16}}));
        row("Mistral", small_config(2, {{"model_type", "mistral"}, {"sliding_window", 7}}));
    }
    /// Float32 weights: to the last digit.
    void the_perplexity_is_that_of_the_variant() {
        QFETCH(QString, config);
        write_tiny_model(source(), json::parse(config.toStdString()));
        const Checkpoint checkpoint = Checkpoint::open(source());
        const MergePlan plan = plan_of(checkpoint, kSomePairs, {{2, 5, 0.9}});
        save(checkpoint, plan);
        const auto before = scores_of(checkpoint, {Variant{}, variant_of(plan)});
        const auto after = scores_of(Checkpoint::open(target()));
        QVERIFY(before[0].nll != before[1].nll);
        QCOMPARE(after[0].nll, before[1].nll);
        QCOMPARE(after[0].correct, before[1].correct);
    }

    void other_dtypes_stay_what_they_are_data() {
        QTest::addColumn<QString>("stored");
        QTest::addColumn<QString>("compute");
        QTest::newRow("bfloat16") << QStringLiteral("BF16") << QStringLiteral("bfloat16");
        QTest::newRow("float16") << QStringLiteral("F16") << QStringLiteral("float32");
    }
    /// A mean is rounded to the checkpoint's dtype. Who computes in that dtype sees no difference;
    /// in float32 the variant has the mean itself.
    void other_dtypes_stay_what_they_are() {
        QFETCH(QString, stored);
        QFETCH(QString, compute);
        const bool same_dtype = stored == QStringLiteral("BF16");
        const json config = small_config(2, {{"torch_dtype", same_dtype ? "bfloat16" : "float16"}});
        write_in_dtype(source(), config, stored.toStdString());
        const Checkpoint checkpoint = Checkpoint::open(source());
        const MergePlan plan = plan_of(checkpoint, kSomePairs);
        save(checkpoint, plan);
        const Checkpoint saved = Checkpoint::open(target());
        for (const TensorInfo& tensor : saved.tensors())
            QCOMPARE(tensor.dtype, same_dtype ? DType::bf16 : DType::f16);
        const std::string dtype = compute.toStdString();
        const double variant = scores_of(checkpoint, {variant_of(plan)}, dtype)[0].nll;
        const double after = scores_of(saved, {Variant{}}, dtype)[0].nll;
        if (same_dtype) QCOMPARE(after, variant);
        QVERIFY2(std::abs(after - variant) < 1e-3 * variant,
                 qPrintable(QStringLiteral("%1, %2").arg(after).arg(variant)));
    }

    void the_demo_keeps_its_perplexity() {
        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        const MergePlan plan = similar_heads(checkpoint, 0.98);
        save(checkpoint, plan);
        const Checkpoint saved = Checkpoint::open(target());
        const Metrics variant = metrics_of(checkpoint, variant_of(plan), "bfloat16");
        const Metrics after = metrics_of(saved, {}, "bfloat16");
        QCOMPARE(after.nll, variant.nll);
        QCOMPARE(after.correct, variant.correct);
        const double in_float32 = metrics_of(checkpoint, variant_of(plan), "float32").nll;
        const double rounded = metrics_of(saved, {}, "float32").nll;
        qInfo("float32: %.9g, saved %.9g, relative %.2g", in_float32, rounded,
              rounded / in_float32 - 1.0);
        QVERIFY(std::abs(rounded - in_float32) < 1e-4 * in_float32);
    }

    /// The fixture in Meta's layout is the one in Hugging Face's: so is what becomes of both.
    void meta_s_layout_becomes_hugging_face_s() {
        const Checkpoint meta = Checkpoint::open(tests_dir() / "fixtures/models/meta");
        const Checkpoint other = Checkpoint::open(bpe_model());
        const std::vector<HeadPair> pairs{{0, 5, 0.9}, {1, 2, 0.9}};
        save(meta, plan_of(meta, pairs));
        save(other, plan_of(other, pairs), root() / "other");
        QCOMPARE(names_in(target()),
                 (std::vector<std::string>{"config.json", kExportManifest, "model.safetensors",
                                           "tokenizer.model"}));
        const Checkpoint saved = Checkpoint::open(target());
        const Checkpoint twin = Checkpoint::open(root() / "other");
        QCOMPARE(saved.format().id, "safetensors");
        for (const TensorInfo& tensor : twin.tensors()) {
            const auto a = saved.tensor(tensor.name).bytes;
            const auto b = twin.tensor(tensor.name).bytes;
            QVERIFY2(std::equal(a.begin(), a.end(), b.begin(), b.end()), tensor.name.c_str());
        }
        const json config = read_json(target() / "config.json");
        QCOMPARE(config.at("architectures")[0].get<std::string>(), std::string("LlamaForCausalLM"));
        QCOMPARE(config.at("torch_dtype").get<std::string>(), std::string("bfloat16"));
        QCOMPARE(config.at("eos_token_id").get<int>(), 5889);
        QCOMPARE(saved.config().rope.factor, meta.config().rope.factor);
        QCOMPARE(metrics_of(saved, {}, "float32").nll, metrics_of(twin, {}, "float32").nll);
    }

    /// Slices of several files and interleaved rows are put together in pieces.
    void meta_s_parts_are_joined() {
        write_meta_model(source(), 2, MetaSplit::llama2);
        const Checkpoint checkpoint = Checkpoint::open(source());
        save(checkpoint, plan_of(checkpoint, {{0, 1, 0.9}}, {}, KvPolicy::keep));
        const Checkpoint saved = Checkpoint::open(target());
        for (const TensorSpec& wanted : random_tensors(meta_config())) {
            const TensorView view = saved.tensor(wanted.name);
            const bool merged = contains(wanted.name, "layers.0.self_attn.q") ||
                                contains(wanted.name, "layers.0.self_attn.o");
            const std::string bytes(reinterpret_cast<const char*>(view.bytes.data()),
                                    view.bytes.size());
            QCOMPARE(bytes == wanted.bytes, !merged);
        }
    }

    void torch_files_become_safetensors() {
        const json config = small_config(2, {{"tie_word_embeddings", true}});
        std::vector<TensorSpec> tensors;
        for (TensorSpec& tensor : tensors_of(config, "F32")) {
            tensor.bytes = tiny_tensor_bytes(tensor.name, tensor.shape);
            tensors.push_back(tensor);
        }
        const auto half = static_cast<std::ptrdiff_t>(tensors.size() / 2);
        const std::vector<TensorSpec> first(tensors.begin(), tensors.begin() + half);
        std::vector<TensorSpec> second(tensors.begin() + half, tensors.end());
        second.push_back({"lm_head.weight", "F32", tensors[0].shape, tensors[0].bytes});
        fs::create_directories(source());
        write_config(source(), config);
        json map;
        const std::string names[] = {"pytorch_model-00001-of-00002.bin",
                                     "pytorch_model-00002-of-00002.bin"};
        write_torch_file(source() / names[0], first);
        write_torch_file(source() / names[1], second);
        for (const TensorSpec& tensor : first)
            map[tensor.name] = names[0];
        for (const TensorSpec& tensor : second)
            map[tensor.name] = names[1];
        write_bytes(source() / "pytorch_model.bin.index.json", json{{"weight_map", map}}.dump());

        const Checkpoint checkpoint = Checkpoint::open(source());
        const MergePlan plan = plan_of(checkpoint, kSomePairs);
        save(checkpoint, plan);
        QCOMPARE(names_in(target()),
                 (std::vector<std::string>{
                     "config.json", kExportManifest, "model-00001-of-00002.safetensors",
                     "model-00002-of-00002.safetensors", "model.safetensors.index.json"}));
        const Checkpoint saved = Checkpoint::open(target());
        QVERIFY(!saved.has_tensor("lm_head.weight"));
        QCOMPARE(scores_of(saved)[0].nll, scores_of(checkpoint, {variant_of(plan)})[0].nll);
    }

    /// transformers 5 opens neither a file without a format nor an index without a size.
    void what_transformers_asks_for_is_added() {
        write_tiny_model(source(), small_config(2));
        json map;
        std::int64_t bytes = 0;
        for (const TensorInfo& tensor : Checkpoint::open(source()).tensors()) {
            map[tensor.name] = "model-00001-of-00001.safetensors";
            bytes += tensor.elements() * 4;
        }
        // Blanks in the place of the metadata leave all offsets as they are.
        std::string file = read_bytes(source() / "model.safetensors");
        const std::string metadata = R"("__metadata__":{"format":"pt"},)";
        file.replace(file.find(metadata), metadata.size(), metadata.size(), ' ');
        fs::remove(source() / "model.safetensors");
        write_bytes(source() / "model-00001-of-00001.safetensors", file);
        write_bytes(source() / "model.safetensors.index.json", json{{"weight_map", map}}.dump());
        const Checkpoint checkpoint = Checkpoint::open(source());
        QVERIFY(!checkpoint.list().front().metadata.contains("format"));
        save(checkpoint, plan_of(checkpoint, kSomePairs));
        const json index = read_json(target() / "model.safetensors.index.json");
        QCOMPARE(index.at("metadata").at("total_size").get<std::int64_t>(), bytes);
        QCOMPARE(Checkpoint::open(target()).list().front().metadata.at("format"),
                 std::string("pt"));
    }

    void what_else_a_folder_holds() {
        write_tiny_model(source(), small_config(2));
        for (const char* name :
             {"tokenizer.json", "README.md", "LICENSE", "merges.txt", "empty.txt"}) {
            write_bytes(source() / name, std::string(name) == "empty.txt" ? "" : name);
        }
        fs::create_symlink(source() / "LICENSE", source() / "NOTICE");
        for (const char* name : {"pytorch_model.bin", "model.gguf", "params.json", ".hidden"})
            write_bytes(source() / name, name);
        fs::create_directories(source() / "original");
        const Checkpoint checkpoint = Checkpoint::open(source());
        save(checkpoint, plan_of(checkpoint, kSomePairs));
        QCOMPARE(names_in(target()),
                 (std::vector<std::string>{"LICENSE", "NOTICE", "README.md", "config.json",
                                           "empty.txt", kExportManifest, "merges.txt",
                                           "model.safetensors", "tokenizer.json"}));
        QVERIFY(!fs::is_symlink(target() / "NOTICE"));
        QCOMPARE(read_bytes(target() / "NOTICE"), std::string("LICENSE"));
    }

    void the_manifest_says_what_was_merged() {
        write_tiny_model(source(), small_config(2));
        const Checkpoint checkpoint = Checkpoint::open(source());
        save(checkpoint, plan_of(checkpoint, kSomePairs));
        const json manifest = read_json(target() / kExportManifest);
        QCOMPARE(manifest.at("threshold").get<double>(), 0.9);
        QCOMPARE(manifest.at("model_fingerprint").get<std::string>(), checkpoint.fingerprint());
        QCOMPARE(manifest.at("plan").at("0").at("groups").dump(), std::string("[[0,3],[1,4,5]]"));
        QCOMPARE(manifest.at("layers").dump(), std::string("[0,1]"));
        QCOMPARE(manifest.at("summary").at("merged_heads").get<int>(), 5);
        QCOMPARE(manifest.at("align").get<std::string>(), std::string("none"));
        QVERIFY(!manifest.contains("calibration"));
        // Merged once more, it keeps the history.
        const Checkpoint saved = Checkpoint::open(target());
        save(saved, plan_of(saved, {}, {{0, 1, 0.9}}), root() / "again");
        QVERIFY(read_json(root() / "again" / kExportManifest).at("earlier_manifest") == manifest);
    }

    /// Thresholds of layers are those of the plan, and each layer is merged at its own.
    void a_plan_with_a_threshold_for_each_layer() {
        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        const LayerThresholds thresholds{{1, 0.97}, {4, 0.985}};
        const MergePlan plan =
            make_merge_plan(compute_similarity(checkpoint, {Measure::q, {1, 4}, 0}, {}, {}),
                            checkpoint.config(), {}, thresholds);
        const ExportResult result = save(checkpoint, plan);
        std::set<std::string> layers;
        for (const std::string& name : result.changed_tensors)
            layers.insert(name.substr(0, name.find(".self_attn")));
        QCOMPARE(layers, (std::set<std::string>{"model.layers.1", "model.layers.4"}));
        const json manifest = read_json(target() / kExportManifest);
        QCOMPARE(manifest.at("layer_thresholds").dump(), std::string(R"({"1":0.97,"4":0.985})"));
        QCOMPARE(manifest.at("threshold").get<double>(), 0.97);
        for (const LayerPlan& layer : plan.layers) {
            const std::string key = std::to_string(layer.layer);
            QCOMPARE(manifest.at("plan").at(key).at("pairs").size(), layer.pairs.size());
        }
        const MergePlan one = similar_heads(checkpoint, 0.97);
        save(checkpoint, one, root() / "one");
        QVERIFY(!read_json(root() / "one" / kExportManifest).contains("layer_thresholds"));
    }

    void a_target_that_must_not_be_touched() {
        write_tiny_model(source(), small_config(2));
        const Checkpoint checkpoint = Checkpoint::open(source());
        const MergePlan plan = plan_of(checkpoint, kSomePairs);
        const auto error = [&](const fs::path& path, bool force) {
            return error_of([&] { save(checkpoint, plan, path, force); });
        };
        QVERIFY(contains(error(source(), true), "the model itself is there"));
        fs::create_directory_symlink(source(), root() / "link");
        QVERIFY(contains(error(root() / "link", true), "the model itself is there"));
        QVERIFY(contains(error(root(), true), "the model itself is there"));
        // A folder of links, as Hugging Face's cache has them, whose targets lie elsewhere.
        fs::create_directories(root() / "snapshot");
        for (const std::string& name : names_in(source()))
            fs::create_symlink(source() / name, root() / "snapshot" / name);
        const Checkpoint linked = Checkpoint::open(root() / "snapshot");
        QVERIFY(contains(error_of([&] { save(linked, plan, source(), true); }),
                         "the model itself is there"));
        write_bytes(target(), "a file");
        QVERIFY(contains(error(target(), true), "a file is there"));
        fs::remove(target());
        fs::create_directories(target());
        write_bytes(target() / "old", "precious");
        QVERIFY(contains(error(target(), false), "--force"));
        QCOMPARE(names_in(target()), std::vector<std::string>{"old"});
        save(checkpoint, plan, target(), true);
        QVERIFY(!fs::exists(target() / "old"));
        Checkpoint::open(target());
        QCOMPARE(names_in(source()).size(), std::size_t{2});
    }

    void a_full_disk_is_told_before_anything_is_written() {
        write_tiny_model(source(), small_config(2));
        const Checkpoint checkpoint = Checkpoint::open(source());
        ExportParams params = params_of(plan_of(checkpoint, kSomePairs), target());
        std::int64_t room = 16'000'000;
        params.system.free_space = [&](const fs::path& folder) {
            return folder == fs::canonical(root()) ? room : -1;
        };
        const std::string error = error_of([&] { export_checkpoint(checkpoint, params); });
        QVERIFY2(contains(error, "only 16 MB are free there"), error.c_str());
        QCOMPARE(names_in(root()), std::vector<std::string>{"source"});
        room = 18'000'000;
        export_checkpoint(checkpoint, params);
        QVERIFY(export_size(checkpoint) < room);
        QVERIFY(free_space_at(root() / "not" / "there" / "yet") > 0);
    }

    void a_plan_that_merges_nothing_is_refused() {
        write_tiny_model(source(), small_config(2));
        const Checkpoint checkpoint = Checkpoint::open(source());
        QVERIFY(contains(error_of([&] { save(checkpoint, plan_of(checkpoint, {})); }),
                         "merges nothing"));
        MergePlan of_layers = plan_of(checkpoint, {});
        of_layers.layer_thresholds = LayerThresholds{{0, 0.99}};
        QVERIFY(contains(error_of([&] { save(checkpoint, of_layers); }),
                         "no layer has a pair at its threshold"));
        QCOMPARE(names_in(root()), std::vector<std::string>{"source"});
    }

    /// Wherever a stop or an error comes, nothing is left.
    void a_stop_leaves_nothing() {
        write_tiny_model(source(), small_config(6));
        const Checkpoint checkpoint = Checkpoint::open(source());
        ExportParams params = params_of(plan_of(checkpoint, kSomePairs), target());
        params.compact = true;
        int steps = 0;
        for (int last = 0; !fs::exists(target()); ++last) {
            std::stop_source stop;
            steps = 0;
            params.system.before_step = [&] {
                if (steps++ == last) stop.request_stop();
            };
            const std::string error =
                error_of([&] { export_checkpoint(checkpoint, params, {}, stop.get_token()); });
            if (fs::exists(target())) break;
            QCOMPARE(error, std::string("cancelled"));
            QCOMPARE(names_in(root()), std::vector<std::string>{"source"});
        }
        QVERIFY(steps > 20);
        QCOMPARE(names_in(root()), (std::vector<std::string>{"saved", "source"}));
    }

    void progress_counts_to_the_end() {
        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        ExportParams params = params_of(similar_heads(checkpoint, 0.98), target());
        std::vector<Progress> reports;
        export_checkpoint(checkpoint, params,
                          [&](const Progress& progress) { reports.push_back(progress); });
        QVERIFY(reports.size() >= 2);
        QCOMPARE(reports.front().done, 0);
        QCOMPARE(reports.back().done, reports.back().total);
        QCOMPARE(reports.back().total, 10);  // MB
        for (std::size_t i = 0; i + 1 < reports.size(); ++i)
            QVERIFY(reports[i].done < reports[i].total);
    }

  private:
    [[nodiscard]] fs::path root() const { return temporary_->path().toStdString(); }
    [[nodiscard]] fs::path source() const { return root() / "source"; }
    [[nodiscard]] fs::path target() const { return root() / "saved"; }

    static ExportParams params_of(MergePlan plan, const fs::path& target) {
        ExportParams params;
        params.plan = std::move(plan);
        params.output_dir = target;
        params.program_version = "test";
        return params;
    }

    ExportResult save(const Checkpoint& checkpoint, const MergePlan& plan) const {
        return save(checkpoint, plan, target());
    }

    static ExportResult save(const Checkpoint& checkpoint, const MergePlan& plan,
                             const fs::path& target, bool force = false) {
        ExportParams params = params_of(plan, target);
        params.force = force;
        return export_checkpoint(checkpoint, params);
    }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestExport)
#include "test_export.moc"
