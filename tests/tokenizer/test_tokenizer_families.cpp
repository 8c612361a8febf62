// The ids of the tokenizers library in the ways of several families of models; see make.py in
// tests/golden/tokenizers.

#include <QTemporaryDir>
#include <QTest>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/tokenizer/sentencepiece_tokenizer.h"
#include "core/tokenizer/tokenizer_json.h"
#include "tests/support/test_program.h"
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
        if (key == "version_lines") {
            json& merges = file["model"]["merges"];
            merges.insert(merges.begin(), "#version: 0.2");
            merges.insert(merges.begin() + 6, "#version");
            merges.push_back("#version of nothing at all");
            continue;
        }
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

std::string demo_model() {
    return read_text_file(demo_dir() / "tokenizer.model", 1'000'000);
}

/// A post-processor that puts the token "<|begin|>" in front.
json template_of(std::int32_t id) {
    return {{"type", "TemplateProcessing"},
            {"single",
             {{{"SpecialToken", {{"id", "<|begin|>"}, {"type_id", 0}}}},
              {{"Sequence", {{"id", "A"}, {"type_id", 0}}}}}},
            {"special_tokens", {{"<|begin|>", {{"id", "<|begin|>"}, {"ids", {id}}}}}}};
}

void check_ids(const Tokenizer& tokenizer, const json& texts, const json& ids) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const json got = tokenizer.encode(texts[i].get<std::string>());
        if (got != ids.at(i))
            QFAIL((texts[i].dump() + ": " + got.dump() + ", not " + ids[i].dump()).c_str());
    }
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
        check_ids(*tokenizer, texts, golden_case.at("ids"));
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
        const VocabularyAndMerges names{"vocab.json", "merges.txt"};
        const std::map<std::string, std::string> classes = {{"gpt2", "GPT2TokenizerFast"},
                                                            {"qwen2", "Qwen2Tokenizer"}};
        const std::size_t size = json::parse(text_of("vocab.json")).size();
        // In another order and with other ids: they are numbered anew.
        const json added = {
            {"9002", {{"content", "<think>>"}, {"normalized", true}}},
            {"9000", {{"content", "<|begin|>"}, {"special", true}}},
            {"9001", {{"content", "<think>"}, {"special", false}, {"normalized", false}}}};
        for (const json& golden_case : golden.at("cases")) {
            const auto family = classes.find(golden_case.at("name").get<std::string>());
            if (family == classes.end()) continue;
            const json config = {{"tokenizer_class", family->second},
                                 {"added_tokens_decoder", added}};
            const auto tokenizer =
                parse_vocabulary_and_merges({text_of("vocab.json"), text_of("merges.txt")}, names,
                                            {config.dump(), "tokenizer_config.json"});
            QCOMPARE(tokenizer->vocabulary_size(), static_cast<std::int32_t>(size + 3));
            QVERIFY(!tokenizer->bos_id());
            const json& texts = golden.at("texts");
            for (std::size_t i = 0; i < texts.size(); ++i) {
                QCOMPARE(tokenizer->encode(texts[i].get<std::string>()),
                         golden_case.at("ids").at(i).get<Ids>());
            }
        }
    }

    /// As transformers 5 has it for each class; see bos.py.
    void bos_is_decided_as_in_transformers_data() {
        QTest::addColumn<int>("index");
        const json rows = read_json_file(golden_dir() / "bos.json").at("rows");
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string name =
                rows[i].at("files").get<std::string>() + rows[i].at("config").dump() +
                (rows[i].at("post_processor").get<bool>() ? " post_processor" : "");
            QTest::newRow(name.c_str()) << static_cast<int>(i);
        }
    }

    void bos_is_decided_as_in_transformers() {
        QFETCH(const int, index);
        static const json golden = read_json_file(golden_dir() / "bos.json");
        const json& row = golden.at("rows").at(static_cast<std::size_t>(index));
        const auto files = row.at("files").get<std::string>();
        const TokenizerConfig config(row.at("config").dump(), "tokenizer_config.json");
        std::unique_ptr<const Tokenizer> tokenizer;
        std::int32_t bos = 1;
        if (files == "tokenizer.json") {
            json file = json::parse(text_of("byte_level.json"));
            json& vocabulary = file["model"]["vocab"];
            for (const char* token : {"<unk>", "<s>", "</s>", "<|begin|>"}) {
                bos = static_cast<std::int32_t>(vocabulary.size());
                vocabulary[token] = bos;
            }
            file["added_tokens"] = json::array();
            file["pre_tokenizer"] = {{"type", "ByteLevel"}};
            if (row.at("post_processor").get<bool>()) file["post_processor"] = template_of(bos);
            tokenizer = parse_tokenizer_json(file.dump(), "tokenizer.json", config);
        } else if (files == "vocab.json") {
            // The token is none of the vocabulary, so it needs to be added.
            json with_token = row.at("config");
            with_token["added_tokens_decoder"] = {
                {"0", {{"content", "<|begin|>"}, {"special", true}}}};
            bos = static_cast<std::int32_t>(json::parse(text_of("vocab.json")).size());
            tokenizer = parse_vocabulary_and_merges({text_of("vocab.json"), text_of("merges.txt")},
                                                    {"vocab.json", "merges.txt"},
                                                    {with_token.dump(), "tokenizer_config.json"});
        } else {
            tokenizer = std::make_unique<SentencePieceTokenizer>(demo_dir() / "tokenizer.model",
                                                                 demo_model(), config);
        }
        const bool expected = row.at("bos").get<bool>();
        QCOMPARE(tokenizer->bos_id(), expected ? std::optional(bos) : std::nullopt);
        const auto contains = [&](const char* part) {
            return tokenizer->bos_decided_by().find(part) != std::string::npos;
        };
        const auto named = row.at("config").value("tokenizer_class", std::string());
        if (named.starts_with("GPTNeoX") ||
            (named.starts_with("Code") && files == "tokenizer.json")) {
            QVERIFY(contains("class "));
        } else {
            QVERIFY(
                contains(files == "tokenizer.json" ? "post_processor of tokenizer.json"
                         : named.starts_with("Code") && !row.at("config").contains("add_bos_token")
                             ? "class CodeLlamaTokenizer"
                             : "add_bos_token"));
        }
    }

    void a_template_may_be_in_a_sequence() {
        const json file = json::parse(text_of("llama2.json"));
        const auto bos = [](const json& changed) {
            return parse_tokenizer_json(changed.dump(), "tokenizer.json")->bos_id();
        };
        QCOMPARE(bos(file).value_or(-1), 1);
        // What follows the text does not count.
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

    void bos_must_be_one_of_the_tokens() {
        const VocabularyAndMerges texts{text_of("vocab.json"), text_of("merges.txt")};
        const Caught error = caught([&] {
            parse_vocabulary_and_merges(
                texts, {"vocab.json", "merges.txt"},
                {R"({"tokenizer_class":"GPT2Tokenizer","add_bos_token":true,"bos_token":"<no>"})",
                 "tokenizer_config.json"});
        });
        QVERIFY2(error.says("the bos_token \"<no>\""), error.text.c_str());
    }

    void added_tokens_are_found_as_the_library_finds_them_data() {
        QTest::addColumn<int>("index");
        const json cases = read_json_file(golden_dir() / "added_tokens.json").at("cases");
        for (std::size_t i = 0; i < cases.size(); ++i)
            QTest::newRow(cases[i].at("name").get<std::string>().c_str()) << static_cast<int>(i);
    }

    void added_tokens_are_found_as_the_library_finds_them() {
        QFETCH(const int, index);
        static const json golden = read_json_file(golden_dir() / "added_tokens.json");
        const json& golden_case = golden.at("cases").at(static_cast<std::size_t>(index));
        const auto tokenizer = parse_tokenizer_json(file_of(golden_case), "tokenizer.json");
        QCOMPARE(tokenizer->vocabulary_size(), golden_case.at("size").get<int>());
        check_ids(*tokenizer, golden.at("texts"), golden_case.at("ids"));
    }

    void added_tokens_beside_sentencepiece() {
        const json golden = read_json_file(golden_dir() / "sentencepiece_added.json");
        for (const json& golden_case : golden.at("cases")) {
            const QTemporaryDir folder;
            const std::filesystem::path path = folder.path().toStdString();
            write_file_atomically(path / "tokenizer.model", demo_model());
            for (const auto& [name, value] : golden_case.at("files").items())
                if (!value.is_null()) write_file_atomically(path / name, value.dump());
            const auto tokenizer = open_tokenizer(path);
            QCOMPARE(tokenizer->vocabulary_size(), golden_case.at("size").get<int>());
            const json& texts = golden.at("texts");
            for (std::size_t i = 0; i < texts.size(); ++i) {
                Ids ids = tokenizer->encode(texts[i].get<std::string>());
                if (const auto bos = tokenizer->bos_id()) ids.insert(ids.begin(), *bos);
                const auto expected = golden_case.at("ids").at(i).get<Ids>();
                QVERIFY2(ids == expected, (texts[i].dump() + json(ids).dump()).c_str());
            }
        }
    }

    void what_decides_the_ids_decides_the_fingerprint() {
        const json file = json::parse(text_of("llama2.json"));
        json without = file;
        without["post_processor"] = nullptr;
        const auto fingerprint = [](const json& changed, const char* config = "{}") {
            return parse_tokenizer_json(changed.dump(), "tokenizer.json",
                                        {config, "tokenizer_config.json"})
                ->fingerprint();
        };
        QCOMPARE(fingerprint(file), fingerprint(file));
        QCOMPARE(fingerprint(file), fingerprint(file, R"({"model_max_length": 4})"));
        QVERIFY(fingerprint(file) != fingerprint(without));
        const char* known = R"({"added_tokens_decoder": {"1": {"content":"<s>","special":true}}})";
        QCOMPARE(fingerprint(file), fingerprint(file, known));
        const char* other = R"({"added_tokens_decoder": {"1": {"content":"<x>","special":true}}})";
        QVERIFY(fingerprint(file) != fingerprint(file, other));
    }
};

HEADSCOPE_TEST(TestTokenizerFamilies)
#include "test_tokenizer_families.moc"
