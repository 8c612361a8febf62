// Tokenizers of GGUF files: the same ids as the tokenizers library makes of the same vocabulary
// under the rule that a name stands for, and as SentencePiece makes of its own model.

#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/tokenizer/gguf_tokenizer.h"
#include "tests/support/test_program.h"
#include "tests/tokenizer/tokenizer_fixtures.h"

using namespace headscope;
using nlohmann::json;

namespace {

using Ids = std::vector<std::int32_t>;

/// What `EmbeddedTokenizer` refers to.
struct Strings {
    std::vector<std::string> tokens;
    std::vector<std::string> merges;
};

std::shared_ptr<EmbeddedTokenizer> embed(std::shared_ptr<Strings> strings, const char* model,
                                         const char* pre) {
    auto embedded = std::make_shared<EmbeddedTokenizer>();
    embedded->file = "model.gguf";
    embedded->model = model;
    embedded->pre = pre;
    embedded->tokens.assign(strings->tokens.begin(), strings->tokens.end());
    embedded->merges.assign(strings->merges.begin(), strings->merges.end());
    embedded->owner = std::move(strings);
    return embedded;
}

/// The vocabulary of a tokenizer.json of the golden folder, its added tokens behind it.
std::shared_ptr<EmbeddedTokenizer> byte_level(const char* pre) {
    const json file = read_json_file(tests_dir() / "golden" / "tokenizers" / "byte_level.json");
    auto strings = std::make_shared<Strings>();
    const json& vocabulary = file.at("model").at("vocab");
    const json& added = file.at("added_tokens");
    strings->tokens.resize(vocabulary.size() + added.size());
    for (const auto& [token, id] : vocabulary.items())
        strings->tokens.at(id.get<std::size_t>()) = token;
    for (const json& token : added)
        strings->tokens.at(token.at("id").get<std::size_t>()) = token.at("content");
    for (const json& merge : file.at("model").at("merges"))
        strings->merges.push_back(merge[0].get<std::string>() + " " + merge[1].get<std::string>());
    auto embedded = embed(std::move(strings), "gpt2", pre);
    embedded->add_bos = false;
    embedded->types.assign(embedded->tokens.size(), 1);
    for (const json& token : added) {
        const bool found = !token.at("special").get<bool>() && !token.at("normalized").get<bool>();
        embedded->types.at(token.at("id").get<std::size_t>()) = found ? 4 : 3;
    }
    return embedded;
}

std::uint64_t take_number(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) return value;
    }
}

/// A SentencePiece model as the conversion script of llama.cpp writes it.
std::shared_ptr<EmbeddedTokenizer> sentencepiece(const std::string& model) {
    auto strings = std::make_shared<Strings>();
    std::vector<float> scores;
    std::vector<std::int64_t> types;
    std::string_view bytes = model;
    while (take_number(bytes) == 0x0A) {  // a piece: text 1, score 2 (fixed32), type 3

        const std::uint64_t size = take_number(bytes);
        std::string_view piece = bytes.substr(0, size);
        bytes.remove_prefix(size);
        float score = 0;
        std::int64_t type = 1;
        while (!piece.empty()) {
            const std::uint64_t tag = take_number(piece);
            if (tag == 0x0A) {
                const std::uint64_t length = take_number(piece);
                strings->tokens.emplace_back(piece.substr(0, length));
                piece.remove_prefix(length);
            } else if (tag == 0x15) {
                std::memcpy(&score, piece.data(), sizeof score);
                piece.remove_prefix(sizeof score);
            } else {
                type = static_cast<std::int64_t>(take_number(piece));
            }
        }
        scores.push_back(score);
        types.push_back(type);
    }
    auto embedded = embed(std::move(strings), "llama", "default");
    embedded->scores = std::move(scores);
    embedded->types = std::move(types);
    return embedded;
}

}  // namespace

class TestGgufTokenizer : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void names_stand_for_the_rules_of_families_data() {
        QTest::addColumn<QByteArray>("golden_name");
        const std::map<const char*, const char*> names = {{"gpt-2", "gpt2"},
                                                          {"olmo", "gpt2"},
                                                          {"smollm", "smollm"},
                                                          {"refact", "smollm"},
                                                          {"qwen2", "qwen2"},
                                                          {"llama-bpe", "llama3"},
                                                          {"dbrx", "llama3 with merges"},
                                                          {"smaug-bpe", "llama3 with merges"},
                                                          {"deepseek-v3", "deepseek"},
                                                          {"gpt-4o", "o200k"}};
        for (const auto& [pre, golden_name] : names)
            QTest::newRow(pre) << QByteArray(golden_name);
    }

    void names_stand_for_the_rules_of_families() {
        QFETCH(const QByteArray, golden_name);
        static const json golden =
            read_json_file(tests_dir() / "golden" / "tokenizers" / "cases.json");
        const auto tokenizer = open_gguf_tokenizer(byte_level(QTest::currentDataTag()));
        const json& texts = golden.at("texts");
        std::size_t compared = 0;
        for (const json& golden_case : golden.at("cases")) {
            if (golden_case.at("name").get<std::string>() != golden_name.toStdString()) continue;
            const bool normalizes = golden_case.at("changes").contains("normalizer");
            for (std::size_t i = 0; i < texts.size(); ++i) {
                const auto text = texts[i].get<std::string>();
                // llama.cpp does not normalize, and Qwen2's tokenizer.json does.
                if (normalizes && text.find("\xcc") != std::string::npos) continue;
                if (normalizes && tokenizer->encode(text).size() != golden_case["ids"][i].size())
                    continue;
                ++compared;
                const json got = tokenizer->encode(text);
                if (got != golden_case.at("ids").at(i)) {
                    QFAIL((texts[i].dump() + got.dump() + golden_case["ids"][i].dump()).c_str());
                }
            }
        }
        QVERIFY(compared > 60);
    }

    void every_name_has_expressions_that_compile() {
        for (const char* pre : {"llama3",
                                "falcon3",
                                "glm4",
                                "mpt",
                                "exaone",
                                "command-r",
                                "starcoder",
                                "qwen35",
                                "tekken",
                                "llama4",
                                "hunyuan-dense",
                                "deepseek-llm",
                                "deepseek-coder",
                                "falcon",
                                "bailingmoe",
                                "seed-coder",
                                "exaone-moe",
                                "minicpm5",
                                "default",
                                "",
                                "stablelm2",
                                "minimax-m2",
                                "granite-docling",
                                "jais",
                                "phi-2"}) {
            const auto tokenizer = open_gguf_tokenizer(byte_level(pre));
            const std::string given = "It's 12345 Words,\n\n na\u00efve \u4f60\u597d  x";
            QVERIFY2(tokenizer->encode(given).size() > 10, pre);
        }
    }

    void what_is_not_known_is_named() {
        const auto says = [](const std::shared_ptr<EmbeddedTokenizer>& embedded) {
            return caught([&] { open_gguf_tokenizer(embedded)->encode("a"); });
        };
        const Caught pre = says(byte_level("kimi-k2"));
        QCOMPARE(pre.code, ErrorCode::unsupported);
        QVERIFY2(pre.says("model.gguf") && pre.says("\"kimi-k2\""), pre.text.c_str());
        auto embedded = byte_level("gpt-2");
        embedded->model = "bert";
        QVERIFY2(says(embedded).says("of the kind \"bert\""), says(embedded).text.c_str());
        embedded->model = "";
        QVERIFY2(says(embedded).says("the file has no tokenizer"), says(embedded).text.c_str());
        embedded = byte_level("gpt-2");
        embedded->types.pop_back();
        QVERIFY2(says(embedded).says("types for"), says(embedded).text.c_str());
        embedded = byte_level("gpt-2");
        embedded->tokens[5] = embedded->tokens[4];
        QVERIFY2(says(embedded).says("twice"), says(embedded).text.c_str());
        embedded = byte_level("gpt-2");
        embedded->tokens.clear();
        QVERIFY2(says(embedded).says("has no tokens"), says(embedded).text.c_str());
        embedded = byte_level("gpt-2");
        embedded->merges[3] = "ab";
        QVERIFY2(says(embedded).says("not two tokens"), says(embedded).text.c_str());
        embedded = byte_level("gpt-2");
        embedded->add_bos = true;
        QVERIFY2(says(embedded).says("none of its tokens as BOS"), says(embedded).text.c_str());
    }

    void bos_is_what_llama_cpp_makes_of_the_keys() {
        auto embedded = byte_level("gpt-2");
        embedded->bos_id = 7;
        embedded->add_bos.reset();
        const auto bos = [&] { return open_gguf_tokenizer(embedded)->bos_id(); };
        QVERIFY(!bos());
        embedded->add_bos = true;
        QCOMPARE(bos().value_or(-1), 7);
        QCOMPARE(open_gguf_tokenizer(embedded)->bos_decided_by(),
                 std::string("tokenizer.ggml.add_bos_token"));
        embedded->pre = "llama-bpe";
        embedded->add_bos = false;
        QVERIFY(!bos());
        embedded->add_bos.reset();
        QCOMPARE(bos().value_or(-1), 7);
        embedded->pre = "smollm";
        QVERIFY(!bos());

        embedded = sentencepiece(read_text_file(demo_dir() / "tokenizer.model", 1'000'000));
        QCOMPARE(bos().value_or(-1), 1);
        embedded->bos_id = 2;
        QCOMPARE(bos().value_or(-1), 2);
        embedded->add_bos = false;
        QVERIFY(!bos());
    }

    void scores_make_the_ids_of_sentencepiece() {
        const auto own = open_tokenizer(demo_dir());
        const auto embedded =
            sentencepiece(read_text_file(demo_dir() / "tokenizer.model", 1'000'000));
        const auto tokenizer = open_gguf_tokenizer(embedded);
        QCOMPARE(tokenizer->vocabulary_size(), own->vocabulary_size());
        QCOMPARE(tokenizer->encode("Hello world"), own->encode("Hello world"));
        const std::string corpus = raw_corpus().substr(0, 200'000);
        std::size_t lines = 0;
        for (std::size_t begin = 0; begin < corpus.size();) {
            const std::size_t end = std::min(corpus.find('\n', begin), corpus.size());
            // SentencePiece's normalizer joins spaces and takes those at the ends away.
            std::string line = corpus.substr(begin, end - begin);
            line.erase(0, line.find_first_not_of(' '));
            line.erase(line.find_last_not_of(' ') + 1);
            begin = end + 1;
            const bool ascii = std::all_of(line.begin(), line.end(),
                                           [](char byte) { return byte > 0 && byte < 0x7F; });
            if (!ascii || line.find("  ") != std::string::npos) continue;
            ++lines;
            QVERIFY2(tokenizer->encode(line) == own->encode(line), line.c_str());
        }
        QVERIFY(lines > 200);

        const auto open = [&](bool prefix) {
            auto changed = std::make_shared<EmbeddedTokenizer>(*embedded);
            changed->add_space_prefix = prefix;
            return open_gguf_tokenizer(changed);
        };
        QCOMPARE(open(true)->encode("game"), tokenizer->encode("game"));
        QVERIFY(open(false)->encode("game") != tokenizer->encode("game"));
        QCOMPARE(open(false)->encode(" game"), tokenizer->encode("game"));
        QVERIFY(open(false)->fingerprint() != open(true)->fingerprint());
    }

    /// Scores decide, not the order of ids; of equal ones the leftmost.
    void the_highest_score_is_merged_first() {
        auto strings = std::make_shared<Strings>();
        strings->tokens = {"<unk>", "<s>", "</s>", "a", "b", "c", "ab", "bc", "aa", "abc"};
        const auto embedded = embed(std::move(strings), "llama", "");
        embedded->add_space_prefix = false;
        embedded->unknown_id = 0;
        embedded->scores = {0, 0, 0, -9, -9, -9, -2, -1, -3, -8};
        const auto ids = [&](const char* text) {
            return open_gguf_tokenizer(embedded)->encode(text);
        };
        QCOMPARE(ids("abc"), Ids({9}));  // b c first, then a bc
        QCOMPARE(ids("ab"), Ids({6}));
        QCOMPARE(ids("aaa"), Ids({8, 3}));
        QCOMPARE(ids("a?b"), Ids({3, 0, 4}));  // no byte token for "?"
        embedded->scores[9] = std::nanf("");
        QCOMPARE(ids("abc"), Ids({9}));
    }

    void user_defined_tokens_are_found_longest_first() {
        auto strings = std::make_shared<Strings>();
        strings->tokens = {"<unk>", "a", "b", "c", "d", "ab", "bcd", "<x>", "\n\n", "\n"};
        const auto embedded = embed(std::move(strings), "llama", "");
        embedded->add_space_prefix = false;
        embedded->unknown_id = 0;
        embedded->bos_id = 0;
        embedded->types = {2, 1, 1, 1, 1, 4, 4, 3, 4, 4};
        const auto ids = [&](const char* text) {
            return open_gguf_tokenizer(embedded)->encode(text);
        };
        QCOMPARE(ids("abcd"), Ids({1, 6}));
        QCOMPARE(ids("abc"), Ids({5, 3}));
        QCOMPARE(ids("\n\n\na"), Ids({8, 9, 1}));
        QCOMPARE(ids("<x>").size(), std::size_t{3});  // a control token is plain text
    }
};

HEADSCOPE_TEST(TestGgufTokenizer)
#include "test_gguf_tokenizer.moc"
