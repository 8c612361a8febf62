#include <QTemporaryDir>
#include <QTest>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/quantization/encode_blocks.h"
#include "core/checkpoint/quantization/mixture.h"
#include "tests/checkpoint/tiny_llama.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;

namespace {

std::string from_hex(const std::string& digits) {
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    return bytes;
}

std::vector<float> floats_of(const std::string& bytes) {
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

const json& reference() {
    static const json all = golden("encoded_blocks.json");
    return all;
}

const BlockType& type_named(const std::string& name) {
    for (std::uint32_t id = 0; id < 64; ++id) {
        const BlockType* type = find_block_type(id);
        if (type != nullptr && type->name == name) return *type;
    }
    throw std::invalid_argument(name);
}

/// The config of the models of make_encoded_blocks.py.
json config_of(const json& model) {
    json config = tiny_config();
    const auto columns = model.at("columns").get<int>();
    config["hidden_size"] = columns;
    config["intermediate_size"] = columns;
    config["head_dim"] = columns / 4;
    config["num_attention_heads"] = 4;
    config["num_key_value_heads"] = 2;
    config["num_hidden_layers"] = 16;
    config["tie_word_embeddings"] = model.at("tied").get<bool>();
    return config;
}

Mixture mixture_named(const std::string& name) {
    for (const Mixture mixture : all_mixtures()) {
        if (name_of(mixture) == name) return mixture;
    }
    throw std::invalid_argument(name);
}

const std::vector<std::pair<std::string, Part>>& parts() {
    static const std::vector<std::pair<std::string, Part>> kAll{
        {"token_embd.weight", Part::embeddings},
        {"output.weight", Part::output},
        {"attn_q", Part::q},
        {"attn_k", Part::k},
        {"attn_v", Part::v},
        {"attn_output", Part::o},
        {"ffn_gate", Part::gate},
        {"ffn_up", Part::up},
        {"ffn_down", Part::down}};
    return kAll;
}

/// "Q6_K Q4_K ..." of a part in all layers.
std::string types_of(Mixture mixture, const ModelConfig& config, Part part) {
    std::string types;
    for (const ExpectedTensor& tensor : expected_tensors(config)) {
        if (tensor.parts.front() != part) continue;
        const auto rows = types_under(mixture, config, tensor, tensor.shape.back());
        if (rows.size() != 1) return "not one type";
        types += (types.empty() ? "" : " ") + std::string(rows.front().type->name);
    }
    return types;
}

}  // namespace

class TestMixture : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void blocks_are_those_of_llama_cpp_to_the_last_bit() {
        const std::vector<float> values = floats_of(from_hex(reference().at("values")));
        QCOMPARE(values.size(), std::size_t{8 * 256});
        int compared = 0;
        for (const auto& [name, digits] : reference().at("blocks").items()) {
            const BlockType& type = type_named(name);
            QVERIFY(can_encode(type));
            const std::string expected = from_hex(digits);
            std::string made(expected.size(), '\xAA');
            QVERIFY(encode_blocks(type, values, reinterpret_cast<std::byte*>(made.data())));
            const auto bytes = static_cast<std::size_t>(256 / type.elements * type.bytes);
            for (std::size_t row = 0; row < 8; ++row) {
                QVERIFY2(made.substr(row * bytes, bytes) == expected.substr(row * bytes, bytes),
                         (name + ", row " + std::to_string(row)).c_str());
            }
            ++compared;
        }
        QCOMPARE(compared, 8);
    }

    void tensors_have_the_types_that_llama_cpp_gives_them() {
        int compared = 0;
        for (const json& model : reference().at("mixtures")) {
            const ModelConfig config = parse_model_config(config_of(model).dump(), "config");
            for (const auto& [mixture, types] : model.at("types").items()) {
                for (const auto& [name, part] : parts()) {
                    if (!types.contains(name)) continue;
                    QCOMPARE(types_of(mixture_named(mixture), config, part),
                             types.at(name).get<std::string>());
                    ++compared;
                }
            }
        }
        QCOMPARE(compared, 2 * 5 * (9 + 8));
    }

    void a_large_model_spends_more_on_shared_values() {
        json config = config_of({{"columns", 256}, {"tied", false}});
        config["num_hidden_layers"] = 80;
        const std::string types =
            types_of(Mixture::q4_k_m, parse_model_config(config.dump(), "config"), Part::v);
        QVERIFY(contains(types, "Q5_K") && !contains(types, "Q4_K"));
    }

    void norms_and_biases_stay() {
        const ModelConfig config =
            parse_model_config(config_of({{"columns", 256}, {"tied", true}}).dump(), "config");
        for (const ExpectedTensor& tensor : expected_tensors(config)) {
            const bool norm = tensor.shape.size() == 1;
            QCOMPARE(types_under(Mixture::q8_0, config, tensor, tensor.shape.back()).empty(), norm);
        }
    }

    /// The demo model's rows through the whole way: quantized, read back, in the model's order.
    void a_quantized_checkpoint_reads_rounded_rows() {
        const Checkpoint original = Checkpoint::open(demo_model());
        const Checkpoint rounded = original.quantized(Mixture::q8_0);
        const std::string name = "model.layers.1.self_attn.q_proj.weight";
        const TensorView view = rounded.tensor(name);
        QVERIFY(view.dtype == DType::f32);
        QVERIFY(view.shape == original.tensor(name).shape);
        std::vector<float> values(view.bytes.size() / sizeof(float));
        std::memcpy(values.data(), view.bytes.data(), view.bytes.size());

        const TensorView source = original.tensor(name);
        QVERIFY(source.dtype == DType::bf16);
        std::vector<float> expected(values.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            std::uint16_t bits = 0;
            std::memcpy(&bits, source.bytes.data() + i * 2, 2);
            const std::uint32_t wide = static_cast<std::uint32_t>(bits) << 16;
            std::memcpy(&expected[i], &wide, 4);
        }
        std::string blocks(expected.size() / 32 * 34, '\0');
        const BlockType& type = type_named("Q8_0");
        QVERIFY(encode_blocks(type, expected, reinterpret_cast<std::byte*>(blocks.data())));
        std::vector<float> read_back(values.size());
        type.decode()(reinterpret_cast<const unsigned char*>(blocks.data()),
                      static_cast<std::int64_t>(expected.size() / 32), read_back.data());
        QVERIFY(read_back != expected);
        QVERIFY(values == read_back);

        std::vector<float> row(static_cast<std::size_t>(view.shape[1]));
        rounded.rows(name).copy(5, 1, reinterpret_cast<std::byte*>(row.data()));
        QVERIFY(std::equal(row.begin(), row.end(), values.begin() + 5 * view.shape[1]));
        const std::string norm = "model.norm.weight";
        QVERIFY(std::equal(rounded.tensor(norm).bytes.begin(), rounded.tensor(norm).bytes.end(),
                           original.tensor(norm).bytes.begin()));
    }
};

HEADSCOPE_TEST(TestMixture)
#include "test_mixture.moc"
