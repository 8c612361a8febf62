#include <QTemporaryDir>
#include <QTest>
#include <filesystem>

#include "core/tokenizer/sentencepiece_model_file.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/test_program.h"
#include "tests/tokenizer/tokenizer_fixtures.h"

using namespace headscope;
namespace fs = std::filesystem;

namespace {

std::string demo_model() {
    return read_text_file(demo_dir() / "tokenizer.model", 1'000'000);
}

/// A byte-level tokenizer.json that does not say how text is cut.
std::string byte_level_file() {
    std::string file =
        read_text_file(tests_dir() / "golden" / "tokenizers" / "byte_level.json", 1'000'000);
    const std::string none = "\"pre_tokenizer\":null";
    return file.replace(file.find(none), none.size(), R"("pre_tokenizer":{"type":"ByteLevel"})");
}

/// A whole SentencePiece file of two pieces without <unk>, which SentencePiece does not accept.
const std::string model_without_unknown(
    "\x0a\x03\x0a\x01"
    "a"
    "\x0a\x03\x0a\x01"
    "b",
    10);

}  // namespace

class TestOpenTokenizer : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> temporary_;

    [[nodiscard]] fs::path folder() const { return temporary_->path().toStdString(); }

    void put(const char* name, std::string_view bytes) const {
        write_file_atomically(folder() / name, bytes);
    }

    [[nodiscard]] Caught opening() const {
        return caught([&] { open_tokenizer(folder()); });
    }

  private Q_SLOTS:
    void init() { temporary_ = std::make_unique<QTemporaryDir>(); }

    void content_decides_what_a_tokenizer_model_is() {
        put("tokenizer.model", demo_model());
        QCOMPARE(open_tokenizer(folder())->kind(), std::string_view("SentencePiece"));

        const fs::path meta = tests_dir() / "fixtures" / "models" / "meta" / "tokenizer.model";
        put("tokenizer.model", read_text_file(meta, 1'000'000));
        QCOMPARE(open_tokenizer(folder())->kind(), std::string_view("tiktoken"));

        for (const char* ranks : {"IQ== 0\nIg== 1\n", "IQ== 0\r\n", "IQ== 0", "AAA+/w== 127\n"}) {
            put("tokenizer.model", ranks);
            const Caught error = opening();
            QVERIFY2(error.code == ErrorCode::bad_input, ranks);
            QVERIFY2(!error.says("neither"), error.text.c_str());
        }
        for (const char* other :
             {"", "\n", "IQ==", "IQ== x\n", "IQ== \n", " 1\n", "{}", "\n\n\n\n"}) {
            put("tokenizer.model", other);
            const Caught error = opening();
            QVERIFY2(error.code == ErrorCode::bad_input, other);
            QVERIFY2(error.says("tokenizer.model: neither"), error.text.c_str());
        }
        put("tokenizer.model", "version https://git-lfs.github.com/spec/v1\noid sha256:00\n");
        QVERIFY2(opening().says("git lfs pull"), opening().text.c_str());
    }

    /// As transformers has it.
    void tokenizer_json_goes_first_where_it_can_be_read() {
        put("tokenizer.model", demo_model());
        put("tokenizer.json", byte_level_file());
        QCOMPARE(open_tokenizer(folder())->kind(), std::string_view("byte-level BPE"));
        put("tokenizer.json", R"({"model": {"type": "Unigram", "vocab": []}})");
        QCOMPARE(open_tokenizer(folder())->kind(), std::string_view("SentencePiece"));
        // What is damaged is not passed over.
        put("tokenizer.json", "{}");
        QCOMPARE(opening().code, ErrorCode::bad_input);
        QVERIFY2(opening().says("tokenizer.json: the file has no \"model\""),
                 opening().text.c_str());
    }

    void kinds_that_are_not_read_are_named() {
        put("tekken.json", "{}");
        QCOMPARE(opening().code, ErrorCode::unsupported);
        QVERIFY2(opening().says("tekken.json: a tekken tokenizer"), opening().text.c_str());
        put("tokenizer.json", R"({"model": {"type": "Unigram", "vocab": []}})");
        QCOMPARE(opening().code, ErrorCode::unsupported);
        QVERIFY2(opening().says("tokenizer.json: a tokenizer of type Unigram"),
                 opening().text.c_str());
    }

    void a_vocabulary_needs_its_merges() {
        const fs::path golden = tests_dir() / "golden" / "tokenizers";
        put("vocab.json", read_text_file(golden / "vocab.json", 1'000'000));
        QCOMPARE(opening().code, ErrorCode::bad_input);
        QVERIFY2(opening().says("vocab.json: a vocabulary without the merges.txt"),
                 opening().text.c_str());
        put("merges.txt", read_text_file(golden / "merges.txt", 1'000'000));
        QCOMPARE(opening().code, ErrorCode::unsupported);
        put("tokenizer_config.json", R"({"tokenizer_class": "GPT2Tokenizer"})");
        QCOMPARE(open_tokenizer(folder())->kind(), std::string_view("byte-level BPE"));
    }

    void the_configuration_beside_it_counts() {
        put("tokenizer.json", byte_level_file());
        QVERIFY(!open_tokenizer(folder())->bos_id());
        put("tokenizer_config.json", R"({"add_bos_token": true, "bos_token": "<|begin|>"})");
        QVERIFY(!open_tokenizer(folder())->bos_id());
        // What is not used is not read.
        put("tokenizer_config.json",
            R"({"add_bos_token": 1, "bos_token": [], "model_max_length": 1e999, "x": NaN})");
        QVERIFY(!open_tokenizer(folder())->bos_id());
        put("tokenizer_config.json", "{");
        QVERIFY2(opening().says("tokenizer_config.json: not valid JSON"), opening().text.c_str());
    }

    void any_name_of_a_folder_will_do() {
        for (const char* name : {"with space", "модель", "\U0001f999", "a\nb"}) {
            const fs::path place = folder() / name;
            fs::create_directories(place);
            write_file_atomically(place / "tokenizer.json", byte_level_file());
            QVERIFY2(!open_tokenizer(place)->encode("a").empty(), name);
        }
        fs::create_symlink("tokenizer.json", folder() / "tokenizer.json");
        QVERIFY2(opening().says("tokenizer.json: cannot be opened"), opening().text.c_str());
    }

    void a_pointer_of_git_lfs_is_named() {
        put("tokenizer.json", "version https://git-lfs.github.com/spec/v1\noid sha256:00\n");
        QVERIFY2(opening().says("git lfs pull"), opening().text.c_str());
    }

    void a_folder_without_a_tokenizer() {
        QCOMPARE(opening().code, ErrorCode::bad_input);
        QVERIFY2(opening().says(folder().string() + ": no tokenizer"), opening().text.c_str());
        QCOMPARE(caught([&] { open_tokenizer(folder() / "none"); }).code, ErrorCode::bad_input);
        // As in a Hugging Face cache whose blob was removed: not "no tokenizer".
        fs::create_symlink("gone", folder() / "tokenizer.model");
        QVERIFY2(opening().says("tokenizer.model: there is no such file"), opening().text.c_str());
        fs::remove(folder() / "tokenizer.model");
        fs::create_directory(folder() / "tokenizer.model");
        QVERIFY2(opening().says("tokenizer.model: a folder, not a regular file"),
                 opening().text.c_str());
    }

    void a_model_that_was_cut_short_is_found_at_once() {
        const std::string whole = demo_model();
        QVERIFY(is_whole_sentencepiece_model(whole));
        for (const std::size_t size : {whole.size() - 1, whole.size() / 2, std::size_t{17}}) {
            put("tokenizer.model", whole.substr(0, size));
            const Caught error = opening();
            QCOMPARE(error.code, ErrorCode::bad_input);
            QVERIFY2(error.says("tokenizer.model: a SentencePiece model that is cut short"),
                     error.text.c_str());
        }
        put("tokenizer.model", whole + "\x0a");
        QCOMPARE(opening().code, ErrorCode::bad_input);
    }

    void damaged_lengths_are_read_with_care() {
        using namespace std::string_literals;
        QVERIFY(is_whole_sentencepiece_model(model_without_unknown));
        QVERIFY(!is_sentencepiece_model("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x0a"s));
        QVERIFY(
            !is_sentencepiece_model("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s));
        QVERIFY(!is_sentencepiece_model("\x0a\x00"s));
        QVERIFY(!is_sentencepiece_model("\x0a\x02\x0a\x05"s));
        QVERIFY(!is_whole_sentencepiece_model(model_without_unknown + "\x0d\x00\x00\x00\x00"s));
    }

    void a_model_that_sentencepiece_refuses() {
        put("tokenizer.model", model_without_unknown);
        const auto tokenizer = open_tokenizer(folder());
        for (int i = 0; i < 2; ++i) {
            const Caught error = caught([&] { tokenizer->encode("a"); });
            QCOMPARE(error.code, ErrorCode::bad_input);
            QVERIFY2(error.says("tokenizer.model: SentencePiece refuses"), error.text.c_str());
        }
    }

    void a_module_that_is_missing() {
        const auto tokenizer = open_tokenizer(demo_dir());
        {
            const ScopedVariable elsewhere("HEADSCOPE_MODULES", folder().string());
            QCOMPARE(tokenizer->fingerprint().size(), std::size_t{64});
            const Caught error = caught([&] { tokenizer->encode("a"); });
            QCOMPARE(error.code, ErrorCode::bad_input);
            QVERIFY2(error.says("headscope_sentencepiece.so"), error.text.c_str());
            QVERIFY2(error.says("HEADSCOPE_MODULES"), error.text.c_str());
        }
        // A failure is not for ever.
        QVERIFY(!tokenizer->encode("a").empty());
    }

    void a_module_that_cannot_be_loaded() {
        put("headscope_sentencepiece.so", "not a shared object");
        const ScopedVariable elsewhere("HEADSCOPE_MODULES", folder().string());
        const auto tokenizer = open_tokenizer(demo_dir());
        const Caught error = caught([&] { static_cast<void>(tokenizer->vocabulary_size()); });
        QCOMPARE(error.code, ErrorCode::bad_input);
        QVERIFY2(error.says("headscope_sentencepiece.so: "), error.text.c_str());
        QVERIFY2(error.says("cannot be loaded"), error.text.c_str());
    }
};

HEADSCOPE_TEST(TestOpenTokenizer)
#include "test_open_tokenizer.moc"
