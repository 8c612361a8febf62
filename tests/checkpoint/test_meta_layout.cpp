#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <optional>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/formats/checkpoint_format.h"
#include "tests/checkpoint/meta_model.h"
#include "tests/support/llama_tensor_names.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;
namespace fs = std::filesystem;

Q_DECLARE_METATYPE(headscope::testing::MetaSplit)

namespace {

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void compare_tensors(const Checkpoint& checkpoint, const std::vector<TensorSpec>& expected) {
    QCOMPARE(checkpoint.tensors().size(), expected.size());
    for (const TensorSpec& spec : expected) {
        const TensorView view = checkpoint.tensor(spec.name);
        QCOMPARE(view.shape, spec.shape);
        QVERIFY2(text_of(view.bytes) == spec.bytes, spec.name.c_str());
    }
}

/// The params.json of each release that differs from the others, with what must come of it.
struct Release {
    const char* name;
    json params;
    bool tied;
    std::int64_t context;
    double theta;
    std::optional<double> scaling;
};

std::vector<Release> releases() {
    return {
        {"Llama 1", {{"norm_eps", 1e-6}, {"vocab_size", -1}}, false, 2048, 1e4, {}},
        {"Llama 2", {{"norm_eps", 1e-5}, {"vocab_size", -1}}, false, 4096, 1e4, {}},
        {"Code Llama", {{"norm_eps", 1e-5}, {"rope_theta", 1e6}}, false, 16384, 1e6, {}},
        {"Llama 3", {{"norm_eps", 1e-5}, {"rope_theta", 5e5}}, false, 8192, 5e5, {}},
        {"Llama 3.1",
         {{"norm_eps", 1e-5}, {"rope_theta", 5e5}, {"use_scaled_rope", true}},
         false,
         131072,
         5e5,
         8.0},
        {"Llama 3.2",
         {{"norm_eps", 1e-5}, {"rope_theta", 5e5}, {"use_scaled_rope", true}},
         true,
         131072,
         5e5,
         32.0},
        {"factor given",
         {{"norm_eps", 1e-5}, {"use_scaled_rope", true}, {"rope_scaling_factor", 16}},
         true,
         131072,
         1e4,
         16.0},
    };
}

struct Fault {
    const char* name;
    ErrorCode code;
    const char* message;
    json change;  ///< merged into params.json
};

std::vector<Fault> faults() {
    const auto bad = ErrorCode::bad_input;
    const auto unsupported = ErrorCode::unsupported;
    return {
        {"no dim", bad, "params.json: dim is missing", {{"dim", nullptr}}},
        {"no layers", bad, "n_layers is missing", {{"n_layers", nullptr}}},
        {"no heads", bad, "n_heads is missing", {{"n_heads", nullptr}}},
        {"dim is a text", bad, "dim must be a whole number", {{"dim", "32"}}},
        {"negative layers", bad, "n_layers is -1", {{"n_layers", -1}}},
        {"too many layers",
         bad,
         "tensor model.layers.2.self_attn.q_proj.weight is missing",
         {{"n_layers", 3}}},
        {"endless layers", bad, "must be from 1 to", {{"n_layers", 2147483647}}},
        {"heads do not divide", bad, "n_heads is 7, but must divide dim (32)", {{"n_heads", 7}}},
        {"KV heads do not divide",
         bad,
         "n_kv_heads is 3, but must divide n_heads (8)",
         {{"n_kv_heads", 3}}},
        {"other KV heads",
         bad,
         "has the shape [16, 32], but params.json asks for [32, 32]",
         {{"n_kv_heads", 8}}},
        {"other vocabulary",
         bad,
         "has the shape [20, 32], but params.json asks for [21, 32]",
         {{"vocab_size", 21}}},
        {"other dim", bad, "but params.json asks for", {{"dim", 64}}},
        {"quantized",
         unsupported,
         "quantization_args: a quantized model is not supported",
         {{"quantization_args", {{"group_size", 32}}}}},
        {"adapters",
         unsupported,
         "lora_args: a model with adapters",
         {{"lora_args", {{"rank", 8}}}}},
        {"experts", unsupported, "moe: a mixture of experts", {{"moe", {{"num_experts", 8}}}}},
        {"images",
         unsupported,
         "vision_chunk_size: a model of images",
         {{"vision_chunk_size", 448}}},
    };
}

}  // namespace

class TestMetaLayout : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { temporary_.emplace(); }

    void the_fixture_is_the_same_model_in_both_layouts() {
        const Checkpoint meta = Checkpoint::open(tests_dir() / "fixtures/models/meta");
        const Checkpoint hugging_face = Checkpoint::open(bpe_model());
        QCOMPARE(meta.format().id, "meta");
        QCOMPARE(hugging_face.format().id, "safetensors");
        QCOMPARE(meta.tensors().size(), hugging_face.tensors().size());
        for (const TensorInfo& info : hugging_face.tensors()) {
            const TensorView expected = hugging_face.tensor(info.name);
            const TensorView view = meta.tensor(info.name);
            QCOMPARE(view.shape, expected.shape);
            QCOMPARE(view.dtype, expected.dtype);
            QVERIFY2(text_of(view.bytes) == text_of(expected.bytes), info.name.c_str());
        }
        const ModelConfig& a = meta.config();
        const ModelConfig& b = hugging_face.config();
        QCOMPARE(a.model_type, b.model_type);
        QCOMPARE(a.hidden_size, b.hidden_size);
        QCOMPARE(a.intermediate_size, b.intermediate_size);
        QCOMPARE(a.num_hidden_layers, b.num_hidden_layers);
        QCOMPARE(a.num_attention_heads, b.num_attention_heads);
        QCOMPARE(a.num_key_value_heads, b.num_key_value_heads);
        QCOMPARE(a.head_dim, b.head_dim);
        QCOMPARE(a.vocab_size, b.vocab_size);
        QCOMPARE(a.max_position_embeddings, b.max_position_embeddings);
        QCOMPARE(a.rms_norm_eps, b.rms_norm_eps);
        QCOMPARE(a.rope.type, b.rope.type);
        QCOMPARE(a.rope.theta, b.rope.theta);
        QCOMPARE(a.rope.factor, b.rope.factor);
        QCOMPARE(a.rope.low_freq_factor, b.rope.low_freq_factor);
        QCOMPARE(a.rope.high_freq_factor, b.rope.high_freq_factor);
        QCOMPARE(a.rope.original_max_position_embeddings, b.rope.original_max_position_embeddings);
        QCOMPARE(a.tie_word_embeddings, b.tie_word_embeddings);
        QCOMPARE(a.bos_token_id, b.bos_token_id);
        QCOMPARE(a.dtype, b.dtype);
    }

    void parts_are_joined_data() {
        QTest::addColumn<int>("parts");
        QTest::addColumn<MetaSplit>("split");
        for (const int parts : {1, 2, 4}) {
            QTest::addRow("Llama 2, %d", parts) << parts << MetaSplit::llama2;
            QTest::addRow("Llama 3, %d", parts) << parts << MetaSplit::llama3;
        }
    }

    void parts_are_joined() {
        QFETCH(int, parts);
        QFETCH(MetaSplit, split);
        write_meta_model(folder(), static_cast<std::size_t>(parts), split);
        const Checkpoint checkpoint = Checkpoint::open(folder());
        QCOMPARE(checkpoint.tensor_files().size(), static_cast<std::size_t>(parts));
        QCOMPARE(checkpoint.config().head_dim, 4);
        QCOMPARE(checkpoint.config().num_key_value_heads, 4);
        compare_tensors(checkpoint, random_tensors(meta_config()));
        QCOMPARE(checkpoint.fingerprint().size(), std::size_t{64});
    }

    void only_what_must_be_is_copied() {
        write_meta_model(folder(), 1);
        const Checkpoint checkpoint = Checkpoint::open(folder());
        for (const TensorInfo& info : checkpoint.tensors()) {
            const bool turned = contains(info.name, "q_proj") || contains(info.name, "k_proj");
            const bool copied = checkpoint.tensor(info.name).bytes.data() !=
                                checkpoint.tensor(info.name).bytes.data();
            // Two views of a mapped tensor are the same bytes; a copy may by chance lie where the
            // one before was, so only the former is certain.
            if (!turned) QVERIFY2(!copied, info.name.c_str());
        }
        const TensorView one = checkpoint.tensor(tensor_names::q_proj(0));
        const TensorView two = checkpoint.tensor(tensor_names::q_proj(0));
        QVERIFY(one.bytes.data() != two.bytes.data());
        QVERIFY(text_of(one.bytes) == text_of(two.bytes));
    }

    void a_view_outlives_its_checkpoint() {
        write_meta_model(folder(), 2);
        std::optional<Checkpoint> checkpoint = Checkpoint::open(folder());
        const TensorView joined = checkpoint->tensor(tensor_names::o_proj(1));
        const TensorView mapped = checkpoint->tensor(tensor_names::input_norm(1));
        checkpoint.reset();
        for (const TensorSpec& spec : random_tensors(meta_config())) {
            if (spec.name == joined.name) QVERIFY(text_of(joined.bytes) == spec.bytes);
            if (spec.name == mapped.name) QVERIFY(text_of(mapped.bytes) == spec.bytes);
        }
    }

    void each_release_is_known_by_its_fields_data() {
        QTest::addColumn<int>("index");
        const auto all = releases();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::newRow(all[i].name) << static_cast<int>(i);
    }

    void each_release_is_known_by_its_fields() {
        QFETCH(int, index);
        const Release release = releases()[static_cast<std::size_t>(index)];
        json params = meta_params();
        params.merge_patch(release.params);
        json config = meta_config();
        config["tie_word_embeddings"] = release.tied;
        write_meta_model(folder(), 1, MetaSplit::llama3, params, config);
        const ModelConfig read = Checkpoint::open(folder()).config();
        QCOMPARE(read.vocab_size, 20);
        QCOMPARE(read.intermediate_size, 24);
        QCOMPARE(read.rms_norm_eps, release.params["norm_eps"].get<double>());
        QCOMPARE(read.tie_word_embeddings, release.tied);
        QCOMPARE(read.max_position_embeddings, release.context);
        QCOMPARE(read.rope.theta, release.theta);
        QCOMPARE(read.rope.type, release.scaling ? RopeType::llama3 : RopeType::standard);
        if (release.scaling) {
            QCOMPARE(read.rope.factor, *release.scaling);
            QCOMPARE(read.rope.low_freq_factor, 1.0);
            QCOMPARE(read.rope.high_freq_factor, 4.0);
            QCOMPARE(read.rope.original_max_position_embeddings, 8192);
        }
    }

    /// Mistral's first release is in the same layout.
    void a_sliding_window_is_mistrals() {
        json params = meta_params();
        params.update({{"head_dim", 4}, {"hidden_dim", 24}, {"sliding_window", 16}});
        write_meta_model(folder(), 1, MetaSplit::llama3, params);
        const ModelConfig config = Checkpoint::open(folder()).config();
        QCOMPARE(config.model_type, std::string("mistral"));
        QCOMPARE(config.sliding_window(1), 16);
        QCOMPARE(config.max_position_embeddings, 32768);
    }

    void without_kv_heads_every_head_has_its_own() {
        json params = meta_params();
        params.erase("n_kv_heads");
        json config = meta_config();
        config["num_key_value_heads"] = 8;
        write_meta_model(folder(), 2, MetaSplit::llama2, params, config);
        const Checkpoint checkpoint = Checkpoint::open(folder());
        QCOMPARE(checkpoint.config().num_key_value_heads, 8);
        compare_tensors(checkpoint, random_tensors(config));
    }

    void the_tokenizer_tells_what_begins_a_text() {
        write_meta_model(folder(), 1);
        const auto bos = [&] { return Checkpoint::open(folder()).config().bos_token_id; };
        QVERIFY(!bos());
        write_bytes(folder() / "tokenizer.model", "\n\x0e\n\x05<unk>");  // SentencePiece
        QCOMPARE(bos(), std::optional<std::int32_t>(1));
        write_bytes(folder() / "tokenizer.model", "IQ== 0\n");  // 20 - 256 is no id
        QVERIFY(!bos());
        json config = meta_config();
        config["vocab_size"] = 300;
        json params = meta_params();
        params["vocab_size"] = -1;
        write_meta_model(folder(), 1, MetaSplit::llama3, params, config);
        QCOMPARE(bos(), std::optional<std::int32_t>(44));
    }

    void an_output_that_is_the_embeddings_is_tied() {
        write_meta_model(folder(), 1);
        std::vector<TensorSpec> part =
            meta_parts(random_tensors(meta_config()), 4, 1, MetaSplit::llama3)[0];
        std::string entries;
        std::vector<std::string> storages;
        for (const TensorSpec& spec : part) {
            if (spec.name == "output.weight") continue;
            const auto add = [&](const std::string& name) {
                entries += pickle::text(name) +
                           pickle::tensor(
                               pickle::storage("BFloat16Storage", std::to_string(storages.size()),
                                               static_cast<std::int64_t>(spec.bytes.size() / 2)),
                               0, spec.shape, row_major_strides(spec.shape));
            };
            add(spec.name);
            if (spec.name == "tok_embeddings.weight") add("output.weight");
            storages.push_back(spec.bytes);
        }
        write_torch_file(folder() / meta_file(0), pickle::dictionary(entries), storages);
        const Checkpoint checkpoint = Checkpoint::open(folder());
        QVERIFY(checkpoint.config().tie_word_embeddings);
        QVERIFY(!checkpoint.has_tensor(tensor_names::output_projection()));
    }

    void faults_of_params_are_named_data() {
        QTest::addColumn<int>("index");
        const auto all = faults();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::newRow(all[i].name) << static_cast<int>(i);
    }

    void faults_of_params_are_named() {
        QFETCH(int, index);
        const Fault fault = faults()[static_cast<std::size_t>(index)];
        json params = meta_params();
        params.merge_patch(fault.change);
        write_meta_model(folder(), 1, MetaSplit::llama3, params);
        expect_error(fault.code, fault.message);
    }

    void faults_of_parts_are_named() {
        const auto bad = ErrorCode::bad_input;
        write_meta_model(folder(), 4);
        fs::remove(folder() / meta_file(3));
        expect_error(bad, "split among 4 files, of which consolidated.03.pth is missing; download");
        fs::remove(folder() / meta_file(1));
        expect_error(bad, "consolidated.01.pth is missing beside consolidated.02.pth");
        fs::remove(folder() / meta_file(0));
        expect_error(bad, "consolidated.00.pth is missing beside consolidated.02.pth");

        auto parts = meta_parts(random_tensors(meta_config()), 4, 2, MetaSplit::llama3);
        const auto write = [&] {
            fs::remove(folder() / meta_file(2));
            for (std::size_t i = 0; i < 2; ++i)
                write_torch_file(folder() / meta_file(i), parts[i]);
        };
        TensorSpec& output = parts[1][2];
        QCOMPARE(output.name, std::string("output.weight"));
        output.shape[0] /= 2;
        output.bytes.resize(size_in_bytes(output));
        write();
        expect_error(bad,
                     "consolidated.01.pth: tensor output.weight is BF16 [5, 32], but BF16 [10,");
        output.name = "other";
        write();
        expect_error(bad, "consolidated.01.pth: tensor output.weight is missing, though the other");

        write_meta_model(folder(), 1);
        fs::remove(folder() / meta_file(1));
        fs::remove(folder() / "params.json");
        expect_error(bad, "params.json is missing; download it as well");
        write_bytes(folder() / "params.json", "[]");
        expect_error(bad, "params.json: a JSON text, not the file itself ([])");
        write_bytes(folder() / "params.json", "");
        expect_error(bad, "params.json: not valid JSON");
    }

    void hugging_face_wins_where_both_are_and_none_is_named() {
        write_meta_model(folder(), 1);
        write_model(folder());
        const auto format_of = [&](const char* name) {
            return std::string(Checkpoint::open(folder() / name).format().id);
        };
        QCOMPARE(format_of(""), "safetensors");
        QCOMPARE(format_of("config.json"), "safetensors");
        QCOMPARE(format_of("consolidated.00.pth"), "meta");
        QCOMPARE(format_of("params.json"), "meta");
        fs::remove(folder() / "model.safetensors");
        QCOMPARE(Checkpoint::open(folder()).format().id, "meta");
        QCOMPARE(Checkpoint::open(folder() / "consolidated.00.pth").directory(), folder());
    }

    void fingerprints_tell_models_apart() {
        write_meta_model(folder(), 2);
        const std::string original = Checkpoint::open(folder()).fingerprint();
        QCOMPARE(Checkpoint::open(folder()).fingerprint(), original);
        json params = meta_params();
        params["norm_eps"] = 1e-6;
        write_bytes(folder() / "params.json", params.dump());
        QVERIFY(Checkpoint::open(folder()).fingerprint() != original);
        write_meta_model(folder(), 2, MetaSplit::llama2);
        QVERIFY(Checkpoint::open(folder()).fingerprint() != original);
    }

    /// Hugging Face's older layout has the same files, under its own names and in its own order.
    void pytorch_model_bin_is_read_as_well() {
        const std::vector<TensorSpec> tensors = random_tensors(meta_config());
        write_config(folder(), meta_config());
        write_torch_file(folder() / "pytorch_model.bin", tensors);
        const Checkpoint whole = Checkpoint::open(folder());
        QCOMPARE(whole.format().id, "torch");
        compare_tensors(whole, tensors);

        fs::remove(folder() / "pytorch_model.bin");
        json weight_map;
        const std::size_t half = tensors.size() / 2;
        const auto middle = tensors.begin() + static_cast<std::ptrdiff_t>(half);
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            weight_map[tensors[i].name] =
                i < half ? "pytorch_model-00001-of-00002.bin" : "pytorch_model-00002-of-00002.bin";
        }
        write_torch_file(folder() / "pytorch_model-00001-of-00002.bin",
                         std::vector<TensorSpec>(tensors.begin(), middle));
        write_torch_file(folder() / "pytorch_model-00002-of-00002.bin",
                         std::vector<TensorSpec>(middle, tensors.end()));
        expect_error(ErrorCode::bad_input, "pytorch_model.bin.index.json is missing beside");
        write_bytes(folder() / "pytorch_model.bin.index.json",
                    json{{"weight_map", weight_map}}.dump());
        compare_tensors(Checkpoint::open(folder()), tensors);
        write_model(folder(), meta_config());
        QCOMPARE(Checkpoint::open(folder()).format().id, "safetensors");
    }

  private:
    fs::path folder() const { return temporary_->path().toStdString(); }

    void expect_error(ErrorCode code, const std::string& message) const {
        try {
            Checkpoint::open(folder()).require_complete();
            QFAIL("the folder should be refused");
        } catch (const Error& error) {
            QVERIFY2(contains(error.what(), message), error.what());
            QVERIFY2(contains(error.what(), folder().string()), error.what());
            QCOMPARE(static_cast<int>(error.code()), static_cast<int>(code));
        }
    }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestMetaLayout)
#include "test_meta_layout.moc"
