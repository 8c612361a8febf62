// Files of tokenizers that are damaged, made to do harm, or of a kind that is not read.

#include <QTest>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/tokenizer/tiktoken_file.h"
#include "core/tokenizer/tokenizer_json.h"
#include "tests/support/test_program.h"
#include "tests/tokenizer/tokenizer_fixtures.h"

using namespace headscope;
using nlohmann::json;

namespace {

/// A tokenizer.json with the tokens a, b and ab.
json small_file() {
    return {{"version", "1.0"},
            {"added_tokens", json::array()},
            {"normalizer", nullptr},
            {"pre_tokenizer", nullptr},
            {"post_processor", nullptr},
            {"model",
             {{"type", "BPE"}, {"vocab", {{"a", 0}, {"b", 1}, {"ab", 2}}}, {"merges", {"a b"}}}}};
}

/// What is said when the file is opened and used.
Caught using_json(const std::string& text) {
    return caught([&] { parse_tokenizer_json(text, "tokenizer.json")->encode("abc"); });
}

Caught using_ranks(const std::string& text) {
    return caught([&] { parse_tiktoken_file(text, "tokenizer.model")->encode("abc"); });
}

std::string base64_of_byte(unsigned byte) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return {digits[byte >> 2], digits[byte << 4 & 63], '=', '='};
}

/// The 256 bytes with their ranks, each line as `line` gives it.
std::string rank_lines(const std::function<std::string(unsigned byte)>& rank) {
    std::string text;
    for (unsigned byte = 0; byte < 256; ++byte)
        text += base64_of_byte(byte) + " " + rank(byte) + "\n";
    return text;
}

std::string plain_rank(unsigned byte) {
    return std::to_string(byte);
}

}  // namespace

class TestTokenizerFiles : public QObject {
    Q_OBJECT

    static void add(const char* name, ErrorCode code, const std::string& text,
                    const std::string& says) {
        QTest::newRow(name) << static_cast<int>(code) << QByteArray::fromStdString(text)
                            << QByteArray::fromStdString(says);
    }

    /// The small file with the value at a JSON pointer replaced.
    static void add_changed(const char* name, ErrorCode code, const char* pointer,
                            const json& value, const std::string& says) {
        json file = small_file();
        file[json::json_pointer(pointer)] = value;
        add(name, code, file.dump(), says);
    }

    static void verify(const Caught& error) {
        QFETCH(const int, code);
        QFETCH(const QByteArray, says);
        QVERIFY2(error.code == static_cast<ErrorCode>(code), error.text.c_str());
        QVERIFY2(error.says(says.toStdString()), error.text.c_str());
    }

    static void columns() {
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("says");
    }

  private Q_SLOTS:
    void the_small_files_are_good() {
        QCOMPARE(parse_tokenizer_json(small_file().dump(), "f")->encode("abba"),
                 (std::vector<std::int32_t>{2, 1, 0}));
        for (const char* end : {"", "YWI= 256", "YWI= 256\r\n\r\n"}) {
            const auto tokenizer = parse_tiktoken_file(rank_lines(plain_rank) + end, "f");
            QCOMPARE(tokenizer->encode("ba"), (std::vector<std::int32_t>{'b', 'a'}));
            QCOMPARE(tokenizer->encode("ab").size(), std::size_t{*end == '\0' ? 2U : 1U});
        }
    }

    void damaged_json_data() {
        columns();
        constexpr ErrorCode bad = ErrorCode::bad_input;
        const std::string good = small_file().dump();
        add("empty", bad, "", "tokenizer.json: not valid JSON");
        add("cut short", bad, good.substr(0, good.size() / 2), "not valid JSON");
        add("more behind it", bad, good + "{}", "not valid JSON");
        add("not UTF-8", bad, "{\"model\": \"\xff\"}", "not valid JSON");
        add("deeply nested", bad, std::string(1'000'000, '['), "not valid JSON");
        add(
            "deeply nested objects", bad,
            [] {
                std::string text;
                for (int i = 0; i < 100'000; ++i)
                    text += "{\"a\":";
                return text;
            }(),
            "not valid JSON");
        add("a number too large", bad, R"({"model": 1e99999})", "model is not an object");
        add("an array", bad, "[]", "the file is not an object");
        add("a number", bad, "1", "the file is not an object");
        add("no model", bad, "{}", "the file has no \"model\"");
        add("two models", bad, R"({"model": {}, "model": {}})", "\"model\" stands twice");
        add_changed("model is text", bad, "/model", "BPE", "model is not an object");
        add_changed("no vocabulary", bad, "/model/vocab", nullptr, "model has no \"vocab\"");
        add_changed("vocabulary is an array", bad, "/model/vocab", {1},
                    "model.vocab is not an obj");
        add_changed("no merges", bad, "/model/merges", nullptr, "model has no \"merges\"");
        add_changed("merges are text", bad, "/model/merges", "a b", "model.merges is not an array");
        for (const char* id :
             {"-1", "2147483647", "1e3", "1.5", "\"1\"", "null", "[]", "18446744073709551615"}) {
            add_changed(id, bad, "/model/vocab/b", json::parse(id),
                        "model.vocab[\"b\"] is not a token id");
        }
        add("a token twice", bad, R"({"model": {"vocab": {"a": 0, "a": 1}, "merges": []}})",
            "the token \"a\" stands twice");
        for (const json& merge : {json("ab"), json("a b c"), json(1), json({"a"}),
                                  json({"a", "b", "c"}), json({"a", 1}), json(nullptr)}) {
            add_changed(("merge " + merge.dump()).c_str(), bad, "/model/merges/0", merge,
                        "model.merges[0] is not two tokens");
        }
        add_changed("merge of an unknown token", bad, "/model/merges/0", "a x",
                    "merge 0 needs the token \"x\"");
        add_changed("merge to an unknown token", bad, "/model/merges/0", {"b", "a"},
                    "merge 0 needs the token \"ba\"");
        add_changed("unknown token", bad, "/model/unk_token", "u", "the unk_token \"u\"");
        add_changed("ignore_merges", bad, "/model/ignore_merges", 1,
                    "model.ignore_merges is not true or false");
        add_changed("an added token without text", bad, "/added_tokens", {{{"id", 7}}},
                    "added_tokens[0] has no \"content\"");
    }

    void damaged_json() {
        QFETCH(const QByteArray, text);
        verify(using_json(text.toStdString()));
    }

    void json_of_another_kind_data() {
        columns();
        constexpr ErrorCode no = ErrorCode::unsupported;
        constexpr ErrorCode bad = ErrorCode::bad_input;
        for (const char* type : {"Unigram", "WordPiece", "WordLevel"})
            add_changed(type, no, "/model/type", type, std::string("a tokenizer of type ") + type);
        add_changed("dropout", no, "/model/dropout", 0.1, "model.dropout");
        add_changed("prefix", no, "/model/continuing_subword_prefix", "##",
                    "model.continuing_subword_prefix");
        add_changed("suffix", no, "/model/end_of_word_suffix", "</w>", "model.end_of_word_suffix");
        for (const char* type : {"Lowercase", "Precompiled", "BertNormalizer"}) {
            add_changed(type, no, "/normalizer", {{"type", type}},
                        std::string("normalizer \"") + type + "\"");
        }
        for (const char* type : {"Whitespace", "BertPreTokenizer", "UnicodeScripts"}) {
            add_changed(type, no, "/pre_tokenizer", {{"type", type}},
                        std::string("pre_tokenizer \"") + type + "\"");
        }
        const json bytes = {{"type", "ByteLevel"}};
        add_changed("inside a sequence", no, "/pre_tokenizer",
                    {{"type", "Sequence"}, {"pretokenizers", {bytes, bytes}}},
                    "pre_tokenizer.pretokenizers[1] \"ByteLevel\"");
        add_changed("post-processor", no, "/post_processor", {{"type", "BertProcessing"}},
                    "post_processor \"BertProcessing\"");
        const json one = {{"SpecialToken", {{"id", "a"}, {"type_id", 0}}}};
        add_changed("two tokens in front", no, "/post_processor",
                    {{"type", "TemplateProcessing"},
                     {"single", {one, one}},
                     {"special_tokens", {{"a", {{"ids", {0}}}}}}},
                    "puts 2 tokens in front");
        add_changed("tokens in front without end", bad, "/post_processor",
                    {{"type", "TemplateProcessing"},
                     {"single", json(std::size_t{17}, one)},
                     {"special_tokens", {{"a", {{"ids", json::array()}}}}}},
                    "post_processor is not a template of at most 16 tokens");

        add_changed("no type", bad, "/normalizer", json::object(), "normalizer has no \"type\"");
        add_changed("text", bad, "/pre_tokenizer", "ByteLevel", "pre_tokenizer is not an object");
        const auto split = [](const json& pattern, const char* behavior) -> json {
            return {{"type", "Split"}, {"pattern", pattern}, {"behavior", behavior}};
        };
        add_changed("behaviour", no, "/pre_tokenizer", split({{"String", "a"}}, "Exploded"),
                    "pre_tokenizer \"Exploded\"");
        add_changed("no pattern", bad, "/pre_tokenizer", split(nullptr, "Isolated"),
                    "pre_tokenizer has no \"pattern\"");
        add_changed("empty pattern", bad, "/pre_tokenizer", split(json::object(), "Isolated"),
                    "pre_tokenizer.pattern has no \"Regex\"");
        add_changed("pattern", bad, "/pre_tokenizer", split({{"Regex", "("}}, "Isolated"),
                    "the regular expression \"(\" is not valid");
        add_changed("post-processor without ids", bad, "/post_processor",
                    {{"type", "TemplateProcessing"}, {"single", {one}}},
                    "post_processor has no \"special_tokens\"");
        for (const auto& [key, members] :
             {std::pair("normalizer", "normalizers"), std::pair("pre_tokenizer", "pretokenizers"),
              std::pair("post_processor", "processors")}) {
            json nested = {{"type", "Sequence"}, {members, json::array()}};
            for (int i = 0; i < 300; ++i)
                nested = {{"type", "Sequence"}, {members, {nested}}};
            add_changed(key, bad, (std::string("/") + key).c_str(), nested,
                        "is not nested at most 8 times");
        }
    }

    /// Steps that a file may have, but so many or such that memory would not hold what they make.
    void steps_that_multiply_data() {
        columns();
        const json grow = {
            {"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", std::string(20, 'a')}};
        const auto sequence = [](const char* members, int count, const json& step) -> json {
            return {{"type", "Sequence"}, {members, json(static_cast<std::size_t>(count), step)}};
        };
        add_changed("a text that grows", ErrorCode::unsupported, "/normalizer",
                    sequence("normalizers", 12, grow),
                    "tokenizer.json: the normalizer makes more than 1024 bytes of a text of 3");
        const json digits = {{"type", "Digits"}};
        add_changed("steps without end", ErrorCode::bad_input, "/pre_tokenizer",
                    sequence("pretokenizers", 33, digits), "a Sequence of at most 32 steps");
        const json metaspace = {{"type", "Metaspace"}, {"replacement", "_"}};
        add_changed("two that insert", ErrorCode::unsupported, "/pre_tokenizer",
                    sequence("pretokenizers", 2, metaspace),
                    "pre_tokenizer.pretokenizers[1] \"Metaspace\"");
        for (const char* text : {"", "    ", "\xe2\x96\x81_"}) {
            add_changed(text, ErrorCode::bad_input, "/pre_tokenizer",
                        {{"type", "Metaspace"}, {"replacement", text}},
                        "pre_tokenizer.replacement is not one character");
        }
    }

    void steps_that_multiply() {
        QFETCH(const QByteArray, text);
        verify(using_json(text.toStdString()));
    }

    void json_of_another_kind() {
        QFETCH(const QByteArray, text);
        verify(using_json(text.toStdString()));
    }

    void damaged_ranks_data() {
        columns();
        constexpr ErrorCode bad = ErrorCode::bad_input;
        const std::string good = rank_lines(plain_rank);
        add("nothing", bad, "", "no line for the byte 0x00");
        add("one byte is missing", bad, good.substr(0, good.rfind("/w==")),
            "no line for the byte 0xFF");
        for (const char* line :
             {"YWI 256", "YWI=256", "YW=I 256", "YW-_ 256", "= 256", " 256", "==== 256", "YWJ= 256",
              "YWIA\xff"
              "AAA 256"}) {
            add(line, bad, good + line + "\n", "line 257 does not begin with bytes in base64");
        }
        for (const char* line : {"YWI=", "YWI= ", "YWI= x", "YWI= -1", "YWI= 256 ", "YWI=  256",
                                 "YWI= 2147483648", "YWI= 99999999999999999999", "YWI= 2.5"}) {
            add(line, bad, good + line + "\n", "line 257 does not end with a rank");
        }
        add("a rank twice", bad, good + "YWI= 97\n", "the rank 97 of line 257 stands in line 98");
        add("a token twice", bad, good + "YQ== 256\n",
            "the token of line 257 stands in an earlier");
        add("a hole", bad, good + "YWI= 257\n", "line 257 has the rank 257, but 257 tokens");
        add("far away", bad, good + "YWI= 2147483647\n", "line 257 has the rank 2147483647");
    }

    void ranks_are_read_where_they_are_needed() {
        const auto opened = [](const std::string& text) {
            return caught([&] { parse_tiktoken_file(text, "tokenizer.model"); });
        };
        const std::string good = rank_lines(plain_rank);
        QVERIFY(opened("?\n" + good).says("line 1 does not begin with bytes"));
        QVERIFY(opened(good.substr(0, good.rfind("/w=="))).says("no line for the byte 0xFF"));
        QVERIFY(opened(good + "?\n").text.empty());
        QVERIFY(using_ranks(good + "?\n").says("tokenizer.model: line 257 does not begin"));
        const auto tokenizer = parse_tiktoken_file(good + "\r\nYWI= 256\r\n\n", "tokenizer.model");
        QCOMPARE(tokenizer->bos_id().value_or(-1), 257);
        QCOMPARE(tokenizer->vocabulary_size(), 257 + 256);
    }

    void damaged_ranks() {
        QFETCH(const QByteArray, text);
        verify(using_ranks(text.toStdString()));
    }

    void a_damaged_configuration() {
        const auto said = [](const char* text) {
            return caught([&] {
                const TokenizerConfig config(text, "tokenizer_config.json");
                static_cast<void>(config.add_bos_token());
                static_cast<void>(config.bos_token());
                static_cast<void>(config.tokenizer_class());
                static_cast<void>(config.added_tokens());
            });
        };
        for (const char* text :
             {"", "[]", R"({"add_bos_token": 1})", R"({"bos_token": {}})", R"({"bos_token": 1})",
              R"({"tokenizer_class": []})", R"({"added_tokens_decoder": {"x": {"content": "a"}}})",
              R"({"added_tokens_decoder": {"99999999999": {"content": "a"}}})",
              R"({"added_tokens_decoder": {"1": {}}})"}) {
            const Caught error = said(text);
            QVERIFY2(error.code == ErrorCode::bad_input, text);
            QVERIFY2(error.says("tokenizer_config.json: "), error.text.c_str());
        }
    }

    void a_vocabulary_with_merges() {
        const VocabularyAndMerges names{"vocab.json", "merges.txt"};
        const std::string vocabulary = R"({"a": 0, "b": 1, "ab": 2, "s": 3})";
        const std::string config = R"({"tokenizer_class": "GPT2Tokenizer"})";
        const auto said = [&](const VocabularyAndMerges& texts, std::string_view beside) {
            return caught([&] {
                parse_vocabulary_and_merges(texts, names, {beside, "tokenizer_config.json"})
                    ->encode("ab");
            });
        };
        QVERIFY(said({vocabulary, "#version: 0.2\na b\n"}, config).text.empty());
        QVERIFY(said({vocabulary, "a b\r\n\r\n"}, config).text.empty());
        QVERIFY(said({vocabulary, ""}, config).text.empty());
        QVERIFY(said({vocabulary, "a b\n#version\n"}, config).text.empty());
        for (const char* merges : {"ab\n", "a b ab\n"})
            QVERIFY(
                said({vocabulary, merges}, config).says("merges.txt: line 1 is not two tokens"));
        QVERIFY(said({vocabulary, "a \xff\n"}, config).says("merges.txt: not UTF-8 at byte 2"));
        QVERIFY(said({vocabulary, "a x\n"}, config).says("needs the token \"x\""));
        QVERIFY(said({"[]", ""}, config).says("vocab.json: the file is not an object"));

        const Caught unknown = said({vocabulary, ""}, R"({"tokenizer_class": "XTokenizer"})");
        QCOMPARE(unknown.code, ErrorCode::unsupported);
        QVERIFY2(unknown.says("not for \"XTokenizer\""), unknown.text.c_str());
        QCOMPARE(said({vocabulary, ""}, "{}").code, ErrorCode::unsupported);

        const auto bos = [&](const char* rest) {
            const std::string text = R"({"tokenizer_class": "GPT2Tokenizer", )" + std::string(rest);
            return parse_vocabulary_and_merges({vocabulary, ""}, names, {text, "c.json"})->bos_id();
        };
        QVERIFY(!bos(R"("bos_token": "s"})"));
        QCOMPARE(bos(R"("add_bos_token": true, "bos_token": "s"})").value_or(-1), 3);
        QVERIFY(caught([&] {
                    bos(R"("add_bos_token": true, "bos_token": "x"})");
                }).says("the bos_token \"x\""));
    }

    /// Nothing but an Error may come of any prefix of a file, or of one with a byte changed.
    void files_with_small_damage() {
        json file = small_file();
        file["pre_tokenizer"] = {{"type", "Split"},
                                 {"pattern", {{"Regex", "\\s+(?!\\S)|[^\\r\\n]"}}},
                                 {"behavior", "Isolated"}};
        file["normalizer"] = {{"type", "NFC"}};
        const std::string text = file.dump();
        const std::string ranks = rank_lines(plain_rank);
        for (std::size_t i = 0; i < text.size(); ++i) {
            using_json(text.substr(0, i));
            for (const char byte : {'\0', '"', '{', '9', '\xff'}) {
                std::string damaged = text;
                damaged[i] = byte;
                using_json(damaged);
            }
        }
        for (std::size_t i = 0; i < ranks.size(); i += 7) {
            using_ranks(ranks.substr(0, i));
            std::string damaged = ranks;
            damaged[i] = '\n';
            using_ranks(damaged);
        }
    }
};

HEADSCOPE_TEST(TestTokenizerFiles)
#include "test_tokenizer_files.moc"
