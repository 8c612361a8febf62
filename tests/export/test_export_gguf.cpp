#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/checkpoint/formats/gguf/gguf_file.h"
#include "core/checkpoint/quantization/encode_blocks.h"
#include "core/checkpoint/quantization/half.h"
#include "core/export/gguf_shards.h"
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

double difference(double a, double b) {
    return std::abs(a - b) / std::abs(b);
}

/// A byte-level tokenizer of 120 tokens with two added ones.
std::string tokenizer_json() {
    json vocabulary = json::object();
    for (int id = 0; id < 116; ++id)
        vocabulary[std::string(1, static_cast<char>('!' + id % 94)) + (id < 94 ? "" : "x")] = id;
    return json{{"version", "1.0"},
                {"added_tokens",
                 {{{"id", 116}, {"content", "<|end|>"}, {"special", true}, {"normalized", false}},
                  {{"id", 117}, {"content", "<tool>"}, {"special", false}, {"normalized", false}}}},
                {"pre_tokenizer",
                 {{"type", "Sequence"},
                  {"pretokenizers",
                   {{{"type", "Digits"}, {"individual_digits", true}},
                    {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}}}}}},
                {"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", {"! x", "\" x"}}}}}
        .dump();
}

void write_model(const fs::path& folder, const json& config) {
    write_tiny_model(folder, config);
    write_bytes(folder / "tokenizer.json", tokenizer_json());
    write_bytes(folder / "chat_template.jinja", "{{ messages }}");
}

/// Heads of each layer that are removed, and nothing merged.
MergePlan removal_of(const Checkpoint& checkpoint, const std::vector<std::vector<int>>& removed) {
    MergePlan plan{{0.9, Grouping::components, KvPolicy::average}, {}};
    for (std::size_t layer = 0; layer < removed.size(); ++layer) {
        plan.layers.push_back(make_layer_plan(static_cast<int>(layer), {}, checkpoint.config(),
                                              plan.rule, nullptr, removed[layer]));
    }
    return plan;
}

std::string bytes_of(const GgufFile& file, const std::string& name) {
    for (const StoredTensor& tensor : file.tensors()) {
        if (tensor.name == name)
            return {reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size()};
    }
    return {};
}

std::string type_of(const GgufFile& file, const std::string& name) {
    for (const StoredTensor& tensor : file.tensors())
        if (tensor.name == name) return tensor.dtype;
    return "";
}

}  // namespace

/// Models for llama.cpp, read back by Headscope. What llama.cpp says: tests/golden/check_gguf.py.
class TestExportGguf : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { temporary_.emplace(); }

    void the_perplexity_stays_data() {
        QTest::addColumn<QString>("config");
        QTest::addColumn<QString>("architecture");  // of equal layers
        QTest::addColumn<bool>("uneven");           // whether llama.cpp has that
        const auto row = [](const char* name, const json& config, const char* architecture,
                            bool uneven = true) {
            QTest::newRow(name) << QString::fromStdString(config.dump())
                                << QString::fromLatin1(architecture) << uneven;
        };
        row("llama", small_config(3), "llama");
        row("llama, tied", small_config(6, {{"tie_word_embeddings", true}}), "llama");
        row("llama, biases", small_config(3, {{"attention_bias", true}, {"mlp_bias", true}}),
            "llama");
        row("llama, llama3 scaling",
            small_config(3, {{"rope_theta", 500000.0},
                             {"rope_scaling",
                              {{"rope_type", "llama3"},
                               {"factor", 8.0},
                               {"low_freq_factor", 1.0},
                               {"high_freq_factor", 4.0},
                               {"original_max_position_embeddings", 8192}}}}),
            "llama");
        row("mistral", small_config(3, {{"model_type", "mistral"}, {"sliding_window", 7}}),
            "llama");
        row("qwen2", small_config(3, {{"model_type", "qwen2"}}), "qwen2");
        row("qwen3", small_config(3, {{"model_type", "qwen3"}, {"head_dim", 16}}), "qwen3", false);
        row("smollm3", small_config(3, {{"model_type", "smollm3"}, {"num_hidden_layers", 4}}),
            "smollm3", false);
        row("gemma3",
            small_config(3, {{"model_type", "gemma3_text"},
                             {"head_dim", 16},
                             {"query_pre_attn_scalar", 16},
                             {"sliding_window", 8},
                             {"num_hidden_layers", 6},
                             {"tie_word_embeddings", true}}),
            "gemma3", false);
    }
    void the_perplexity_stays() {
        QFETCH(QString, config);
        QFETCH(QString, architecture);
        QFETCH(bool, uneven);
        write_model(source(), json::parse(config.toStdString()));
        const Checkpoint checkpoint = Checkpoint::open(source());
        // Equal: what is merged stays there, twice.
        check(checkpoint, plan_of(checkpoint, {{0, 3, 0.9}, {1, 4, 0.9}}), false,
              architecture.toStdString());
        // Uneven: a KV head of layer 0 goes with its heads.
        const int per_kv = static_cast<int>(checkpoint.config().heads_of(0).heads_per_kv_head());
        std::vector<int> group;
        for (int head = 0; head < per_kv; ++head)
            group.push_back(head);
        const MergePlan one_kv = removal_of(checkpoint, {group});
        // All heads of layer 1.
        const MergePlan skipped = removal_of(checkpoint, {{}, {0, 1, 2, 3, 4, 5}});
        const bool o_bias = checkpoint.config().o_bias;
        for (const MergePlan& plan : {one_kv, skipped}) {
            if (uneven) {
                check(checkpoint, plan, true, "deci");
                continue;
            }
            const std::string error = error_of([&] { save(checkpoint, plan, true); });
            QVERIFY2(contains(error, "its layers have different numbers of heads"), error.c_str());
        }
        if (!uneven || o_bias) return;
        save(checkpoint, skipped, true);
        const GgufFile file(target() / "model.gguf");
        QCOMPARE(file.values().integers("deci.attention.head_count"),
                 (std::vector<std::int64_t>{6, 0}));
        QVERIFY(type_of(file, "blk.1.attn_q.weight").empty());
        QVERIFY(type_of(file, "blk.1.attn_norm.weight").empty());
        QVERIFY(!type_of(file, "blk.1.ffn_up.weight").empty());
    }

    /// What llama.cpp takes from the tokenizer's files.
    void the_tokenizer_comes_along() {
        write_model(source(), small_config(3, {{"eos_token_id", {116, 3}}}));
        const Checkpoint checkpoint = Checkpoint::open(source());
        save(checkpoint, plan_of(checkpoint, {{0, 3, 0.9}}), false);
        const GgufFile file(target() / "model.gguf");
        const GgufMetadata& values = file.values();
        QCOMPARE(values.text("tokenizer.ggml.model").value(), std::string_view("gpt2"));
        QCOMPARE(values.text("tokenizer.ggml.pre").value(), std::string_view("smollm"));
        const auto tokens = values.texts("tokenizer.ggml.tokens");
        QCOMPARE(tokens.size(), std::size_t{120});
        QCOMPARE(tokens[0], std::string_view("!"));
        QCOMPARE(tokens[116], std::string_view("<|end|>"));
        QCOMPARE(tokens[119], std::string_view("[PAD119]"));
        const auto types = values.integers("tokenizer.ggml.token_type");
        QCOMPARE(types[0], 1);
        QCOMPARE(types[116], 3);
        QCOMPARE(types[117], 4);
        QCOMPARE(types[119], 5);
        QCOMPARE(values.texts("tokenizer.ggml.merges").size(), std::size_t{2});
        QCOMPARE(values.integer("tokenizer.ggml.eos_token_id").value(), 116);
        QCOMPARE(values.flag("tokenizer.ggml.add_bos_token").value(), false);
        QCOMPARE(values.text("tokenizer.chat_template").value(),
                 std::string_view("{{ messages }}"));
    }

    /// And back: a folder from a GGUF file has a tokenizer that makes the same of it.
    void a_folder_from_gguf_has_a_tokenizer() {
        write_model(source(), small_config(3));
        const Checkpoint checkpoint = Checkpoint::open(source());
        const MergePlan plan = plan_of(checkpoint, {{0, 3, 0.9}});
        save(checkpoint, plan, false);
        const Checkpoint gguf = Checkpoint::open(target());
        ExportParams params;
        params.plan = plan_of(gguf, {{0, 3, 0.9}});
        params.output_dir = root() / "folder";
        export_checkpoint(gguf, params);
        const json back = json::parse(read_bytes(root() / "folder" / "tokenizer.json"));
        const json from = json::parse(tokenizer_json());
        for (const auto& [token, id] : from["model"]["vocab"].items())
            QCOMPARE(back["model"]["vocab"].at(token), id);
        QVERIFY(back["model"]["merges"] ==
                json::array({json::array({"!", "x"}), json::array({"\"", "x"})}));
        QCOMPARE(back["added_tokens"].size(), std::size_t{2});
        QCOMPARE(back["added_tokens"][0]["special"].get<bool>(), true);
        QCOMPARE(back["pre_tokenizer"]["pretokenizers"].size(), std::size_t{3});
        const json config = json::parse(read_bytes(root() / "folder" / "tokenizer_config.json"));
        QCOMPARE(config["chat_template"].get<std::string>(), std::string("{{ messages }}"));
        QVERIFY(difference(scores_of(Checkpoint::open(root() / "folder"))[0].nll,
                           scores_of(checkpoint, {variant_of(plan)})[0].nll) < kRounding);
    }

    /// The factors of llama3's rule are a tensor in GGUF and numbers in config.json.
    void a_folder_from_gguf_has_no_rope_factors() {
        const json scaling{{"rope_type", "llama3"},
                           {"factor", 8.0},
                           {"low_freq_factor", 1.0},
                           {"high_freq_factor", 4.0},
                           {"original_max_position_embeddings", 8192}};
        write_model(source(),
                    small_config(3, {{"rope_theta", 500000.0}, {"rope_scaling", scaling}}));
        const Checkpoint checkpoint = Checkpoint::open(source());
        save(checkpoint, plan_of(checkpoint, {{0, 3, 0.9}}), false);
        const Checkpoint gguf = Checkpoint::open(target());
        QVERIFY(gguf.has_tensor("rope_freqs.weight"));
        ExportParams params;
        params.plan = plan_of(gguf, {{1, 4, 0.9}});
        params.output_dir = root() / "folder";
        export_checkpoint(gguf, params);
        const Checkpoint folder = Checkpoint::open(root() / "folder");
        QVERIFY(!folder.has_tensor("rope_freqs.weight"));
        QVERIFY(folder.config().rope.type == RopeType::llama3);
        QVERIFY(difference(scores_of(folder)[0].nll,
                           scores_of(gguf, {variant_of(params.plan)})[0].nll) < kRounding);
    }

    /// Blocks of heads that stay are the source's, and what is not merged is not touched.
    void keep_copies_blocks() {
        const json config =
            small_config(3, {{"hidden_size", 64}, {"head_dim", 32}, {"intermediate_size", 96}});
        write_model(source(), config);
        const Checkpoint floats = Checkpoint::open(source());
        save(floats, plan_of(floats, {{0, 3, 0.9}}), false, ExportType::q8_0);
        const fs::path quantized = root() / "quantized";
        fs::rename(target(), quantized);
        const Checkpoint checkpoint = Checkpoint::open(quantized);
        const GgufFile before(quantized / "model.gguf");
        QCOMPARE(type_of(before, "blk.0.attn_q.weight"), std::string("Q8_0"));
        QCOMPARE(type_of(before, "blk.0.attn_norm.weight"), std::string("F32"));

        const MergePlan plan = removal_of(checkpoint, {{2, 3}});  // KV head 1
        const ExportResult result = save(checkpoint, plan, true, ExportType::keep);
        const GgufFile after(target() / "model.gguf");
        for (const char* name : {"token_embd.weight", "blk.0.ffn_up.weight", "blk.1.attn_q.weight",
                                 "blk.1.attn_output.weight", "output_norm.weight"})
            QCOMPARE(bytes_of(after, name), bytes_of(before, name));
        // Rows of 64 elements are 2 blocks of 34 bytes; a head has 32 rows, and one block a row of
        // O.
        const std::string q = bytes_of(before, "blk.0.attn_q.weight");
        const std::size_t head = 32 * 68;
        QCOMPARE(bytes_of(after, "blk.0.attn_q.weight"),
                 q.substr(0, 2 * head) + q.substr(4 * head));
        const std::string v = bytes_of(before, "blk.0.attn_v.weight");
        QCOMPARE(bytes_of(after, "blk.0.attn_v.weight"), v.substr(0, head) + v.substr(2 * head));
        const std::string o = bytes_of(before, "blk.0.attn_output.weight");
        QCOMPARE(bytes_of(after, "blk.0.attn_output.weight").substr(0, 4 * 34),
                 o.substr(0, 2 * 34) + o.substr(4 * 34, 2 * 34));
        QCOMPARE(result.changed_tensors.size(), std::size_t{4});
        QVERIFY(difference(scores_of(Checkpoint::open(target()))[0].nll,
                           scores_of(checkpoint, {variant_of(plan)})[0].nll) < kRounding);
        QCOMPARE(result.before.kv_cache_bytes_per_token, 2 * 2 * 32 * 6);
        QCOMPARE(result.after.kv_cache_bytes_per_token, 2 * 2 * 32 * 5);
        // 2 heads of Q and O and a KV head of K and V.
        QCOMPARE(result.before.parameters - result.after.parameters, 64 * 32 * (2 + 2 + 2));
    }

    /// Merged rows are new: they are stored finer than the source's.
    void keep_stores_merged_tensors_finer() {
        write_model(source(), small_config(3, {{"hidden_size", 64}, {"head_dim", 32}}));
        const Checkpoint checkpoint = Checkpoint::open(source());
        save(checkpoint, plan_of(checkpoint, {{0, 3, 0.9}}), false, ExportType::bf16);
        const fs::path coarse = root() / "coarse";
        fs::rename(target(), coarse);
        const Checkpoint again = Checkpoint::open(coarse);
        const MergePlan plan = plan_of(again, {{1, 4, 0.9}});
        save(again, plan, false, ExportType::keep);
        const GgufFile file(target() / "model.gguf");
        QCOMPARE(type_of(file, "blk.0.attn_q.weight"), std::string("BF16"));
        QVERIFY(difference(scores_of(Checkpoint::open(target()))[0].nll,
                           scores_of(again, {variant_of(plan)})[0].nll) < 2e-3);
    }

    /// Files of a size, as llama.cpp's gguf-split makes them, and an export of those.
    void shards_of_a_size() {
        constexpr std::int64_t kMost = 20'000;
        write_model(source(), small_config(3));
        const Checkpoint checkpoint = Checkpoint::open(source());
        const MergePlan plan = plan_of(checkpoint, {{0, 3, 0.9}});
        const ExportResult whole = save(checkpoint, plan, false);
        const std::string one = read_bytes(target() / "model.gguf");
        const ExportResult result = save(checkpoint, plan, false, ExportType::f32, kMost);
        std::vector<std::string> names = names_in(target());
        QCOMPARE(names.front(), std::string("headscope_manifest.json"));
        names.erase(names.begin());
        QVERIFY(names.size() > 2);
        std::size_t tensors = 0;
        std::int64_t bytes = 0;
        for (std::size_t i = 0; i < names.size(); ++i) {
            char name[40];
            std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.gguf", i + 1, names.size());
            QCOMPARE(names[i], std::string(name));
            const GgufFile file(target() / names[i]);
            const auto size = static_cast<std::int64_t>(fs::file_size(target() / names[i]));
            QVERIFY(size <= kMost || file.tensors().size() == 1);
            QCOMPARE(file.values().integer("split.no").value(), static_cast<std::int64_t>(i));
            QCOMPARE(file.values().integer("split.count").value(),
                     static_cast<std::int64_t>(names.size()));
            QCOMPARE(file.values().text("general.architecture").has_value(), i == 0);
            tensors += file.tensors().size();
            bytes += size;
        }
        const GgufFile first(target() / names[0]);
        QCOMPARE(first.values().integer("split.tensors.count").value(),
                 static_cast<std::int64_t>(tensors));
        // llama.cpp reads these types and no others: 2 is u16, 5 is i32.
        const std::string head = read_bytes(target() / names[0]);
        for (const auto& [key, type] :
             {std::pair{"split.no", 2}, {"split.count", 2}, {"split.tensors.count", 5}}) {
            const std::size_t at = head.find(key) + std::strlen(key);
            QCOMPARE(static_cast<int>(head[at]), type);
        }
        QCOMPARE(result.after.bytes, bytes);
        QCOMPARE(result.after.parameters, whole.after.parameters);
        const Checkpoint saved = Checkpoint::open(target());
        const std::vector<WindowScore> scores = scores_of(saved);
        QVERIFY(difference(scores[0].nll, scores_of(checkpoint, {variant_of(plan)})[0].nll) <
                kRounding);

        // Put together again it is the file that it would have been.
        const fs::path split = root() / "split";
        fs::rename(target(), split);
        const Checkpoint again = Checkpoint::open(split);
        save(again, removal_of(again, {{}, {5}}), false, ExportType::keep);
        const GgufFile joined(target() / "model.gguf");
        QVERIFY(!joined.values().integer("split.count"));
        QCOMPARE(joined.tensors().size(), tensors);
        write_bytes(root() / "one.gguf", one);
        const GgufFile before(root() / "one.gguf");
        for (const char* name : {"token_embd.weight", "blk.0.attn_q.weight", "blk.1.ffn_up.weight"})
            QCOMPARE(bytes_of(joined, name), bytes_of(before, name));
    }

    /// Of a size that the model does not reach there is one file, with the usual name.
    void a_small_model_is_one_file() {
        write_model(source(), small_config(3));
        const Checkpoint checkpoint = Checkpoint::open(source());
        save(checkpoint, plan_of(checkpoint, {{0, 3, 0.9}}), false, ExportType::f32, 1'000'000);
        QCOMPARE(names_in(target()),
                 (std::vector<std::string>{"headscope_manifest.json", "model.gguf"}));
    }

    void more_files_than_numbers_are_refused() {
        const std::vector<GgufTensor> tensors(70'000, {"x", find_block_type(0), {1}});
        const std::string error = error_of([&] { cut_into_gguf_shards("model", {}, tensors, 1); });
        QVERIFY2(contains(error, "70000") && contains(error, "--max_shard_size"), error.c_str());
    }

    void what_f16_cannot_hold_is_named() {
        write_model(source(), small_config(3));
        std::string bytes = read_bytes(source() / "model.safetensors");
        const float large = 1e6F;
        std::memcpy(bytes.data() + bytes.size() - sizeof large, &large, sizeof large);
        write_bytes(source() / "model.safetensors", bytes);
        const Checkpoint checkpoint = Checkpoint::open(source());
        const MergePlan plan = plan_of(checkpoint, {{0, 3, 0.9}});
        const std::string error = error_of([&] { save(checkpoint, plan, false, ExportType::f16); });
        QVERIFY2(contains(error, "has values that F16 cannot hold"), error.c_str());
        QVERIFY(!fs::exists(target()));
        save(checkpoint, plan, false, ExportType::bf16);
    }

    /// Closed forms; ggml's reference gives the same.
    void blocks_are_as_ggml_makes_them() {
        QCOMPARE(half_of_float(1.0F), std::uint16_t{0x3c00});
        QCOMPARE(half_of_float(-2.5F), std::uint16_t{0xc100});
        QCOMPARE(half_of_float(65504.0F), std::uint16_t{0x7bff});
        QCOMPARE(half_of_float(65520.0F), std::uint16_t{0x7c00});
        QCOMPARE(half_of_float(0x1p-24F), std::uint16_t{1});
        QCOMPARE(half_of_float(0x1p-25F), std::uint16_t{0});  // a tie, to even
        QCOMPARE(half_of_float(0x1.8p-25F), std::uint16_t{1});
        QCOMPARE(half_of_float(1.0F + 0x1p-11F), std::uint16_t{0x3c00});    // a tie, to even
        QCOMPARE(half_of_float(1.0F + 0x1.8p-10F), std::uint16_t{0x3c02});  // likewise
        for (std::uint32_t bits = 0; bits < 0x7c00; ++bits)
            QCOMPARE(half_of_float(float_of_half(bits)), static_cast<std::uint16_t>(bits));
        QCOMPARE(bfloat_of_float(1.0F + 0x1p-8F), std::uint16_t{0x3f80});
        QCOMPARE(bfloat_of_float(1.0F + 0x1.8p-7F), std::uint16_t{0x3f82});
        std::vector<float> values(32);
        for (int i = 0; i < 32; ++i)
            values[static_cast<std::size_t>(i)] = 0.125F * static_cast<float>(i - 8);
        const BlockType* type = find_block_type(8);
        std::string block(34, '\0');
        QVERIFY(encode_blocks(*type, values, reinterpret_cast<std::byte*>(block.data())));
        // max |x| is 2.875: the scale is 2.875 / 127, and x becomes round(127 x / 2.875).
        QCOMPARE(static_cast<unsigned char>(block[0]) | static_cast<unsigned char>(block[1]) << 8,
                 static_cast<int>(half_of_float(2.875F / 127.0F)));
        for (int i = 0; i < 32; ++i) {
            QCOMPARE(
                static_cast<int>(static_cast<signed char>(block[static_cast<std::size_t>(i) + 2])),
                static_cast<int>(std::lround(127.0 * (i - 8) / 23.0)));
        }
    }

  private:
    [[nodiscard]] fs::path root() const { return temporary_->path().toStdString(); }
    [[nodiscard]] fs::path source() const { return root() / "source"; }
    [[nodiscard]] fs::path target() const { return root() / "saved"; }

    ExportResult save(const Checkpoint& checkpoint, const MergePlan& plan, bool compact,
                      ExportType type = ExportType::f32, std::int64_t most_bytes = 0) const {
        ExportParams params;
        params.plan = plan;
        params.output_dir = target();
        params.format = ExportFormat::gguf;
        params.type = type;
        params.compact = compact;
        params.max_shard_bytes = most_bytes;
        params.force = true;
        return export_checkpoint(checkpoint, params);
    }

    void check(const Checkpoint& checkpoint, const MergePlan& plan, bool compact,
               const std::string& architecture) const {
        const ExportResult result = save(checkpoint, plan, compact);
        QCOMPARE(names_in(target()),
                 (std::vector<std::string>{"headscope_manifest.json", "model.gguf"}));
        const GgufFile file(target() / "model.gguf");
        QCOMPARE(std::string(file.values().text("general.architecture").value()), architecture);
        const Checkpoint saved = Checkpoint::open(target());
        saved.require_complete();
        QCOMPARE(
            saved.parameter_count(),
            result.after.parameters +
                (saved.has_tensor("rope_freqs.weight") ? checkpoint.config().head_dim / 2 : 0));
        const auto scores = scores_of(checkpoint, {Variant{}, variant_of(plan)});
        const double after = scores_of(saved)[0].nll;
        QVERIFY2(difference(after, scores[1].nll) < kRounding,
                 std::to_string(difference(after, scores[1].nll)).c_str());
        QVERIFY(difference(scores[0].nll, scores[1].nll) > 1e-4);
    }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestExportGguf)
#include "test_export_gguf.moc"
