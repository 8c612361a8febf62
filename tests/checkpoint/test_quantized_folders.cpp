#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <optional>

#include "core/checkpoint/checkpoint.h"
#include "tests/checkpoint/tiny_llama.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

constexpr const char* kBase = "model.layers.0.self_attn.q_proj.";

std::string from_hex(const std::string& digits) {
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    return bytes;
}

const json& quantized() {
    static const json all = golden("quantized.json");
    return all;
}

const json& case_named(const std::string& name) {
    for (const json& one : quantized().at("cases")) {
        if (one.at("name") == name) return one;
    }
    throw std::invalid_argument(name);
}

/// A model whose q_proj have 16 rows of 64.
json config() {
    return {{"model_type", "llama"},
            {"hidden_size", 64},
            {"intermediate_size", 8},
            {"num_hidden_layers", 1},
            {"num_attention_heads", 2},
            {"num_key_value_heads", 1},
            {"head_dim", 8},
            {"vocab_size", 4},
            {"torch_dtype", "bfloat16"},
            {"tie_word_embeddings", true}};
}

}  // namespace

/// Quantized Hugging Face folders, against values that an independent script computed.
class TestQuantizedFolders : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { temporary_.emplace(); }

    void each_form_is_read_as_floats_data() {
        QTest::addColumn<QByteArray>("name");
        for (const json& one : quantized().at("cases")) {
            const auto name = QByteArray::fromStdString(one.at("name").get<std::string>());
            QTest::newRow(name.constData()) << name;
        }
    }

    void each_form_is_read_as_floats() {
        QFETCH(QByteArray, name);
        const json& one = case_named(name.toStdString());
        write(one.at("config"), one.at("tensors"));
        const Checkpoint checkpoint = Checkpoint::open(folder());
        checkpoint.require_complete();
        QVERIFY2(checkpoint.notes().empty(),
                 checkpoint.notes().empty() ? "" : checkpoint.notes().front().c_str());
        const std::string values = from_hex(one.at("values"));
        const TensorView q = checkpoint.tensor(std::string(kBase) + "weight");
        QCOMPARE(q.dtype, DType::f32);
        QCOMPARE(q.shape, (std::vector<std::int64_t>{16, 64}));
        const std::string read(reinterpret_cast<const char*>(q.bytes.data()), q.bytes.size());
        QVERIFY(read == values);
        std::string rows(std::size_t{3} * 64 * 4, '\0');
        checkpoint.rows(q.name).copy(5, 3, reinterpret_cast<std::byte*>(rows.data()));
        QVERIFY(rows == values.substr(std::size_t{5} * 64 * 4, rows.size()));
        QVERIFY(!contains(checkpoint.config_json(), "quantization_config"));
    }

    void what_is_not_known_is_named_data() {
        QTest::addColumn<QByteArray>("form");
        QTest::addColumn<QByteArray>("patch");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* name, const char* form, const char* patch,
                            const char* message) {
            QTest::newRow(name) << QByteArray(form) << QByteArray(patch) << QByteArray(message);
        };
        row("method", "awq", R"({"quant_method": "quip"})",
            "quantization_config.quant_method \"quip\" is not supported; supported: fp8,");
        row("field", "awq", R"({"rotation": true})", "quantization_config.rotation is not known");
        row("AWQ version", "awq", R"({"version": "marlin"})",
            "version \"marlin\" is not supported");
        row("AWQ bits", "awq", R"({"bits": 3})", "quantization_config.bits 3 is not supported");
        row("GPTQ bits", "gptq 8 bits, gptq", R"({"bits": 3})", "bits 3 is not supported for GPTQ");
        row("format", "compressed-tensors int-quantized", R"({"format": "nvfp4-pack-quantized"})",
            "format \"nvfp4-pack-quantized\" is not supported");
        row("inner field", "compressed-tensors int-quantized",
            R"({"config_groups": {"group_0": {"weights": {"codebook": 3}}}})",
            "config_groups.group_0.weights.codebook is not known");
        row("other shape", "gptq 8 bits, gptq", R"({"bits": 4})", "does not fit the other pieces");
    }

    void what_is_not_known_is_named() {
        QFETCH(QByteArray, form);
        QFETCH(QByteArray, patch);
        QFETCH(QByteArray, message);
        const json& one = case_named(form.toStdString());
        json config = one.at("config");
        config.merge_patch(json::parse(patch.toStdString()));
        write(config, one.at("tensors"));
        const std::string error = error_of([&] { Checkpoint::open(folder()); });
        QVERIFY2(contains(error, message.toStdString()), error.c_str());
    }

    void pieces_without_a_config_or_each_other_are_named() {
        const json& one = case_named("awq");
        write(nullptr, one.at("tensors"));
        QVERIFY(contains(error_of([&] { Checkpoint::open(folder()); }),
                         "has no quantization_config that says how to read it"));
        json pieces = one.at("tensors");
        pieces.erase("qzeros");
        write(one.at("config"), pieces);
        const std::string error = error_of([&] { Checkpoint::open(folder()); });
        QVERIFY2(contains(error, std::string(kBase) + "qzeros is missing"), error.c_str());
    }

  private:
    [[nodiscard]] fs::path folder() const { return temporary_->path().toStdString(); }

    void write(const json& quantization, const json& pieces) const {
        json all = config();
        std::vector<TensorSpec> tensors = tensors_of(all);
        std::erase_if(tensors, [](const TensorSpec& tensor) {
            return tensor.name == std::string(kBase) + "weight";
        });
        for (TensorSpec& tensor : tensors)
            tensor.bytes.resize(size_in_bytes(tensor));
        for (const auto& [name, piece] : pieces.items())
            tensors.push_back(
                {kBase + name, piece.at("dtype"), piece.at("shape"), from_hex(piece.at("hex"))});
        all["quantization_config"] = quantization;
        write_config(folder(), all);
        write_safetensors(folder() / "model.safetensors", tensors);
    }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestQuantizedFolders)
#include "test_quantized_folders.moc"
