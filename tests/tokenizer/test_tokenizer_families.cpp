// The ids of the tokenizers library in the ways of several families of models; see make.py in
// tests/golden/tokenizers.

#include <QTest>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/tokenizer/tokenizer_json.h"
#include "tests/tokenizer/tokenizer_fixtures.h"

using namespace headscope;
using nlohmann::json;

namespace {

using Ids = std::vector<std::int32_t>;

std::filesystem::path golden_dir() {
    return tests_dir() / "golden" / "tokenizers";
}

std::string text_of(const char* name) {
    return read_text_file(golden_dir() / name, 1'000'000);
}

/// Takes a token out of a vocabulary, and all merges that need it.
void remove_token(json& model, const std::string& token) {
    model["vocab"].erase(token);
    json kept = json::array();
    for (const json& merge : model["merges"]) {
        const std::string text =
            merge.is_string() ? merge.get<std::string>()
                              : merge[0].get<std::string>() + " " + merge[1].get<std::string>();
        std::string both = text;
        both.erase(text.find(' '), 1);
        if (both.find(token) == std::string::npos) kept.push_back(merge);
    }
    model["merges"] = kept;
}

/// The tokenizer.json of a case: one of two files with parts of it replaced.
std::string file_of(const json& golden_case) {
    json file =
        read_json_file(golden_dir() / (golden_case.at("file").get<std::string>() + ".json"));
    for (const auto& [key, value] : golden_case.at("changes").items()) {
        if (key != "without") {
            file[key] = value;
            continue;
        }
        for (const json& token : value)
            remove_token(file["model"], token.get<std::string>());
    }
    for (const auto& [key, value] : golden_case.at("model").items())
        file["model"][key] = value;
    return file.dump();
}

}  // namespace

class TestTokenizerFamilies : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void every_family_has_its_ids_data() {
        QTest::addColumn<int>("index");
        const json cases = read_json_file(golden_dir() / "cases.json").at("cases");
        for (std::size_t i = 0; i < cases.size(); ++i) {
            QTest::newRow(cases[i].at("name").get<std::string>().c_str()) << static_cast<int>(i);
        }
    }

    void every_family_has_its_ids() {
        QFETCH(const int, index);
        static const json golden = read_json_file(golden_dir() / "cases.json");
        const json& golden_case = golden.at("cases").at(static_cast<std::size_t>(index));
        const auto tokenizer = parse_tokenizer_json(file_of(golden_case), "tokenizer.json");
        const json& texts = golden.at("texts");
        QVERIFY(texts.size() > 80);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const auto text = texts[i].get<std::string>();
            const auto expected = golden_case.at("ids").at(i).get<Ids>();
            if (tokenizer->encode(text) != expected) {
                const json got = tokenizer->encode(text);
                QFAIL((texts[i].dump() + ": " + got.dump() + ", not " + json(expected).dump())
                          .c_str());
            }
        }
    }

    /// The same ids whether words are cut where no merge can cross, or not: the options that forbid
    /// it do not change other words.
    void a_text_without_words_has_the_ids_of_one_word() {
        json file = json::parse(text_of("llama2.json"));
        const auto cut = parse_tokenizer_json(file.dump(), "tokenizer.json");
        file["model"]["ignore_merges"] = true;  // no borders
        const auto whole = parse_tokenizer_json(file.dump(), "tokenizer.json");
        const std::string corpus = raw_corpus();
        QVERIFY(cut->encode(corpus) == whole->encode(corpus));
    }

    void vocabulary_and_merges_are_the_same_as_tokenizer_json() {
        const json golden = read_json_file(golden_dir() / "cases.json");
        const VocabularyAndMerges names{"vocab.json", "merges.txt", "tokenizer_config.json"};
        const std::map<std::string, std::string> classes = {{"gpt2", "GPT2TokenizerFast"},
                                                            {"qwen2", "Qwen2Tokenizer"}};
        const std::size_t size = json::parse(text_of("vocab.json")).size();
        const json added = {
            {std::to_string(size + 1),
             {{"content", "<think>"}, {"special", false}, {"normalized", false}}},
            {std::to_string(size + 2), {{"content", "<think>>"}, {"normalized", true}}}};
        for (const json& golden_case : golden.at("cases")) {
            const auto family = classes.find(golden_case.at("name").get<std::string>());
            if (family == classes.end()) continue;
            const json config = {{"tokenizer_class", family->second},
                                 {"added_tokens_decoder", added}};
            const auto tokenizer = parse_vocabulary_and_merges(
                {text_of("vocab.json"), text_of("merges.txt"), config.dump()}, names);
            QCOMPARE(tokenizer->vocabulary_size(), static_cast<std::int32_t>(size + 3));
            QVERIFY(!tokenizer->bos_id());
            const json& texts = golden.at("texts");
            for (std::size_t i = 0; i < texts.size(); ++i) {
                QCOMPARE(tokenizer->encode(texts[i].get<std::string>()),
                         golden_case.at("ids").at(i).get<Ids>());
            }
        }
    }

    void bos_is_what_the_files_say() {
        const json file = json::parse(text_of("llama2.json"));
        const auto bos = [](const json& changed, const char* config = "{}") {
            return parse_tokenizer_json(changed.dump(), "tokenizer.json",
                                        parse_tokenizer_config(config, "tokenizer_config.json"))
                ->bos_id();
        };
        QCOMPARE(bos(file).value_or(-1), 1);
        QCOMPARE(bos(file, R"({"add_bos_token": true, "bos_token": "</s>"})").value_or(-1), 2);
        QCOMPARE(
            bos(file, R"({"add_bos_token": true, "bos_token": {"content": "</s>"}})").value_or(-1),
            2);
        QCOMPARE(bos(file, R"({"add_bos_token": true, "bos_token": null})").value_or(-1), 1);
        QVERIFY(!bos(file, R"({"add_bos_token": false, "bos_token": "<s>"})"));

        json without = file;
        without["post_processor"] = nullptr;
        QVERIFY(!bos(without));
        QVERIFY(!bos(without, R"({"bos_token": "<s>"})"));
        QCOMPARE(bos(without, R"({"add_bos_token": true, "bos_token": "<s>"})").value_or(-1), 1);
        // A token of the vocabulary that is not an added one.
        QCOMPARE(bos(without, R"({"add_bos_token": true, "bos_token": "<0x00>"})").value_or(-1), 3);
        const Caught error =
            caught([&] { bos(without, R"({"add_bos_token": true, "bos_token": "<nobody>"})"); });
        QVERIFY2(error.says("the bos_token \"<nobody>\""), error.text.c_str());

        // What follows the text does not count, and a Sequence may hold the template.
        json after = file;
        auto& single = after["post_processor"]["single"];
        std::swap(single[0], single[1]);
        QVERIFY(!bos(after));
        json sequence = file;
        sequence["post_processor"] = {
            {"type", "Sequence"},
            {"processors", {{{"type", "ByteLevel"}}, file["post_processor"]}}};
        QCOMPARE(bos(sequence).value_or(-1), 1);
    }

    void what_decides_the_ids_decides_the_fingerprint() {
        const json file = json::parse(text_of("llama2.json"));
        json without = file;
        without["post_processor"] = nullptr;
        const auto fingerprint = [](const json& changed, const char* config = "{}") {
            return parse_tokenizer_json(changed.dump(), "tokenizer.json",
                                        parse_tokenizer_config(config, "tokenizer_config.json"))
                ->fingerprint();
        };
        QCOMPARE(fingerprint(file), fingerprint(file));
        QCOMPARE(fingerprint(file), fingerprint(file, R"({"model_max_length": 4})"));
        QVERIFY(fingerprint(file) != fingerprint(without));
        QVERIFY(fingerprint(file) != fingerprint(file, R"({"add_bos_token": false})"));
    }

    void an_added_token_with_conditions_is_refused_where_it_is_met() {
        json file = json::parse(text_of("llama2.json"));
        json token = file["added_tokens"][0];
        token.update({{"id", 5000}, {"content", "<x>"}, {"special", false}, {"lstrip", true}});
        file["added_tokens"].push_back(token);
        const auto tokenizer = parse_tokenizer_json(file.dump(), "tokenizer.json");
        QCOMPARE(tokenizer->vocabulary_size(), 5001);
        QVERIFY(!tokenizer->encode("x <y> z").empty());
        const Caught error = caught([&] { tokenizer->encode("x <x> z"); });
        QCOMPARE(error.code, ErrorCode::unsupported);
        QVERIFY2(error.says("the added token \"<x>\""), error.text.c_str());
    }
};

QTEST_GUILESS_MAIN(TestTokenizerFamilies)
#include "test_tokenizer_families.moc"
