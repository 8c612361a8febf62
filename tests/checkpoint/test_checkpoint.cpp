#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "core/checkpoint/checkpoint.h"
#include "tests/checkpoint/tiny_llama.h"
#include "tests/support/llama_tensor_names.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A safetensors file, read without the code under test.
class PlainFile {
  public:
    explicit PlainFile(const fs::path& path) : bytes_(read_bytes(path)) {
        std::size_t length = 0;
        for (std::size_t i = 8; i-- > 0;) {
            length = length << 8 | static_cast<unsigned char>(bytes_[i]);
        }
        header_ = json::parse(bytes_.substr(8, length));
        data_ = std::string_view(bytes_).substr(8 + length);
    }
    PlainFile(const PlainFile&) = delete;
    PlainFile& operator=(const PlainFile&) = delete;

    [[nodiscard]] std::string_view bytes_of(const std::string& tensor) const {
        const json& offsets = header_.at(tensor).at("data_offsets");
        const auto begin = offsets.at(0).get<std::size_t>();
        return data_.substr(begin, offsets.at(1).get<std::size_t>() - begin);
    }

  private:
    std::string bytes_;
    std::string_view data_;
    json header_;
};

/// Every tensor of the checkpoint, against its file.
void compare_all_bytes(const Checkpoint& checkpoint) {
    std::map<fs::path, PlainFile> files;
    for (const TensorInfo& info : checkpoint.tensors()) {
        const PlainFile& file = files.try_emplace(info.file, info.file).first->second;
        const TensorView view = checkpoint.tensor(info.name);
        QCOMPARE(view.name, info.name);
        QCOMPARE(view.shape, info.shape);
        QCOMPARE(view.dtype, info.dtype);
        QCOMPARE(view.bytes.size(),
                 static_cast<std::size_t>(info.elements()) * size_of(info.dtype));
        QVERIFY2(text_of(view.bytes) == file.bytes_of(info.name), info.name.c_str());
    }
}

}  // namespace

class TestCheckpoint : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { temporary_.emplace(); }

    void opens_the_demo_model() {
        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        const ModelConfig& config = checkpoint.config();
        QCOMPARE(config.hidden_size, 256);
        QCOMPARE(config.intermediate_size, 512);
        QCOMPARE(config.num_hidden_layers, 6);
        QCOMPARE(config.num_attention_heads, 16);
        QCOMPARE(config.num_key_value_heads, 8);
        QCOMPARE(config.head_dim, 16);
        QCOMPARE(config.vocab_size, 4096);
        QCOMPARE(config.max_position_embeddings, 512);
        QCOMPARE(config.rms_norm_eps, 1e-5);
        QCOMPARE(config.rope.type, RopeType::standard);
        QCOMPARE(config.rope.theta, 10000.0);
        QCOMPARE(config.tie_word_embeddings, true);
        QCOMPARE(config.bos_token_id, std::optional<std::int32_t>(1));
        QCOMPARE(config.dtype, DType::bf16);

        QCOMPARE(checkpoint.directory(), demo_model());
        QCOMPARE(checkpoint.tensor_files(),
                 std::vector<fs::path>{demo_model() / "model.safetensors"});
        QCOMPARE(checkpoint.tensors().size(), std::size_t{2 + 6 * 9});
        QVERIFY(!checkpoint.has_tensor(tensor_names::output_projection()));
        // Embeddings, final norm, and per layer q and o, k and v, the MLP and two norms.
        const std::int64_t layer = 2 * 256 * 256 + 2 * 128 * 256 + 3 * 512 * 256 + 2 * 256;
        QCOMPARE(checkpoint.parameter_count(), 4096 * 256 + 256 + 6 * layer);
        compare_all_bytes(checkpoint);
    }

    void opens_a_model_in_four_shards() {
        const Checkpoint checkpoint = Checkpoint::open(bpe_model());
        const ModelConfig& config = checkpoint.config();
        QCOMPARE(config.num_hidden_layers, 5);
        QCOMPARE(config.num_attention_heads, 8);
        QCOMPARE(config.num_key_value_heads, 2);
        QCOMPARE(config.head_dim, 32);
        QCOMPARE(config.max_position_embeddings, 131072);
        QCOMPARE(config.rope.type, RopeType::llama3);
        QCOMPARE(config.rope.theta, 500000.0);
        QCOMPARE(config.rope.factor, 8.0);
        QCOMPARE(config.rope.original_max_position_embeddings, 8192);
        QCOMPARE(config.tie_word_embeddings, false);
        QCOMPARE(config.bos_token_id, std::optional<std::int32_t>(5888));
        QCOMPARE(config.dtype, DType::bf16);

        QCOMPARE(checkpoint.tensor_files().size(), std::size_t{4});
        for (std::size_t i = 0; i < 4; ++i) {
            QCOMPARE(checkpoint.tensor_files()[i], bpe_model() / shard_name(i, 4));
        }
        QCOMPARE(checkpoint.tensors().size(), std::size_t{3 + 5 * 9});
        QCOMPARE(checkpoint.parameter_count(), 6'671'104);
        compare_all_bytes(checkpoint);
    }

    void relatives_have_tensors_of_their_own() {
        const auto missing = [&](const json& config, const std::string& tensor) {
            write_config(folder(), config);
            std::vector<TensorSpec> tensors = tensors_of(config);
            const std::size_t all = tensors.size();
            std::erase_if(tensors, [&](const TensorSpec& spec) { return spec.name == tensor; });
            QCOMPARE(tensors.size(), all - 1);
            write_sparse_safetensors(folder() / "model.safetensors", tensors);
            const std::string error =
                error_of([&] { Checkpoint::open(folder()).require_complete(); });
            QVERIFY2(contains(error, "tensor " + tensor + " is missing"), error.c_str());
        };
        json config = tiny_config();
        config["attention_bias"] = true;
        config["mlp_bias"] = true;
        QCOMPARE(tensors_of(config).size(), std::size_t{3 + 2 * (9 + 4 + 3)});
        missing(config, "model.layers.1.self_attn.o_proj.bias");
        missing(config, "model.layers.0.mlp.gate_proj.bias");
        config = tiny_config();
        config["model_type"] = "qwen2";
        QCOMPARE(tensors_of(config).size(), std::size_t{3 + 2 * (9 + 3)});
        missing(config, "model.layers.0.self_attn.k_proj.bias");
        config["model_type"] = "qwen3";
        QCOMPARE(tensors_of(config).size(), std::size_t{3 + 2 * (9 + 2)});
        missing(config, "model.layers.1.self_attn.q_norm.weight");
    }

    void tensors_are_sorted_and_lie_where_the_index_says() {
        const json index =
            json::parse(read_bytes(bpe_model() / "model.safetensors.index.json")).at("weight_map");
        const std::vector<TensorInfo> tensors = Checkpoint::open(bpe_model()).tensors();
        QVERIFY(std::is_sorted(tensors.begin(), tensors.end(),
                               [](const auto& a, const auto& b) { return a.name < b.name; }));
        for (const TensorInfo& info : tensors) {
            QCOMPARE(info.file.filename().string(), index.at(info.name).get<std::string>());
        }
    }

    void opens_by_any_file_of_the_folder() {
        const fs::path model = bpe_model();
        for (const char* name : {"config.json", "model.safetensors.index.json",
                                 "model-00003-of-00004.safetensors", "tokenizer.json"}) {
            const Checkpoint checkpoint = Checkpoint::open(model / name);
            QCOMPARE(checkpoint.directory(), model);
            QCOMPARE(checkpoint.parameter_count(), 6'671'104);
        }
        QCOMPARE(Checkpoint::open(model / "").directory(), model);  // a slash at the end
        QVERIFY(contains(error_of([&] { Checkpoint::open(model / "no.json"); }), "no.json: "));
    }

    void opens_relative_paths() {
        write_model(folder());
        const fs::path before = fs::current_path();
        fs::current_path(folder());
        QCOMPARE(Checkpoint::open("config.json").directory(), fs::path("."));
        QCOMPARE(Checkpoint::open(".").directory(), fs::path("."));
        fs::current_path(before);
    }

    void opens_paths_of_any_script_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("spaces") << QStringLiteral(" a model  with spaces ");
        QTest::newRow("Cyrillic") << QStringLiteral("модель");
        QTest::newRow("emoji") << QStringLiteral("🦙 llama");
        QTest::newRow("quotes and braces") << QStringLiteral("a'b\"{c}%n");
    }

    void opens_paths_of_any_script() {
        QFETCH(QString, name);
        const fs::path model = folder() / name.toStdString();
        write_sharded_model(model, 3);
        const Checkpoint checkpoint = Checkpoint::open(model);
        QCOMPARE(checkpoint.tensor_files().size(), std::size_t{3});
        QCOMPARE(Checkpoint::open(model / shard_name(0, 3)).directory(), model);
        fs::remove(model / shard_name(0, 3));
        QVERIFY(contains(error_of([&] { Checkpoint::open(model); }), model.string()));
    }

    void opens_a_cache_of_links() {
        // As huggingface_hub keeps it: names in snapshots/<revision>, contents in blobs/<hash>.
        const fs::path blobs = folder() / "blobs";
        const fs::path snapshot = folder() / "snapshots" / "0123abc";
        write_sharded_model(blobs, 2);
        fs::create_directories(snapshot);
        for (const char* name :
             {"config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
              "model-00002-of-00002.safetensors"}) {
            fs::rename(blobs / name, blobs / ("hash-of-" + std::string(name)));
            fs::create_symlink("../../blobs/hash-of-" + std::string(name), snapshot / name);
        }
        const Checkpoint by_folder = Checkpoint::open(snapshot);
        QCOMPARE(by_folder.tensor_files()[0], snapshot / "model-00001-of-00002.safetensors");
        QCOMPARE(Checkpoint::open(snapshot / "config.json").directory(), snapshot);
        fs::create_directory_symlink(snapshot, folder() / "link");
        const Checkpoint by_link = Checkpoint::open(folder() / "link");
        QCOMPARE(by_link.directory(), folder() / "link");
        QCOMPARE(by_link.fingerprint(), by_folder.fingerprint());
    }

    void the_single_file_wins_over_an_index() {
        write_sharded_model(folder(), 2);
        write_model(folder());
        QCOMPARE(Checkpoint::open(folder()).tensor_files(),
                 std::vector<fs::path>{folder() / "model.safetensors"});
    }

    void other_files_do_no_harm() {
        write_model(folder());
        for (const char* name : {"pytorch_model.bin", "consolidated.00.pth", "model.gguf",
                                 "consolidated.safetensors", "adapter_model.safetensors"}) {
            write_bytes(folder() / name, "not read");
        }
        QVERIFY(Checkpoint::open(folder()).has_tensor(tensor_names::q_proj(0)));
    }

    void all_weight_dtypes_open() {
        const std::map<std::string, DType> dtypes{
            {"BF16", DType::bf16}, {"F16", DType::f16}, {"F32", DType::f32}};
        for (const auto& [name, dtype] : dtypes) {
            write_config(folder(), tiny_config());
            write_sparse_safetensors(folder() / "model.safetensors",
                                     tensors_of(tiny_config(), name));
            const TensorView view = Checkpoint::open(folder()).tensor(tensor_names::q_proj(1));
            QCOMPARE(view.dtype, dtype);
            QCOMPARE(view.bytes.size(), 24 * 12 * size_of(dtype));
        }
    }

    void more_tensors_than_the_config_asks_for_are_allowed() {
        std::vector<TensorSpec> tensors = tensors_of(tiny_config());
        tensors.push_back({"model.layers.0.self_attn.rotary_emb.inv_freq", "F32", {2}});
        tensors.push_back({"scalar", "F32", {}});
        tensors.push_back({"nothing", "F16", {4, 0}});
        tensors.push_back({"steps", "I64", {3}});
        write_config(folder(), tiny_config());
        write_sparse_safetensors(folder() / "model.safetensors", tensors);

        const Checkpoint checkpoint = Checkpoint::open(folder());
        QCOMPARE(checkpoint.tensor("scalar").bytes.size(), std::size_t{4});
        QVERIFY(checkpoint.tensor("scalar").shape.empty());
        QVERIFY(checkpoint.tensor("nothing").bytes.empty());
        QVERIFY(checkpoint.has_tensor("steps"));
        // A tensor that cannot hold weights is there, but is not listed and cannot be asked for.
        QCOMPARE(checkpoint.tensors().size(), tensors.size() - 1);
        try {
            static_cast<void>(checkpoint.tensor("steps"));
            QFAIL("int64 is none of DType");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::unsupported);
            QVERIFY2(contains(error.what(), "tensor steps: weights of dtype I64"), error.what());
        }
    }

    void tied_embeddings_may_still_have_an_output_projection() {
        json config = tiny_config();
        write_model(folder(), config);  // with lm_head.weight
        config["tie_word_embeddings"] = true;
        write_config(folder(), config);
        QVERIFY(Checkpoint::open(folder()).has_tensor(tensor_names::output_projection()));
    }

    void a_tensor_that_is_not_there_is_named() {
        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        QVERIFY(!checkpoint.has_tensor("model.layers.6.input_layernorm.weight"));
        const std::string error = error_of([&] { return checkpoint.tensor("bias"); });
        QVERIFY2(contains(error, "there is no tensor bias"), error.c_str());
    }

    void a_view_outlives_its_checkpoint() {
        std::optional<Checkpoint> checkpoint = Checkpoint::open(demo_model());
        const TensorView view = checkpoint->tensor(tensor_names::v_proj(3));
        checkpoint.reset();
        const PlainFile file(demo_model() / "model.safetensors");
        QVERIFY(text_of(view.bytes) == file.bytes_of(tensor_names::v_proj(3)));
    }

  private:
    fs::path folder() const { return temporary_->path().toStdString(); }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestCheckpoint)
#include "test_checkpoint.moc"
