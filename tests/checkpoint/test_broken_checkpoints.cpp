#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <functional>

#include "core/checkpoint/checkpoint.h"
#include "tests/checkpoint/tiny_llama.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

constexpr const char* kIndex = "model.safetensors.index.json";
constexpr const char* kQ0 = "model.layers.0.self_attn.q_proj.weight";

/// Makes a folder what the test wants it to be.
using Build = std::function<void(const fs::path& folder)>;

struct Case {
    const char* name;
    ErrorCode code;
    const char* message;
    Build build;
};

/// The tiny model in one file, with its tensors changed.
Build with_tensors(const std::function<void(std::vector<TensorSpec>&)>& change) {
    return [change](const fs::path& folder) {
        std::vector<TensorSpec> tensors = tensors_of(tiny_config());
        change(tensors);
        write_config(folder, tiny_config());
        write_sparse_safetensors(folder / "model.safetensors", tensors);
    };
}

TensorSpec& named(std::vector<TensorSpec>& tensors, std::string_view name) {
    const auto found = std::find_if(tensors.begin(), tensors.end(),
                                    [&](const TensorSpec& tensor) { return tensor.name == name; });
    if (found == tensors.end()) throw std::invalid_argument("no such tensor");
    return *found;
}

Build without_tensor(const std::string& name) {
    return with_tensors([name](std::vector<TensorSpec>& tensors) {
        std::erase_if(tensors, [&](const TensorSpec& tensor) { return tensor.name == name; });
    });
}

Build with_shape(const std::string& name, const std::vector<std::int64_t>& shape) {
    return with_tensors(
        [=](std::vector<TensorSpec>& tensors) { named(tensors, name).shape = shape; });
}

/// The tiny model in two shards, with something done to the folder.
Build sharded_then(const Build& change) {
    return [change](const fs::path& folder) {
        write_sharded_model(folder, 2);
        change(folder);
    };
}

Build with_index(const std::function<void(json&)>& change) {
    return sharded_then([change](const fs::path& folder) {
        json index = json::parse(read_bytes(folder / kIndex));
        change(index);
        write_bytes(folder / kIndex, index.dump());
    });
}

Build with_shard_of_q0(const char* shard) {
    return with_index([shard](json& index) { index["weight_map"][kQ0] = shard; });
}

/// The tiny model's config beside empty files of these names.
Build only_files(const std::vector<std::string>& names) {
    return [names](const fs::path& folder) {
        for (const std::string& name : names)
            write_bytes(folder / name, "");
    };
}

void index_with_a_tensor_twice(const fs::path& folder) {
    std::string text = read_bytes(folder / kIndex);
    const std::string entry = "\"" + std::string(kQ0) + "\":";
    text.insert(text.find(entry), entry + " \"" + shard_name(1, 2) + "\", ");
    write_bytes(folder / kIndex, text);
}

void cut_last_byte(const fs::path& file) {
    fs::resize_file(file, fs::file_size(file) - 1);
}

std::vector<Case> folder_cases() {
    const auto bad = ErrorCode::bad_input;
    const auto unsupported = ErrorCode::unsupported;
    const Build no_config = [](const fs::path& folder) {
        write_model(folder);
        fs::remove(folder / "config.json");
    };
    const Build dangling = [](const fs::path& folder) {
        write_config(folder, tiny_config());
        fs::create_symlink("../blobs/gone", folder / "model.safetensors");
    };
    const Build config_folder = [&](const fs::path& folder) {
        write_model(folder);
        fs::remove(folder / "config.json");
        fs::create_directory(folder / "config.json");
    };
    return {
        {"nothing there", bad, "(No such file or directory); choose a model folder",
         [](const fs::path& f) { fs::remove(f); }},
        {"empty folder", bad, "not a model folder", only_files({})},
        {"config alone", bad, "a config.json without weights; download model.safetensors, or",
         only_files({"config.json"})},
        {"no config", bad, "config.json is missing", no_config},
        {"config is a folder", bad, "config.json: a folder, not a regular file", config_folder},
        {"file is a dangling link", bad, "model.safetensors: a link to a file that", dangling},
        {"shards without index", bad, "model.safetensors.index.json is missing beside model-00001",
         sharded_then([](const fs::path& f) { fs::remove(f / kIndex); })},
        {"PyTorch shards without index", bad, "pytorch_model.bin.index.json is missing beside pyt",
         only_files({"config.json", "pytorch_model-00001-of-00002.bin"})},
        {"Meta without params", bad, "params.json is missing; download it as well",
         only_files({"consolidated.00.pth", "tokenizer.model"})},
        {"Mistral's own layout", unsupported,
         "weights (the layout of Mistral's own releases) is not",
         only_files({"params.json", "consolidated.safetensors"})},
        {"empty GGUF", bad, "llama.Q4_K_M.gguf: the file is empty",
         only_files({"llama.Q4_K_M.gguf"})},
        {"two GGUF files", bad, "2 models in GGUF files (a.gguf, b.gguf); choose one of the files",
         only_files({"a.gguf", "b.gguf"})},
        {"part of a GGUF model", bad, "a-00001-of-00003.gguf is missing beside a-00002-of-00003",
         only_files({"a-00002-of-00003.gguf"})},
        {"adapter", unsupported, "an adapter of me/base-7b, which is no model of its own; merge it",
         [](const fs::path& folder) {
             write_bytes(folder / "adapter_config.json",
                         R"({"base_model_name_or_path": "me/base-7b"})");
             write_bytes(folder / "adapter_model.safetensors", "");
         }},
        {"config is a pointer", bad, "config.json: a Git LFS pointer, not the file itself; run",
         [](const fs::path& folder) {
             write_model(folder);
             write_bytes(folder / "config.json", "version https://git-lfs.github.com/spec/v1\n");
         }},
        {"config is a web page", bad, "config.json: a web page, not the file itself",
         [](const fs::path& folder) {
             write_model(folder);
             write_bytes(folder / "config.json", "\n<!DOCTYPE html><html>");
         }},
    };
}

std::vector<Case> tensor_cases() {
    const auto bad = ErrorCode::bad_input;
    const Build bad_config = [](const fs::path& folder) {
        write_model(folder);
        write_bytes(folder / "config.json", R"({"model_type":"llama"})");
    };
    const Build deeper_config = [](const fs::path& folder) {
        write_model(folder);
        json config = tiny_config();
        config["num_hidden_layers"] = 3;
        write_config(folder, config);
    };
    const Build truncated = [](const fs::path& folder) {
        write_model(folder);
        cut_last_byte(folder / "model.safetensors");
    };
    const auto float8 = [](std::vector<TensorSpec>& tensors) {
        named(tensors, kQ0).dtype = "F8_E4M3";
    };
    return {
        {"config lacks a field", bad, "config.json: hidden_size is missing", bad_config},
        {"truncated file", bad, "model.safetensors: truncated: tensor model.layers.1", truncated},
        {"missing projection", bad,
         "tensor model.layers.0.self_attn.q_proj.weight is missing, but config.json asks for it",
         without_tensor(kQ0)},
        {"missing norm", bad, "tensor model.norm.weight is missing",
         without_tensor("model.norm.weight")},
        {"missing output projection", bad, "lm_head.weight is missing; if the embeddings are the",
         without_tensor("lm_head.weight")},
        {"missing layer", bad, "tensor model.layers.2.self_attn.q_proj.weight is missing",
         deeper_config},
        {"wrong shape", bad,
         "q_proj.weight has the shape [23, 12], but config.json asks for [24, 12]",
         with_shape(kQ0, {23, 12})},
        {"turned shape", bad,
         "o_proj.weight has the shape [24, 12], but config.json asks for [12, 24]",
         with_shape("model.layers.1.self_attn.o_proj.weight", {24, 12})},
        {"wrong rank", bad, "has the shape [288], but", with_shape(kQ0, {288})},
        {"scalar", bad, "has the shape [], but config.json asks for [12]",
         with_shape("model.norm.weight", {})},
        {"8-bit weights", ErrorCode::unsupported,
         "q_proj.weight: weights of dtype F8_E4M3 are not supported; supported: BF16, F16, F32",
         with_tensors(float8)},
    };
}

std::vector<Case> shard_cases() {
    const auto bad = ErrorCode::bad_input;
    const auto no_map = [](json& index) { index.erase("weight_map"); };
    const auto empty_map = [](json& index) { index["weight_map"] = json::object(); };
    const auto number = [](json& index) { index["weight_map"][kQ0] = 1; };
    const Build gone = [](const fs::path& f) { fs::remove(f / shard_name(1, 2)); };
    const Build cut = [](const fs::path& f) { cut_last_byte(f / shard_name(0, 2)); };
    const Build emptied = [](const fs::path& f) { fs::resize_file(f / shard_name(0, 2), 0); };
    const Build not_json = [](const fs::path& f) { write_bytes(f / kIndex, "{"); };
    const Build array = [](const fs::path& f) { write_bytes(f / kIndex, "[]"); };
    return {
        {"index not JSON", bad, "model.safetensors.index.json: not valid JSON",
         sharded_then(not_json)},
        {"index is an array", bad, "index.json: weight_map, the object", sharded_then(array)},
        {"index without weight_map", bad, "weight_map, the object that says", with_index(no_map)},
        {"index with an empty weight_map", bad, "is missing or empty", with_index(empty_map)},
        {"shard is no name", bad, "q_proj.weight: the shard 1 is not the name", with_index(number)},
        {"path traversal", bad, "the shard \"../x.safetensors\" is not the name of a file",
         with_shard_of_q0("../x.safetensors")},
        {"absolute path", bad, "the shard \"/etc/passwd\" is not the name",
         with_shard_of_q0("/etc/passwd")},
        {"folder above", bad, "the shard \"..\" is not the name", with_shard_of_q0("..")},
        {"empty name", bad, "the shard \"\" is not the name", with_shard_of_q0("")},
        {"backslash", bad, "is not the name of a file", with_shard_of_q0("..\\x.safetensors")},
        {"NUL in a name", bad, "is not the name of a file",
         with_index([](json& index) { index["weight_map"][kQ0] = std::string("a\0b", 3); })},
        {"tensor twice in the index", bad, "q_proj.weight\" stands twice",
         sharded_then(index_with_a_tensor_twice)},
        {"shard missing", bad, "model-00002-of-00002.safetensors: no such file; download it",
         sharded_then(gone)},
        {"shard truncated", bad, "model-00001-of-00002.safetensors: truncated: tensor",
         sharded_then(cut)},
        {"shard empty", bad, "model-00001-of-00002.safetensors: the file is empty",
         sharded_then(emptied)},
        {"index is a pointer", bad, "index.json: a Git LFS pointer, not the file itself; run",
         sharded_then([](const fs::path& f) {
             write_bytes(f / kIndex, "version https://git-lfs.github.com/spec/v1\n");
         })},
    };
}

}  // namespace

class TestBrokenCheckpoints : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void each_fault_has_its_message_data() {
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<Build>("build");
        for (const auto& cases : {folder_cases(), tensor_cases(), shard_cases()}) {
            for (const Case& c : cases) {
                QTest::newRow(c.name)
                    << static_cast<int>(c.code) << QByteArray(c.message) << c.build;
            }
        }
    }

    void each_fault_has_its_message() {
        QFETCH(int, code);
        QFETCH(QByteArray, message);
        QFETCH(Build, build);
        const QTemporaryDir temporary;
        const fs::path folder = fs::path(temporary.path().toStdString()) / "model";
        fs::create_directory(folder);
        build(folder);
        try {
            Checkpoint::open(folder).require_complete();
            QFAIL("the folder should be refused");
        } catch (const Error& error) {
            QVERIFY2(contains(error.what(), message.toStdString()), error.what());
            QVERIFY2(contains(error.what(), folder.string()), error.what());
            QCOMPARE(static_cast<int>(error.code()), code);
        }
    }
};

HEADSCOPE_TEST(TestBrokenCheckpoints)
#include "test_broken_checkpoints.moc"
