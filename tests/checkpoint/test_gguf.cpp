#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <numbers>
#include <optional>

#include "core/base/embedded_tokenizer.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/formats/checkpoint_format.h"
#include "core/checkpoint/formats/gguf/gguf_file.h"
#include "core/checkpoint/quantization/block_types.h"
#include "tests/checkpoint/gguf_writer.h"
#include "tests/checkpoint/meta_model.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

constexpr const char* kQ0 = "model.layers.0.self_attn.q_proj.weight";

std::string from_hex(const std::string& digits) {
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    return bytes;
}

std::string text_of(const TensorView& view) {
    return {reinterpret_cast<const char*>(view.bytes.data()), view.bytes.size()};
}

/// The names of llama.cpp's converter.
std::string gguf_name(std::string name) {
    const std::vector<std::pair<std::string, std::string>> kParts{
        {"model.embed_tokens.", "token_embd."},
        {"model.norm.", "output_norm."},
        {"lm_head.", "output."},
        {"model.layers.", "blk."},
        {"input_layernorm", "attn_norm"},
        {"self_attn.q_proj", "attn_q"},
        {"self_attn.k_proj", "attn_k"},
        {"self_attn.v_proj", "attn_v"},
        {"self_attn.o_proj", "attn_output"},
        {"post_attention_layernorm", "ffn_norm"},
        {"mlp.gate_proj", "ffn_gate"},
        {"mlp.up_proj", "ffn_up"},
        {"mlp.down_proj", "ffn_down"}};
    for (const auto& [from, to] : kParts) {
        const std::size_t at = name.find(from);
        if (at != std::string::npos) name.replace(at, from.size(), to);
    }
    return name;
}

/// Rows of each head as llama.cpp's converter orders them: (heads, 2, n/2) becomes (heads, n/2, 2).
std::string interleave(const std::string& bytes, std::size_t heads, std::size_t rows) {
    const std::size_t row = bytes.size() / rows;
    const std::size_t of_head = rows / heads;
    std::string out;
    for (std::size_t head = 0; head < heads; ++head) {
        for (std::size_t j = 0; j < of_head / 2; ++j) {
            for (std::size_t p = 0; p < 2; ++p)
                out += bytes.substr((head * of_head + p * of_head / 2 + j) * row, row);
        }
    }
    return out;
}

/// The metadata of meta_config().
std::vector<std::string> pairs_of_model() {
    return {gguf::string("general.architecture", "llama"),
            gguf::u32("llama.block_count", 2),
            gguf::u32("llama.context_length", 4096),
            gguf::u32("llama.embedding_length", 32),
            gguf::u32("llama.feed_forward_length", 24),
            gguf::u32("llama.attention.head_count", 8),
            gguf::u32("llama.attention.head_count_kv", 4),
            gguf::u32("llama.rope.dimension_count", 4),
            gguf::f32("llama.rope.freq_base", 10000.0F),
            gguf::f32("llama.attention.layer_norm_rms_epsilon", 1e-5F),
            gguf::string("tokenizer.ggml.model", "gpt2"),
            gguf::string("tokenizer.ggml.pre", "smollm"),
            gguf::string_array("tokenizer.ggml.tokens", {"a", "b", "ab"}),
            gguf::string_array("tokenizer.ggml.merges", {"a b"}),
            gguf::i32_array("tokenizer.ggml.token_type", {1, 1, 3}),
            gguf::u32("tokenizer.ggml.bos_token_id", 2),
            gguf::boolean("tokenizer.ggml.add_bos_token", false)};
}

/// The tensors of meta_config() as float32 in llama.cpp's order.
std::vector<gguf::Tensor> gguf_tensors(const std::vector<TensorSpec>& tensors) {
    std::vector<gguf::Tensor> converted;
    for (const TensorSpec& tensor : tensors) {
        gguf::Tensor to{gguf_name(tensor.name), 0, tensor.shape, tensor.bytes};
        const auto rows = static_cast<std::size_t>(tensor.shape.front());
        if (tensor.name.find("q_proj") != std::string::npos)
            to.bytes = interleave(tensor.bytes, 8, rows);
        if (tensor.name.find("k_proj") != std::string::npos)
            to.bytes = interleave(tensor.bytes, 4, rows);
        converted.push_back(std::move(to));
    }
    return converted;
}

std::vector<TensorSpec> float_tensors() {
    std::vector<TensorSpec> tensors = random_tensors(meta_config());
    for (std::size_t t = 0; t < tensors.size(); ++t) {
        tensors[t].dtype = "F32";
        tensors[t].bytes.resize(size_in_bytes(tensors[t]));
        for (std::size_t i = 0; i < tensors[t].bytes.size() / 4; ++i) {
            const auto value = static_cast<float>(t * 1000 + i);
            std::memcpy(tensors[t].bytes.data() + i * 4, &value, 4);
        }
    }
    return tensors;
}

std::vector<std::string> replaced(std::vector<std::string> pairs, const std::string& pair) {
    const std::string key = pair.substr(0, 8 + static_cast<unsigned char>(pair[0]));
    std::erase_if(pairs, [&](const std::string& other) { return other.starts_with(key); });
    pairs.push_back(pair);
    return pairs;
}

}  // namespace

class TestGguf : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { temporary_.emplace(); }

    void blocks_become_the_floats_of_the_reference() {
        int compared = 0;
        const json all = golden("gguf_blocks.json");
        for (const json& entry : all.at("types")) {
            const auto* type = find_block_type(entry.at("type").get<std::uint32_t>());
            const std::string name = entry.at("name");
            QVERIFY2(type != nullptr, name.c_str());
            QCOMPARE(std::string(type->name), name);
            const std::string blocks = from_hex(entry.at("blocks"));
            const std::string values = from_hex(entry.at("values"));
            QCOMPARE(blocks.size(), static_cast<std::size_t>(3 * type->bytes));
            QCOMPARE(values.size(), static_cast<std::size_t>(3 * type->elements * 4));
            std::string made(values.size(), '\0');
            type->decode()(reinterpret_cast<const unsigned char*>(blocks.data()), 3,
                           reinterpret_cast<float*>(made.data()));
            QVERIFY2(made == values, name.c_str());
            ++compared;
        }
        QCOMPARE(compared, 23);
    }

    void a_model_is_the_one_that_it_was_converted_from() {
        for (const std::uint32_t version : {2U, 3U}) {
            const std::vector<TensorSpec> tensors = float_tensors();
            write_bytes(path(), gguf::file(pairs_of_model(), gguf_tensors(tensors), version));
            const Checkpoint checkpoint = Checkpoint::open(folder());
            checkpoint.require_complete();
            QVERIFY(checkpoint.notes().empty());
            QCOMPARE(checkpoint.format().id, "gguf");
            QCOMPARE(checkpoint.path(), folder());
            QCOMPARE(Checkpoint::open(path()).path(), path());
            const ModelConfig& config = checkpoint.config();
            QCOMPARE(config.hidden_size, 32);
            QCOMPARE(config.num_hidden_layers, 2);
            QCOMPARE(config.num_attention_heads, 8);
            QCOMPARE(config.num_key_value_heads, 4);
            QCOMPARE(config.head_dim, 4);
            QCOMPARE(config.vocab_size, 20);
            QCOMPARE(config.max_position_embeddings, 4096);
            QCOMPARE(config.rms_norm_eps, 1e-5);  // not the float32 nearest to it
            QVERIFY(!config.tie_word_embeddings);
            for (const TensorSpec& tensor : tensors)
                QVERIFY2(text_of(checkpoint.tensor(tensor.name)) == tensor.bytes,
                         tensor.name.c_str());
        }
    }

    void the_tokenizer_is_handed_on() {
        write_bytes(path(), gguf::file(pairs_of_model(), gguf_tensors(float_tensors())));
        std::shared_ptr<const EmbeddedTokenizer> tokenizer;
        tokenizer = Checkpoint::open(path()).embedded_tokenizer();
        QVERIFY(tokenizer != nullptr);
        QCOMPARE(tokenizer->model, "gpt2");
        QCOMPARE(tokenizer->pre, "smollm");
        QCOMPARE(tokenizer->tokens, (std::vector<std::string_view>{"a", "b", "ab"}));
        QCOMPARE(tokenizer->merges, std::vector<std::string_view>{"a b"});
        QCOMPARE(tokenizer->types, (std::vector<std::int64_t>{1, 1, 3}));
        QCOMPARE(tokenizer->bos_id, std::optional<std::int64_t>(2));
        QCOMPARE(tokenizer->add_bos, std::optional<bool>(false));
        QVERIFY(!tokenizer->eos_id && !tokenizer->add_space_prefix && tokenizer->scores.empty());
    }

    void rows_of_blocks_are_read_alone() {
        const json& entry = block("Q8_0");
        std::vector<gguf::Tensor> tensors = gguf_tensors(float_tensors());
        for (gguf::Tensor& tensor : tensors) {
            if (tensor.name != "blk.0.attn_v.weight") continue;
            tensor.type = 8;  // [16, 32]: a block each row
            const std::string blocks = from_hex(entry.at("blocks"));
            tensor.bytes.clear();
            for (int row = 0; row < 16; ++row)
                tensor.bytes += blocks.substr(static_cast<std::size_t>(row % 3) * 34, 34);
        }
        write_bytes(path(), gguf::file(pairs_of_model(), tensors));
        const Checkpoint checkpoint = Checkpoint::open(path());
        const TensorRows rows = checkpoint.rows("model.layers.0.self_attn.v_proj.weight");
        QCOMPARE(rows.dtype(), DType::f32);
        QVERIFY(rows.mapped_bytes().empty());
        std::string two(2 * 32 * 4, '\0');
        rows.copy(4, 2, reinterpret_cast<std::byte*>(two.data()));
        QCOMPARE(two, from_hex(entry.at("values")).substr(32 * 4));
        const auto infos = checkpoint.tensors();
        const auto info = std::find_if(infos.begin(), infos.end(), [](const TensorInfo& tensor) {
            return tensor.name == "model.layers.0.self_attn.v_proj.weight";
        });
        QCOMPARE(info->stored_dtype, "Q8_0");
        QCOMPARE(info->stored_bytes, 16 * 34);
    }

    void parts_are_joined() {
        const std::vector<TensorSpec> tensors = float_tensors();
        const std::vector<gguf::Tensor> all = gguf_tensors(tensors);
        std::vector<std::string> pairs = pairs_of_model();
        pairs.push_back(gguf::u32("split.count", 2));
        const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
        write_bytes(folder() / "m-00001-of-00002.gguf", gguf::file(pairs, {all.begin(), middle}));
        write_bytes(folder() / "m-00002-of-00002.gguf",
                    gguf::file({gguf::u32("split.count", 2)}, {middle, all.end()}));
        for (const char* name : {"", "m-00001-of-00002.gguf", "m-00002-of-00002.gguf"}) {
            const Checkpoint checkpoint = Checkpoint::open(folder() / name);
            checkpoint.require_complete();
            QCOMPARE(checkpoint.tensor_files().size(), std::size_t{2});
            for (const TensorSpec& tensor : tensors)
                QVERIFY(text_of(checkpoint.tensor(tensor.name)) == tensor.bytes);
        }
        fs::rename(folder() / "m-00001-of-00002.gguf", folder() / "renamed.gguf");
        QVERIFY(contains(error_of([&] { Checkpoint::open(folder() / "renamed.gguf"); }),
                         "split.count is 2, but 1 files are here"));
    }

    void layers_may_have_different_heads() {
        std::vector<TensorSpec> tensors = float_tensors();
        // Layer 1 without its last KV head: 6 heads, 3 KV heads.
        for (TensorSpec& tensor : tensors) {
            if (!contains(tensor.name, "layers.1.self_attn")) continue;
            const bool q = contains(tensor.name, "q_proj");
            if (contains(tensor.name, "o_proj")) {
                std::string cut;
                for (std::size_t row = 0; row < 32; ++row)
                    cut += tensor.bytes.substr(row * 32 * 4, 24 * 4);
                tensor.bytes = cut;
                tensor.shape[1] = 24;
            } else {
                tensor.shape[0] = q ? 24 : 12;
                tensor.bytes.resize(size_in_bytes(tensor));
            }
        }
        std::vector<gguf::Tensor> converted;
        for (const TensorSpec& tensor : tensors) {
            gguf::Tensor to{gguf_name(tensor.name), 0, tensor.shape, tensor.bytes};
            const auto rows = static_cast<std::size_t>(tensor.shape.front());
            if (contains(tensor.name, "q_proj")) to.bytes = interleave(to.bytes, rows / 4, rows);
            if (contains(tensor.name, "k_proj")) to.bytes = interleave(to.bytes, rows / 4, rows);
            converted.push_back(std::move(to));
        }
        std::vector<std::string> pairs = pairs_of_model();
        pairs = replaced(pairs, gguf::i32_array("llama.attention.head_count", {8, 6}));
        pairs = replaced(pairs, gguf::i32_array("llama.attention.head_count_kv", {4, 3}));
        pairs = replaced(pairs, gguf::i32_array("llama.feed_forward_length", {24, 24}));
        write_bytes(path(), gguf::file(pairs, converted));
        const Checkpoint checkpoint = Checkpoint::open(path());
        checkpoint.require_complete();
        QCOMPARE(checkpoint.config().heads_of(0), (HeadCounts{8, 4}));
        QCOMPARE(checkpoint.config().heads_of(1), (HeadCounts{6, 3}));
        for (const TensorSpec& tensor : tensors)
            QVERIFY2(text_of(checkpoint.tensor(tensor.name)) == tensor.bytes, tensor.name.c_str());
    }

    void rotary_factors_are_llama3_scaling() {
        // head_dim 4 has the wavelengths 2 pi and 2 pi sqrt(theta).
        const double theta = std::pow(3000.0 / (2.0 * std::numbers::pi), 2.0);
        const double smooth = (8192.0 / 3000.0 - 1.0) / 3.0;
        const auto factor = static_cast<float>(1.0 / ((1.0 - smooth) / 8.0 + smooth));
        write_with_factors({1.0F, factor}, theta);
        // The largest factor is no 8 here: the rule of another factor gives other values.
        QVERIFY(
            contains(error_of([&] { Checkpoint::open(path()); }), "of another rule than llama3"));
        write_with_factors({1.0F, 8.0F}, 1e12);
        const RopeConfig rope = Checkpoint::open(path()).config().rope;
        QCOMPARE(rope.type, RopeType::llama3);
        QCOMPARE(rope.factor, 8.0);
        QCOMPARE(rope.original_max_position_embeddings, 8192);
    }

    void what_is_not_read_is_named_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* name, const std::string& bytes, const char* message) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << QByteArray(message);
        };
        const std::vector<std::string> pairs = pairs_of_model();
        const std::vector<gguf::Tensor> tensors = gguf_tensors(float_tensors());
        const auto with = [&](const std::string& pair) {
            return gguf::file(replaced(pairs, pair), tensors);
        };
        row("no GGUF", "GGUG", "not a GGUF file");
        row("version 1", gguf::file(pairs, tensors, 1), "GGUF of version 1, which");
        row("version 4", gguf::file(pairs, tensors, 4), "GGUF of version 4; supported: 2, 3");
        row("big-endian", gguf::file(pairs, tensors, 3U << 24), "for big-endian machines");
        row("architecture", with(gguf::string("general.architecture", "rwkv7")),
            "general.architecture \"rwkv7\" is not supported; supported: llama, deci, qwen2");
        row("experts", with(gguf::u32("llama.expert_count", 8)),
            "expert_count: a mixture of experts");
        row("no heads", with(gguf::i32_array("llama.attention.head_count", {8, 0})),
            "heads; layers that have one without the other");
        row("too few heads", with(gguf::i32_array("llama.attention.head_count", {8})),
            "head_count has 1 entries, but the model 2 layers");
        row("widths", with(gguf::i32_array("llama.feed_forward_length", {24, 8})),
            "have different widths");
        row("partial rotary", with(gguf::u32("llama.rope.dimension_count", 2)),
            "partial rotary embedding is not supported");
        row("a text for a number", with(gguf::string("llama.block_count", "2")),
            "llama.block_count must be a whole number");
        row("key twice",
            gguf::file(
                [&] {
                    std::vector<std::string> twice = pairs;
                    twice.push_back(pairs.front());
                    return twice;
                }(),
                tensors),
            "the key general.architecture stands twice");
        std::vector<gguf::Tensor> broken = tensors;
        broken.front().type = 4;
        row("dropped type", gguf::file(pairs, broken), "has the type 4, which is not known");
        broken = tensors;
        broken.front().type = 12;
        row("no whole blocks", gguf::file(pairs, broken), "are no whole blocks of Q4_K (256)");
        broken = tensors;
        broken[1].name = broken[0].name;
        row("tensor twice", gguf::file(pairs, broken), "is described twice");
        broken = tensors;
        broken.front().shape = {std::int64_t{1} << 62, 64};
        row("overflow", gguf::file(pairs, broken), "the size of its shape overflows");
        broken = tensors;
        broken.front().shape = {1 << 20, 32};
        row("past the end", gguf::file(pairs, broken), "truncated: tensor");
    }

    void what_is_not_read_is_named() {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, message);
        write_bytes(path(), bytes.toStdString());
        const std::string error = error_of([&] { Checkpoint::open(path()); });
        QVERIFY2(contains(error, message.toStdString()), error.c_str());
        QVERIFY2(contains(error, "m.gguf"), error.c_str());
    }

    void a_file_cut_anywhere_is_refused() {
        const std::string whole = gguf::file(pairs_of_model(), gguf_tensors(float_tensors()));
        for (std::size_t size = 1; size < whole.size(); size += size < 256 ? 1 : 61) {
            write_bytes(path(), whole.substr(0, size));
            QVERIFY2(!error_of([&] { GgufFile{path()}; }).empty(), std::to_string(size).c_str());
        }
    }

  private:
    [[nodiscard]] fs::path folder() const { return temporary_->path().toStdString(); }
    [[nodiscard]] fs::path path() const { return folder() / "m.gguf"; }

    static const json& block(const std::string& name) {
        static const json all = golden("gguf_blocks.json");
        for (const json& entry : all.at("types")) {
            if (entry.at("name") == name) return entry;
        }
        throw std::invalid_argument(name);
    }

    void write_with_factors(const std::vector<float>& factors, double theta) const {
        std::vector<gguf::Tensor> tensors = gguf_tensors(float_tensors());
        std::string bytes(factors.size() * 4, '\0');
        std::memcpy(bytes.data(), factors.data(), bytes.size());
        tensors.push_back(
            {"rope_freqs.weight", 0, {static_cast<std::int64_t>(factors.size())}, bytes});
        write_bytes(path(),
                    gguf::file(replaced(pairs_of_model(), gguf::f32("llama.rope.freq_base",
                                                                    static_cast<float>(theta))),
                               tensors));
    }

    std::optional<QTemporaryDir> temporary_;
};

HEADSCOPE_TEST(TestGguf)
#include "test_gguf.moc"
