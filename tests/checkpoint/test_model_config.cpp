#include <QTest>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/architecture/model_config.h"
#include "tests/checkpoint/tiny_llama.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;

namespace {

ModelConfig parse(const json& config) {
    return parse_model_config(config.dump(), "config.json");
}

/// tiny_config() with the fields of `patch` in place of its own (RFC 7396: null removes).
ModelConfig parse_with(const json& patch) {
    json config = tiny_config();
    config.merge_patch(patch);
    return parse(config);
}

const json kLlama3Scaling{{"rope_type", "llama3"},
                          {"factor", 8.0},
                          {"low_freq_factor", 1.0},
                          {"high_freq_factor", 4.0},
                          {"original_max_position_embeddings", 8192}};

/// The same without one field.
json llama3_without(const char* field) {
    json scaling = kLlama3Scaling;
    scaling.erase(field);
    return {{"rope_scaling", scaling}};
}

void add_row(const char* name, const json& patch, ErrorCode code, const char* message) {
    QTest::newRow(name) << QByteArray::fromStdString(patch.dump()) << static_cast<int>(code)
                        << QByteArray(message);
}

/// A config of 2 layers, of which duplicates were removed.
json compact_with(const json& heads, const char* model_type = "headscope_llama") {
    return {{"model_type", model_type}, {"headscope_heads", heads}};
}

void add_layer_head_rows() {
    const auto bad = [](const char* name, const json& patch, const char* message) {
        add_row(name, patch, ErrorCode::bad_input, message);
    };
    const char* entry = "headscope_heads: the entry of layer 1 must be [heads, kv_heads]";
    bad("layer heads without the prefix", compact_with({{6, 3}, {4, 2}}, "llama"),
        "headscope_heads is only read where model_type begins with headscope_");
    bad("prefix without layer heads", {{"model_type", "headscope_llama"}},
        "headscope_heads is missing");
    bad("layer heads of too few layers", compact_with(json::array({{6, 3}})),
        "headscope_heads has 1 entries, but num_hidden_layers is 2");
    bad("layer heads that do not divide", compact_with({{6, 3}, {5, 2}}), entry);
    bad("more heads than there were", compact_with({{6, 3}, {9, 3}}), entry);
    bad("more KV heads than there were", compact_with({{6, 3}, {6, 6}}), entry);
    bad("three numbers", compact_with({{6, 3}, {6, 3, 1}}), entry);
    bad("no heads", compact_with({{6, 3}, {0, 1}}), "headscope_heads is 0, but must be from 1");
    bad("layer heads as text", compact_with("6,3"),
        "headscope_heads must be a list of lists of whole numbers, but is a JSON string");
    bad("layer heads in one list", compact_with({6, 3}), "must be a list of lists");
    bad("half a head", compact_with({{6, 3}, {4.5, 2}}), "must be a list of lists");
    add_row("prefix of another family", compact_with({{6, 3}, {4, 2}}, "headscope_gpt2"),
            ErrorCode::unsupported, "model_type \"headscope_gpt2\" is not supported");
}

void add_missing_and_mistyped_rows() {
    for (const char* field : {"model_type", "hidden_size", "intermediate_size", "num_hidden_layers",
                              "num_attention_heads", "vocab_size"}) {
        const QByteArray message = QByteArray("config.json: ") + field + " is missing";
        add_row(field, {{field, nullptr}}, ErrorCode::bad_input, message.constData());
    }
    const auto bad = [](const char* name, const json& patch, const char* message) {
        add_row(name, patch, ErrorCode::bad_input, message);
    };
    bad("zero", {{"hidden_size", 0}}, "hidden_size is 0, but must be from 1 to");
    bad("negative", {{"vocab_size", -1}}, "vocab_size is -1, but must be");
    bad("fraction", {{"hidden_size", 12.0}}, "hidden_size must be a whole number, but is 12.0");
    bad("size as text", {{"hidden_size", "12"}},
        "hidden_size must be a whole number, but is a JSON");
    bad("size as bool", {{"num_hidden_layers", true}}, "num_hidden_layers must be a whole number");
    bad("size beyond 2^31", {{"intermediate_size", 2147483648}}, "intermediate_size is 2147483648");
    bad("size beyond int64", {{"vocab_size", 18446744073709551615U}}, "18446744073709551615, but");
    bad("too many layers", {{"num_hidden_layers", 10001}}, "must be from 1 to 10000");
    bad("KV heads", {{"num_key_value_heads", 4}}, "num_key_value_heads is 4, but must divide");
    bad("more KV heads", {{"num_key_value_heads", 12}},
        "num_key_value_heads is 12, but must divide");
    bad("heads", {{"head_dim", nullptr}, {"num_attention_heads", 9}},
        "num_attention_heads is 9, but must divide hidden_size (12)");
    bad("odd head", {{"head_dim", 3}}, "head_dim is 3, but must be even");
    bad("overflow", {{"head_dim", 2147483646}}, "num_attention_heads (6) times head_dim");
    bad("eps zero", {{"rms_norm_eps", 0.0}}, "rms_norm_eps is 0.0, but must be above 0");
    bad("eps as text", {{"rms_norm_eps", "1e-5"}}, "rms_norm_eps must be a number");
    bad("theta", {{"rope_theta", -1}}, "rope_theta is -1, but must be above 0");
    bad("tie as number", {{"tie_word_embeddings", 1}}, "tie_word_embeddings must be true or false");
    bad("type as number", {{"model_type", 1}}, "model_type must be a string, but is 1");
    bad("BOS list", {{"bos_token_id", {1, 2}}},
        "bos_token_id must be a whole number, but is a JSON");
    bad("BOS negative", {{"bos_token_id", -1}}, "bos_token_id is -1, but must be from 0 to 9");
    bad("BOS outside the vocabulary", {{"bos_token_id", 10}}, "bos_token_id is 10, but must be");
    bad("scaling as text", {{"rope_scaling", "linear"}}, "rope_scaling must be an object");
    bad("scaling without type", {{"rope_scaling", {{"factor", 2.0}}}}, "rope_type is missing");
    bad("linear without factor", {{"rope_scaling", {{"type", "linear"}}}},
        "rope_scaling.factor is missing");
    bad("newer linear without factor", {{"rope_parameters", {{"rope_type", "linear"}}}},
        "rope_parameters.factor is missing");
    for (const char* field :
         {"factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"}) {
        const QByteArray message = QByteArray("config.json: rope_scaling.") + field + " is missing";
        bad(("llama3 without " + std::string(field)).c_str(), llama3_without(field), message);
    }
    json equal_factors = kLlama3Scaling;
    equal_factors["low_freq_factor"] = 4.0;
    bad("llama3 factors", {{"rope_scaling", equal_factors}},
        "high_freq_factor is 4, but must be above low_freq_factor (4)");
}

/// A patch with this rotary scaling.
json scaling(const json& fields) {
    return {{"rope_scaling", fields}};
}

void add_scaling_rows() {
    const auto bad = [](const char* name, const json& patch, const char* message) {
        add_row(name, patch, ErrorCode::bad_input, message);
    };
    bad("linear below 1", scaling({{"type", "linear"}, {"factor", 0.5}}),
        "rope_scaling.factor is 0.5, but must be at least 1");
    bad("dynamic without factor", scaling({{"type", "dynamic"}}), "rope_scaling.factor is missing");
    bad("dynamic below 1", scaling({{"type", "dynamic"}, {"factor", 0.9}}),
        "rope_scaling.factor is 0.9, but must be at least 1");
    bad("yarn without factor", scaling({{"type", "yarn"}}), "rope_scaling.factor is missing");
    bad("yarn below 1", scaling({{"type", "yarn"}, {"factor", 0.5}}),
        "rope_scaling.factor is 0.5, but must be at least 1");
    bad("yarn shrinking", scaling({{"type", "yarn"}, {"original_max_position_embeddings", 128}}),
        "factor (max_position_embeddings over the original) is 0.5, but must be at least 1");
    bad("yarn context",
        scaling({{"type", "yarn"}, {"factor", 2}, {"original_max_position_embeddings", 0}}),
        "rope_scaling.original_max_position_embeddings is 0, but must be from 1");
    bad("yarn betas",
        scaling({{"type", "yarn"}, {"factor", 2}, {"beta_fast", 1}, {"beta_slow", 2}}),
        "rope_scaling.beta_fast is 1, but must be at least beta_slow (2)");
    bad("yarn negative beta", scaling({{"type", "yarn"}, {"factor", 2}, {"beta_fast", -1}}),
        "rope_scaling.beta_fast is -1, but must not be negative");
    bad("yarn attention factor",
        scaling({{"type", "yarn"}, {"factor", 2}, {"attention_factor", 0}}),
        "rope_scaling.attention_factor is 0, but must be above 0");
    bad("yarn truncate", scaling({{"type", "yarn"}, {"factor", 2}, {"truncate", 1}}),
        "rope_scaling.truncate must be true or false");
    bad("yarn theta", {{"rope_theta", 1}, {"rope_scaling", {{"type", "yarn"}, {"factor", 2}}}},
        "rope_theta is 1, but must be above 1 for yarn");
    bad("longrope without factors", scaling({{"rope_type", "longrope"}, {"long_factor", {1.0}}}),
        "rope_scaling.short_factor is missing");
    bad("longrope of another size", scaling({{"type", "su"}, {"short_factor", {1.0}}}),
        "rope_scaling.short_factor has 1 entries, but must have 2, one for each frequency");
    const auto unsupported = [](const char* name, const json& patch, const char* message) {
        add_row(name, patch, ErrorCode::unsupported, message);
    };
    unsupported("another scaling", scaling({{"type", "ntk"}}),
                "\"ntk\" is not supported; supported: default, linear, dynamic, llama3, yarn");
    unsupported("dynamic with the smallest heads",
                {{"head_dim", 2}, {"rope_scaling", {{"type", "dynamic"}, {"factor", 2}}}},
                "dynamic scaling of heads of 2 elements is not supported");
    unsupported("scaling by layer type",
                {{"rope_parameters", {{"full_attention", {{"rope_type", "default"}}}}}},
                "rope_parameters.full_attention: rotary parameters for each type of layer are not");
}

void add_relative_rows() {
    const auto bad = [](const char* name, const json& patch, const char* message) {
        add_row(name, patch, ErrorCode::bad_input, message);
    };
    bad("window zero", {{"model_type", "mistral"}, {"sliding_window", 0}},
        "sliding_window is 0, but must be from 1");
    bad("window as text", {{"model_type", "qwen2"}, {"sliding_window", "4096"}},
        "sliding_window must be a whole number");
    bad("use of the window", {{"model_type", "qwen2"}, {"use_sliding_window", 1}},
        "use_sliding_window must be true or false");
    bad("first sliding layer", {{"model_type", "qwen3"}, {"max_window_layers", -1}},
        "max_window_layers is -1, but must be from 0");
    bad("layer types as text", {{"model_type", "qwen3"}, {"layer_types", "full_attention"}},
        "layer_types must be a list of strings");
    bad("layer types of numbers", {{"model_type", "qwen3"}, {"layer_types", {0, 1}}},
        "layer_types must be a list of strings");
    bad("too few layer types", {{"model_type", "qwen3"}, {"layer_types", {"full_attention"}}},
        "layer_types has 1 entries, but num_hidden_layers is 2");
    bad("sliding without a window",
        {{"model_type", "qwen2"}, {"layer_types", {"full_attention", "sliding_attention"}}},
        "layer_types has sliding_attention, but no sliding_window is set or used");
    bad("KV heads by default", {{"model_type", "mistral"}, {"num_key_value_heads", nullptr}},
        "num_key_value_heads is 8, but must divide num_attention_heads (6)");
    const auto unsupported = [](const char* name, const json& patch, const char* message) {
        add_row(name, patch, ErrorCode::unsupported, message);
    };
    for (const char* type : {"gemma", "phi", "qwen2_audio", "Llama"}) {
        const QByteArray message = QByteArray("model_type \"") + type +
                                   "\" is not supported; supported: llama, mistral, qwen2, qwen3";
        unsupported(type, {{"model_type", type}}, message);
    }
    unsupported(
        "latent attention", {{"model_type", "deepseek_v3"}},
        "model_type \"deepseek_v3\" is not supported, because its attention is latent (MLA)");
    bad("too few layers without rotation",
        {{"model_type", "smollm3"}, {"no_rope_layers", {1}}, {"num_key_value_heads", 6}},
        "no_rope_layers has 1 entries, but num_hidden_layers is 2");
    bad("rotated part", {{"model_type", "phi3"}, {"partial_rotary_factor", 1.5}},
        "partial_rotary_factor is 1.5, but must be at most 1");
    unsupported("dense layers among experts",
                {{"model_type", "qwen3_moe"}, {"num_key_value_heads", 6}, {"mlp_only_layers", {0}}},
                "mlp_only_layers with layers is not supported");
    unsupported("activation of a relative", {{"model_type", "mistral"}, {"hidden_act", "gelu"}},
                "hidden_act \"gelu\" is not supported");
    unsupported("attention bias of Mistral", {{"model_type", "mistral"}, {"attention_bias", true}},
                "attention_bias true is not supported in a model of type mistral");
    unsupported("MLP bias of Qwen3", {{"model_type", "qwen3"}, {"mlp_bias", true}},
                "mlp_bias true is not supported in a model of type qwen3");
    unsupported("another layer type",
                {{"model_type", "qwen3"}, {"layer_types", {"full_attention", "linear_attention"}}},
                "layer_types: \"linear_attention\" is not supported; supported: full_attention");
    unsupported(
        "Mistral of two types",
        {{"model_type", "mistral"}, {"layer_types", {"full_attention", "sliding_attention"}}},
        "layer_types: layers of different types are not supported in a model of type mistral");
}

void add_unsupported_rows() {
    const auto unsupported = [](const char* name, const json& patch, const char* message) {
        add_row(name, patch, ErrorCode::unsupported, message);
    };
    unsupported("family", {{"model_type", "gpt2"}, {"hidden_size", nullptr}},
                "config.json: model_type \"gpt2\" is not supported; supported: llama");
    unsupported("activation", {{"hidden_act", "gelu"}}, "hidden_act \"gelu\" is not supported");
    unsupported("quantized", {{"quantization_config", {{"bits", 4}}}},
                "quantization_config: quantized checkpoints are not supported");
    unsupported("partial rotation", {{"partial_rotary_factor", 0.5}},
                "partial_rotary_factor other than 1 is not supported in a model of type llama");
    unsupported("newer partial rotation", {{"rope_parameters", {{"partial_rotary_factor", 0.5}}}},
                "rope_parameters.partial_rotary_factor other than 1");
}

}  // namespace

class TestModelConfig : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void bad_fields_are_named_data() {
        QTest::addColumn<QByteArray>("patch");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("message");
        add_missing_and_mistyped_rows();
        add_layer_head_rows();
        add_scaling_rows();
        add_relative_rows();
        add_unsupported_rows();
    }

    void bad_fields_are_named() {
        QFETCH(QByteArray, patch);
        QFETCH(int, code);
        QFETCH(QByteArray, message);
        try {
            parse_with(json::parse(patch.toStdString()));
            QFAIL("the config should be refused");
        } catch (const Error& error) {
            QVERIFY2(contains(error.what(), message.toStdString()), error.what());
            QVERIFY2(std::string(error.what()).starts_with("config.json: "), error.what());
            QCOMPARE(static_cast<int>(error.code()), code);
        }
    }

    void what_is_no_config_is_said_so() {
        const auto message = [](std::string_view text) {
            return error_of([&] { parse_model_config(text, "config.json"); });
        };
        QVERIFY(contains(message(""), "config.json: not valid JSON"));
        QVERIFY(contains(message("{\"a\":"), "config.json: not valid JSON"));
        QVERIFY(contains(message("[]"), "config.json: a JSON array, but"));
        QVERIFY(contains(message(R"({"model_type":"llama","model_type":"llama"})"), "twice"));
    }

    void absent_fields_have_the_defaults_of_transformers() {
        const ModelConfig config = parse_with({{"num_key_value_heads", nullptr},
                                               {"head_dim", nullptr},
                                               {"max_position_embeddings", nullptr},
                                               {"torch_dtype", nullptr}});
        QCOMPARE(config.num_key_value_heads, 6);
        QCOMPARE(config.heads_of(0).heads_per_kv_head(), 1);
        QCOMPARE(config.head_dim, 2);
        QCOMPARE(config.max_position_embeddings, 2048);
        QCOMPARE(config.rms_norm_eps, 1e-6);
        QCOMPARE(config.rope.type, RopeType::standard);
        QCOMPARE(config.rope.theta, 10000.0);
        QCOMPARE(config.tie_word_embeddings, false);
        QVERIFY(!config.bos_token_id.has_value());
        QCOMPARE(config.dtype, DType::f32);
    }

    void layers_may_have_lost_heads() {
        const ModelConfig config = parse_with(compact_with({{6, 3}, {4, 2}}, "headscope_qwen2"));
        QCOMPARE(config.model_type, std::string("qwen2"));
        QVERIFY(config.qkv_bias);
        QCOMPARE(config.num_attention_heads, 6);
        QCOMPARE(config.heads_of(0), (HeadCounts{6, 3}));
        QCOMPARE(config.heads_of(1), (HeadCounts{4, 2}));
        QCOMPARE(config.most_heads(), (HeadCounts{6, 3}));
        // The most of either need not be in one layer.
        QCOMPARE(parse_with(compact_with({{6, 1}, {4, 2}})).most_heads(), (HeadCounts{6, 2}));
        QCOMPARE(parse(tiny_config()).most_heads(), (HeadCounts{6, 3}));
    }

    void null_counts_as_absent() {
        json config = tiny_config();
        for (const char* field :
             {"num_key_value_heads", "head_dim", "rope_scaling", "rope_parameters", "bos_token_id",
              "hidden_act", "attention_bias", "quantization_config", "rms_norm_eps", "dtype"}) {
            config[field] = nullptr;
        }
        const ModelConfig parsed = parse(config);
        QCOMPARE(parsed.num_key_value_heads, 6);
        QCOMPARE(parsed.head_dim, 2);
        QVERIFY(!parsed.bos_token_id.has_value());
        QCOMPARE(parsed.dtype, DType::bf16);
    }

    void given_fields_are_read() {
        const ModelConfig config = parse_with({{"bos_token_id", 9},
                                               {"rms_norm_eps", 1e-5},
                                               {"tie_word_embeddings", true},
                                               {"hidden_act", "silu"},
                                               {"attention_bias", false},
                                               {"mlp_bias", false},
                                               {"eos_token_id", {1, 2}},
                                               {"pretraining_tp", 2},
                                               {"something_new", {{"x", 1}}}});
        QCOMPARE(config.model_type, std::string("llama"));
        QCOMPARE(config.hidden_size, 12);
        QCOMPARE(config.intermediate_size, 20);
        QCOMPARE(config.num_hidden_layers, 2);
        QCOMPARE(config.num_attention_heads, 6);
        QCOMPARE(config.num_key_value_heads, 3);
        QCOMPARE(config.heads_of(1), (HeadCounts{6, 3}));
        QCOMPARE(config.heads_of(1).heads_per_kv_head(), 2);
        QCOMPARE(config.head_dim, 4);  // not hidden_size / num_attention_heads
        QCOMPARE(config.vocab_size, 10);
        QCOMPARE(config.max_position_embeddings, 64);
        QCOMPARE(config.rms_norm_eps, 1e-5);
        QCOMPARE(config.tie_word_embeddings, true);
        QCOMPARE(config.bos_token_id, std::optional<std::int32_t>(9));
        QCOMPARE(config.dtype, DType::bf16);
    }

    void each_family_has_its_own_defaults_and_parts() {
        const auto relative = [](const char* type, json patch = json::object()) {
            json config = {{"model_type", type},  {"num_attention_heads", 32},
                           {"hidden_size", 64},   {"num_key_value_heads", nullptr},
                           {"head_dim", nullptr}, {"max_position_embeddings", nullptr}};
            config.update(patch);
            return parse_with(config);
        };
        const ModelConfig mistral = relative("mistral");
        QCOMPARE(mistral.num_key_value_heads, 8);
        QCOMPARE(mistral.head_dim, 2);
        QCOMPARE(mistral.max_position_embeddings, 131072);
        QCOMPARE(mistral.sliding_window(0), 4096);
        QCOMPARE(mistral.sliding_window(1), 4096);
        QVERIFY(!mistral.qkv_bias && !mistral.o_bias && !mistral.mlp_bias &&
                mistral.head_norm == HeadNorm::none);

        const ModelConfig qwen2 = relative("qwen2");
        QCOMPARE(qwen2.num_key_value_heads, 32);
        QCOMPARE(qwen2.head_dim, 2);
        QCOMPARE(qwen2.max_position_embeddings, 32768);
        QVERIFY(qwen2.sliding_windows.empty());
        QVERIFY(qwen2.qkv_bias && !qwen2.o_bias && !qwen2.mlp_bias &&
                qwen2.head_norm == HeadNorm::none);
        QVERIFY(!relative("qwen2", {{"attention_bias", true}}).o_bias);

        const ModelConfig qwen3 = relative("qwen3");
        QCOMPARE(qwen3.num_key_value_heads, 32);
        QCOMPARE(qwen3.head_dim, 128);
        QCOMPARE(qwen3.max_position_embeddings, 32768);
        QVERIFY(!qwen3.qkv_bias && !qwen3.o_bias && !qwen3.mlp_bias &&
                qwen3.head_norm == HeadNorm::each);
        const ModelConfig biased = relative("qwen3", {{"attention_bias", true}});
        QVERIFY(biased.qkv_bias && biased.o_bias && biased.head_norm == HeadNorm::each);

        const ModelConfig llama = relative("llama", {{"attention_bias", true}, {"mlp_bias", true}});
        QVERIFY(llama.qkv_bias && llama.o_bias && llama.mlp_bias &&
                llama.head_norm == HeadNorm::none);
        for (const ModelConfig& config : {mistral, qwen2, qwen3, llama}) {
            QCOMPARE(config.rms_norm_eps, 1e-6);
            QCOMPARE(config.rope.theta, 10000.0);
            QCOMPARE(config.tie_word_embeddings, false);
        }
    }

    void null_is_not_absence_where_the_default_is_another() {
        json config = tiny_config();
        config["model_type"] = "mistral";
        config["sliding_window"] = nullptr;
        config["num_key_value_heads"] = nullptr;
        const ModelConfig mistral = parse(config);
        QVERIFY(mistral.sliding_windows.empty());
        QCOMPARE(mistral.sliding_window(1), 0);
        QCOMPARE(mistral.num_key_value_heads, 6);
    }

    void a_sliding_window_belongs_to_layers() {
        using Windows = std::vector<std::int64_t>;
        QCOMPARE(parse_with({{"model_type", "mistral"}, {"sliding_window", 8}}).sliding_windows,
                 (Windows{8, 8}));
        const json qwen{{"model_type", "qwen2"}, {"num_hidden_layers", 3}, {"sliding_window", 8}};
        const auto windows = [&](const json& patch) {
            json config = qwen;
            config.update(patch);
            return parse_with(config).sliding_windows;
        };
        QVERIFY(windows({{"max_window_layers", 1}}).empty());  // not used
        QCOMPARE(windows({{"use_sliding_window", true}, {"max_window_layers", 1}}),
                 (Windows{0, 8, 8}));
        QCOMPARE(windows({{"use_sliding_window", true}, {"max_window_layers", 0}}),
                 (Windows{8, 8, 8}));
        QVERIFY(windows({{"use_sliding_window", true}, {"max_window_layers", 3}}).empty());
        QVERIFY(windows({{"use_sliding_window", true}}).empty());  // from layer 28 on
        QCOMPARE(windows({{"use_sliding_window", true},
                          {"max_window_layers", 1},
                          {"layer_types",
                           {"sliding_attention", "full_attention", "sliding_attention"}}}),
                 (Windows{8, 0, 8}));
        // Llama's own code reads no such field.
        QVERIFY(parse_with({{"sliding_window", 8}}).sliding_windows.empty());
    }

    void a_scaling_says_how_long_a_window_may_be() {
        const auto longest = [](const json& fields) {
            return parse_with({{"rope_scaling", fields}}).longest_window();
        };
        QCOMPARE(parse_with(json::object()).longest_window(), 64);
        QCOMPARE(longest(kLlama3Scaling), 64);
        QCOMPARE(longest({{"type", "linear"}, {"factor", 2.5}}), 160);
        QCOMPARE(longest({{"type", "dynamic"}, {"factor", 2}}), 128);
        QCOMPARE(longest({{"type", "yarn"}, {"factor", 4}}), 256);
        QCOMPARE(
            longest({{"type", "yarn"}, {"factor", 4}, {"original_max_position_embeddings", 8}}),
            64);
        QCOMPARE(longest({{"type", "linear"}, {"factor", 1e300}}), 2147483647);
    }

    void an_explicit_head_dim_need_not_divide_hidden_size() {
        QCOMPARE(parse_with({{"hidden_size", 13}, {"head_dim", 8}}).head_dim, 8);
    }

    void dtype_is_read_in_both_styles() {
        QCOMPARE(parse_with({{"torch_dtype", "float16"}}).dtype, DType::f16);
        QCOMPARE(parse_with({{"torch_dtype", "torch.bfloat16"}}).dtype, DType::bf16);
        QCOMPARE(parse_with({{"torch_dtype", "float64"}}).dtype, DType::f32);
        QCOMPARE(parse_with({{"dtype", "auto"}}).dtype, DType::f32);
        QCOMPARE(parse_with({{"torch_dtype", nullptr}, {"dtype", "bfloat16"}}).dtype, DType::bf16);
        QCOMPARE(parse_with({{"torch_dtype", "float16"}, {"dtype", "float32"}}).dtype, DType::f32);
    }

    void rope_is_read_in_the_older_style() {
        QCOMPARE(parse_with({{"rope_theta", 500000}}).rope.theta, 500000.0);

        const json linear{{"type", "linear"}, {"factor", 2.5}};
        const RopeConfig scaled = parse_with({{"rope_theta", 1e6}, {"rope_scaling", linear}}).rope;
        QCOMPARE(scaled.type, RopeType::linear);
        QCOMPARE(scaled.theta, 1e6);
        QCOMPARE(scaled.factor, 2.5);

        const RopeConfig llama3 = parse_with({{"rope_scaling", kLlama3Scaling}}).rope;
        QCOMPARE(llama3.type, RopeType::llama3);
        QCOMPARE(llama3.factor, 8.0);
        QCOMPARE(llama3.low_freq_factor, 1.0);
        QCOMPARE(llama3.high_freq_factor, 4.0);
        QCOMPARE(llama3.original_max_position_embeddings, 8192);
    }

    void rope_is_read_in_the_newer_style() {
        const json plain{{"rope_type", "default"}, {"rope_theta", 250000.0}};
        const RopeConfig standard = parse_with({{"rope_parameters", plain}}).rope;
        QCOMPARE(standard.type, RopeType::standard);
        QCOMPARE(standard.theta, 250000.0);

        json parameters = kLlama3Scaling;
        parameters["rope_theta"] = 500000.0;
        const RopeConfig llama3 = parse_with({{"rope_parameters", parameters}}).rope;
        QCOMPARE(llama3.type, RopeType::llama3);
        QCOMPARE(llama3.theta, 500000.0);
        QCOMPARE(llama3.original_max_position_embeddings, 8192);

        // Without its own, the older field still counts.
        const RopeConfig mixed =
            parse_with({{"rope_theta", 3.0}, {"rope_parameters", json::object()}}).rope;
        QCOMPARE(mixed.type, RopeType::standard);
        QCOMPARE(mixed.theta, 3.0);
    }

    void yarn_is_read_with_its_defaults() {
        const RopeConfig plain =
            parse_with({{"rope_scaling", {{"type", "yarn"}, {"factor", 4.0}}}}).rope;
        QCOMPARE(plain.type, RopeType::yarn);
        QCOMPARE(plain.factor, 4.0);
        QCOMPARE(plain.original_max_position_embeddings, 64);
        QCOMPARE(plain.beta_fast, 32.0);
        QCOMPARE(plain.beta_slow, 1.0);
        QCOMPARE(plain.truncate, true);
        QVERIFY(std::abs(plain.attention_factor - (0.1 * std::log(4.0) + 1.0)) < 1e-12);

        const json given{{"rope_type", "yarn"},      {"factor", 4.0},
                         {"beta_fast", 16},          {"beta_slow", 2},
                         {"truncate", false},        {"rope_theta", 1e6},
                         {"attention_factor", 0.75}, {"mscale", 2},
                         {"mscale_all_dim", 3},      {"original_max_position_embeddings", 8}};
        const RopeConfig yarn = parse_with({{"rope_parameters", given}}).rope;
        QCOMPARE(yarn.theta, 1e6);
        QCOMPARE(yarn.original_max_position_embeddings, 8);
        QCOMPARE(yarn.beta_fast, 16.0);
        QCOMPARE(yarn.beta_slow, 2.0);
        QCOMPARE(yarn.truncate, false);
        QCOMPARE(yarn.attention_factor, 0.75);
    }

    void rope_scaling_wins_over_rope_parameters() {
        const json linear{{"type", "linear"}, {"factor", 2.0}};
        const json other{{"rope_type", "default"}, {"rope_theta", 5.0}};
        const RopeConfig rope =
            parse_with({{"rope_scaling", linear}, {"rope_parameters", other}}).rope;
        QCOMPARE(rope.type, RopeType::linear);
        QCOMPARE(rope.theta, 10000.0);
        QCOMPARE(
            parse_with({{"rope_scaling", json::object()}, {"rope_parameters", other}}).rope.theta,
            5.0);
    }

    void rope_type_wins_over_type() {
        const json both{{"type", "dynamic"}, {"rope_type", "linear"}, {"factor", 2.0}};
        QCOMPARE(parse_with({{"rope_scaling", both}}).rope.type, RopeType::linear);
    }
};

HEADSCOPE_TEST(TestModelConfig)
#include "test_model_config.moc"
