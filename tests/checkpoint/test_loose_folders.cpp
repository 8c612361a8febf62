#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/formats/checkpoint_format.h"
#include "core/checkpoint/model_place.h"
#include "tests/checkpoint/tiny_llama.h"
#include "tests/checkpoint/torch_writer.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

constexpr const char* kIndex = "model.safetensors.index.json";
constexpr const char* kQ0 = "model.layers.0.self_attn.q_proj.weight";
constexpr const char* kQ0Bias = "model.layers.0.self_attn.q_proj.bias";

std::string text_of(const TensorView& view) {
    return {reinterpret_cast<const char*>(view.bytes.data()), view.bytes.size()};
}

/// The tiny model's tensors with bytes that tell them apart.
std::vector<TensorSpec> filled_tensors(const json& config = tiny_config()) {
    std::vector<TensorSpec> tensors = tensors_of(config);
    for (std::size_t i = 0; i < tensors.size(); ++i)
        tensors[i].bytes.assign(size_in_bytes(tensors[i]), static_cast<char>(i + 1));
    return tensors;
}

std::string rename(std::string name, std::string_view prefix, std::string_view to) {
    return name.starts_with(prefix) ? std::string(to) + name.substr(prefix.size()) : name;
}

}  // namespace

/// What people's folders hold: Headscope opens it as transformers does, and names what it leaves
/// out.
class TestLooseFolders : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        temporary_.emplace();
        fs::create_directory(folder());
    }

    void an_index_entry_without_a_tensor_does_no_harm() {
        write_sharded_model(folder(), 2);
        change_index([](json& map) { map["mtp.fc.weight"] = shard_name(1, 2); });
        const Checkpoint checkpoint = Checkpoint::open(folder());
        checkpoint.require_complete();
        QVERIFY(!checkpoint.has_tensor("mtp.fc.weight"));
    }

    void a_tensor_may_lie_in_another_shard_than_the_index_says() {
        write_sharded_model(folder(), 2);
        change_index([](json& map) { map[kQ0] = shard_name(1, 2); });
        Checkpoint::open(folder()).require_complete();
    }

    void of_a_tensor_in_two_shards_the_index_decides() {
        for (const bool second : {false, true}) {
            write_sharded_model(folder(), 2);
            const std::vector<TensorSpec> all = tensors_of(tiny_config());
            std::vector<TensorSpec> last(all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2),
                                         all.end());
            for (TensorSpec& tensor : last)
                tensor.bytes.assign(size_in_bytes(tensor), '\0');
            last.push_back({kQ0, "BF16", {24, 12}, std::string(2 * 24 * 12, '\x3f')});
            write_safetensors(folder() / shard_name(1, 2), last);
            change_index([&](json& map) { map[kQ0] = shard_name(second ? 1 : 0, 2); });
            const TensorView q = Checkpoint::open(folder()).tensor(kQ0);
            QCOMPARE(text_of(q), std::string(2 * 24 * 12, second ? '\x3f' : '\0'));
        }
    }

    void metadata_may_be_null() {
        const std::vector<TensorSpec> tensors = filled_tensors();
        write_config(folder(), tiny_config());
        std::string bytes = safetensors_bytes(tensors);
        const std::string metadata = R"({"format":"pt"})";
        bytes.replace(bytes.find(metadata), metadata.size(), "null           ");
        write_bytes(folder() / "model.safetensors", bytes);
        QCOMPARE(text_of(Checkpoint::open(folder()).tensor(kQ0)), bytes_of(tensors, kQ0));
    }

    void prefixes_fall_away_data() {
        QTest::addColumn<QByteArray>("model");
        QTest::addColumn<QByteArray>("rest");
        QTest::newRow("saved without its head") << QByteArray() << QByteArray();
        QTest::newRow("text part")
            << QByteArray("language_model.model.") << QByteArray("language_model.");
        QTest::newRow("text part of transformers 5")
            << QByteArray("model.language_model.") << QByteArray();
        QTest::newRow("torch.compile")
            << QByteArray("_orig_mod.model.") << QByteArray("_orig_mod.");
        QTest::newRow("compiled inside") << QByteArray("model._orig_mod.") << QByteArray();
        QTest::newRow("parallel") << QByteArray("module.model.") << QByteArray("module.");
        QTest::newRow("both") << QByteArray("module._orig_mod.model.")
                              << QByteArray("module._orig_mod.");
    }

    void prefixes_fall_away() {
        QFETCH(QByteArray, model);
        QFETCH(QByteArray, rest);
        const std::vector<TensorSpec> tensors = filled_tensors();
        std::vector<TensorSpec> renamed = tensors;
        for (TensorSpec& tensor : renamed) {
            tensor.name = tensor.name.starts_with("model.")
                              ? rename(tensor.name, "model.", model.toStdString())
                              : rest.toStdString() + tensor.name;
        }
        write_config(folder(), tiny_config());
        write_safetensors(folder() / "model.safetensors", renamed);
        const Checkpoint checkpoint = Checkpoint::open(folder());
        checkpoint.require_complete();
        QVERIFY(checkpoint.notes().empty());
        for (const TensorSpec& tensor : tensors)
            QVERIFY2(text_of(checkpoint.tensor(tensor.name)) == tensor.bytes, tensor.name.c_str());
    }

    void a_head_of_its_own_is_used_though_the_config_ties() {
        std::vector<TensorSpec> tensors = filled_tensors();
        json config = tiny_config();
        config["tie_word_embeddings"] = true;
        write_config(folder(), config);
        write_safetensors(folder() / "model.safetensors", tensors);
        const Checkpoint checkpoint = Checkpoint::open(folder());
        QVERIFY(!checkpoint.config().tie_word_embeddings);
        QVERIFY(contains(checkpoint.notes().at(0), "the files hold lm_head.weight, which is used"));
    }

    void unused_tensors_are_named_and_stop_an_evaluation() {
        std::vector<TensorSpec> tensors = filled_tensors();
        tensors.push_back({kQ0Bias, "BF16", {24}, std::string(48, '\1')});
        tensors.push_back(
            {"model.layers.0.self_attn.rotary_emb.inv_freq", "F32", {2}, std::string(8, '\1')});
        tensors.push_back({"model.layers.2.self_attn.q_proj.bias", "BF16", {1}, "\1\1"});
        write_config(folder(), tiny_config());
        write_safetensors(folder() / "model.safetensors", tensors);
        const Checkpoint checkpoint = Checkpoint::open(folder());
        QCOMPARE(checkpoint.unused_tensors(),
                 (std::vector<std::string>{kQ0Bias, "model.layers.2.self_attn.q_proj.bias"}));
        QVERIFY(
            contains(checkpoint.notes().at(0), "2 tensors are not used: " + std::string(kQ0Bias)));
        const std::string error = error_of([&] { checkpoint.require_complete(); });
        QVERIFY2(contains(error, "does not use"), error.c_str());
        QVERIFY2(contains(error, std::string("(") + kQ0Bias + ")"), error.c_str());
        Checkpoint::open(folder(), {true}).require_complete();
    }

    void adapters_beside_the_weights_are_named() {
        std::vector<TensorSpec> tensors = filled_tensors();
        tensors.push_back({"model.layers.0.self_attn.q_proj.lora_A.weight",
                           "BF16",
                           {1, 12},
                           std::string(24, '\1')});
        write_config(folder(), tiny_config());
        write_safetensors(folder() / "model.safetensors", tensors);
        const std::string error = error_of([&] { Checkpoint::open(folder()).require_complete(); });
        QVERIFY2(contains(error, "it holds an adapter that is not merged"), error.c_str());
    }

    void embeddings_of_other_rows_can_be_compared() {
        json config = tiny_config();
        config["vocab_size"] = 11;
        write_config(folder(), config);
        write_safetensors(folder() / "model.safetensors", filled_tensors());
        const Checkpoint checkpoint = Checkpoint::open(folder());
        QCOMPARE(checkpoint.tensor(kQ0).shape, (std::vector<std::int64_t>{24, 12}));
        const std::string error = error_of([&] { checkpoint.require_complete(); });
        QVERIFY2(
            contains(error, "embed_tokens.weight has the shape [10, 12], but config.json asks"),
            error.c_str());
    }

    void transposed_and_expanded_tensors_of_torch_are_put_right() {
        // [2, 3] stored by columns, and a vector of one value.
        const std::string entries =
            pickle::text("turned") +
            pickle::tensor(pickle::storage("ShortStorage", "0", 6), 0, {2, 3}, {1, 2}) +
            pickle::text("wide") +
            pickle::tensor(pickle::storage("ShortStorage", "1", 2), 1, {3}, {0}) +
            pickle::text("epoch") + pickle::number(3);
        write_torch_file(
            folder() / "x.bin", pickle::dictionary(entries),
            {std::string("\1\0\4\0\2\0\5\0\3\0\6\0", 12), std::string("\7\0\x9\0", 4)});
        const auto opened = kTorch().open_file(folder() / "x.bin");
        QCOMPARE(opened->tensors().size(), std::size_t{2});
        const std::shared_ptr<const TensorFile> file(opened.get(), [](const TensorFile*) {});
        const auto read = [&](std::size_t i) {
            const StoredTensor& tensor = file->tensors()[i];
            const OwnedBytes owned =
                read_tensor_source({tensor.name, tensor.shape, {{&tensor, file}}});
            return std::string(reinterpret_cast<const char*>(owned.bytes.data()),
                               owned.bytes.size());
        };
        QCOMPARE(read(0), std::string("\1\0\2\0\3\0\4\0\5\0\6\0", 12));
        QCOMPARE(read(1), std::string("\x9\0\x9\0\x9\0", 6));
    }

    void a_cached_repository_opens_the_snapshot_of_main() {
        const fs::path repository = folder() / "models--me--tiny";
        fs::create_directories(repository / "blobs");
        fs::create_directories(repository / "refs");
        write_model(repository / "snapshots" / "abc");
        for (const fs::path& path : {repository, repository / "snapshots"})
            QCOMPARE(Checkpoint::open(path).directory(), repository / "snapshots" / "abc");
        json other = tiny_config();
        other["rope_theta"] = 5.0;
        write_model(repository / "snapshots" / "def", other);
        QVERIFY(
            contains(error_of([&] { Checkpoint::open(repository); }), "2 snapshots, and refs/"));
        write_bytes(repository / "refs" / "main", "def");
        QCOMPARE(Checkpoint::open(repository).config().rope.theta, 5.0);
    }

    void the_file_that_was_named_decides() {
        write_model(folder());
        write_torch_file(folder() / "pytorch_model.bin", tensors_of(tiny_config()));
        QCOMPARE(Checkpoint::open(folder()).format().id, "safetensors");
        const Checkpoint named = Checkpoint::open(folder() / "pytorch_model.bin");
        QCOMPARE(named.format().id, "torch");
        QCOMPARE(named.path(), folder() / "pytorch_model.bin");
    }

    void files_of_another_kind_are_named_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* name, const QByteArray& bytes, const char* message) {
            QTest::newRow(name) << bytes << QByteArray(message);
        };
        row("web page", "<!doctype html>\n<html><body>403</body></html>", "a web page, not the");
        row("error text", R"({"error": "Repository not found"})", "a JSON text, not the file itse");
        row("zip", QByteArray("PK\3\4\0\0\0\0\0\0\0\0\0", 13),
            "a zip archive; a PyTorch file wants");
        row("GGUF", QByteArray("GGUF\3\0\0\0\0\0\0\0\0", 13), "a GGUF file; give it a name that");
        row("pickle", QByteArray("\x80\x02}q\0X\0\0\0\0\0\0\0\0", 13), "a Python pickle");
        row("gzip", QByteArray("\x1f\x8b\x08\0\0\0\0\0\0\0\0\0\0", 13), "a gzip archive; unpack");
        row("pointer", "version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer");
    }

    void files_of_another_kind_are_named() {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, message);
        write_config(folder(), tiny_config());
        write_bytes(folder() / "model.safetensors", bytes.toStdString());
        const std::string error = error_of([&] { Checkpoint::open(folder()); });
        QVERIFY2(contains(error, message.toStdString()), error.c_str());
        QVERIFY2(contains(error, "model.safetensors"), error.c_str());
    }

    void several_files_name_one_model() {
        for (const char* name : {"config.json", "a-00001-of-00002.gguf", "a-00002-of-00002.gguf",
                                 "b.gguf", "model-00001-of-00002.safetensors"})
            write_bytes(folder() / name, "");
        const auto at = [&](const char* name) { return folder() / name; };
        const fs::path other = folder().parent_path() / "other";
        fs::create_directory(other);
        QCOMPARE(one_model({at("b.gguf")}), at("b.gguf"));
        QCOMPARE(one_model({at("a-00002-of-00002.gguf"), at("a-00001-of-00002.gguf")}),
                 at("a-00002-of-00002.gguf"));
        QCOMPARE(one_model({at("model-00001-of-00002.safetensors"), at("config.json")}), folder());
        QCOMPARE(one_model({folder(), at("config.json")}), folder());
        const auto refusal = [](const std::vector<fs::path>& paths) {
            return error_of([&] { one_model(paths); });
        };
        QVERIFY(contains(refusal({at("b.gguf"), at("a-00001-of-00002.gguf")}), "are two models"));
        QVERIFY(contains(refusal({folder(), other}), "lie in different folders"));
        QVERIFY(contains(refusal({folder(), at("missing")}), "missing"));
    }

  private:
    [[nodiscard]] fs::path folder() const {
        return fs::path(temporary_->path().toStdString()) / "model";
    }

    static const CheckpointFormat& kTorch() {
        const auto formats = checkpoint_formats();
        return **std::find_if(formats.begin(), formats.end(),
                              [](const auto* format) { return format->id == "torch"; });
    }

    static std::string bytes_of(const std::vector<TensorSpec>& tensors, const std::string& name) {
        return std::find_if(tensors.begin(), tensors.end(),
                            [&](const TensorSpec& tensor) { return tensor.name == name; })
            ->bytes;
    }

    void change_index(const std::function<void(json&)>& change) const {
        json index = json::parse(read_bytes(folder() / kIndex));
        change(index["weight_map"]);
        write_bytes(folder() / kIndex, index.dump());
    }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestLooseFolders)
#include "test_loose_folders.moc"
