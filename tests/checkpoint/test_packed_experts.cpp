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

constexpr const char* kBase = "model.layers.0.mlp.experts.";

std::string from_hex(const std::string& digits) {
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    return bytes;
}

const json& packed() {
    static const json file = golden("packed_experts.json");
    return file;
}

json config() {
    return {{"model_type", "gpt_oss"},
            {"hidden_size", packed().at("hidden")},
            {"intermediate_size", packed().at("ffn")},
            {"num_hidden_layers", 1},
            {"num_attention_heads", 2},
            {"num_key_value_heads", 1},
            {"head_dim", 8},
            {"num_local_experts", packed().at("experts")},
            {"num_experts_per_tok", 1},
            {"vocab_size", 4}};
}

}  // namespace

/// The experts that gpt-oss stacks in one tensor a layer, against transformers' values.
class TestPackedExperts : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { temporary_.emplace(); }

    void each_expert_is_read_as_floats_data() {
        QTest::addColumn<int>("index");
        int index = 0;
        for (const json& one : packed().at("cases"))
            QTest::newRow(one.at("name").get<std::string>().c_str()) << index++;
    }

    void each_expert_is_read_as_floats() {
        QFETCH(int, index);
        const json& one = packed().at("cases").at(static_cast<std::size_t>(index));
        write(one.at("tensors"));
        const Checkpoint checkpoint = Checkpoint::open(folder());
        QVERIFY(!contains(checkpoint.config_json(), "quantization_config"));
        for (const auto& [name, hex] : one.at("values").items()) {
            const std::string values = from_hex(hex);
            const TensorView view = checkpoint.tensor(kBase + name);
            QCOMPARE(view.dtype, DType::f32);
            const std::string read(reinterpret_cast<const char*>(view.bytes.data()),
                                   view.bytes.size());
            QVERIFY2(read == values, name.c_str());
            const auto rows = view.shape.front();
            const std::size_t row_bytes = values.size() / static_cast<std::size_t>(rows);
            std::string some(3 * row_bytes, '\0');
            checkpoint.rows(view.name).copy(rows - 4, 3, reinterpret_cast<std::byte*>(some.data()));
            QVERIFY2(some == values.substr(values.size() - 4 * row_bytes, some.size()),
                     name.c_str());
        }
        checkpoint.require_complete();
        QVERIFY(checkpoint.notes().empty());
    }

    void what_does_not_fit_is_named() {
        json tensors = packed().at("cases").at(0).at("tensors");
        json scales = tensors;
        scales.erase("down_proj_scales");
        write(scales);
        QVERIFY(contains(error_of([&] { Checkpoint::open(folder()); }),
                         "model.layers.0.mlp.experts.down_proj_scales is missing"));
        json shape = tensors;
        shape["gate_up_proj_scales"]["shape"] = {2, 64, 2};
        write(shape);
        QVERIFY(contains(error_of([&] { Checkpoint::open(folder()); }),
                         "gate_up_proj_scales has the shape [2, 64, 2], which does not fit"));
        json odd = tensors;
        odd["gate_up_proj_bias"]["shape"] = {256, 1};
        write(odd);
        QVERIFY(contains(error_of([&] { Checkpoint::open(folder()); }),
                         "gate_up_proj_bias has the shape [256, 1]"));
    }

  private:
    [[nodiscard]] fs::path folder() const { return temporary_->path().toStdString(); }

    void write(const json& stacks) const {
        std::vector<TensorSpec> tensors = tensors_of(config());
        std::erase_if(tensors, [](const TensorSpec& one) { return contains(one.name, kBase); });
        for (TensorSpec& tensor : tensors)
            tensor.bytes.resize(size_in_bytes(tensor));
        for (const auto& [name, one] : stacks.items()) {
            tensors.push_back(
                {kBase + name, one.at("dtype"), one.at("shape"), from_hex(one.at("hex"))});
        }
        json all = config();
        all["quantization_config"] = {{"quant_method", "mxfp4"},
                                      {"modules_to_not_convert", {"model.layers.*.self_attn"}}};
        write_config(folder(), all);
        write_safetensors(folder() / "model.safetensors", tensors);
    }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestPackedExperts)
#include "test_packed_experts.moc"
