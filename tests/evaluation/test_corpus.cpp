#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/file.h"
#include "core/base/locations.h"
#include "core/base/sha256.h"
#include "core/evaluation/corpus.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

class TestCorpus : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> temporary_;

    [[nodiscard]] fs::path folder() const { return temporary_->path().toStdString(); }

    [[nodiscard]] fs::path put(const char* name, std::string_view bytes) const {
        write_file_atomically(folder() / name, bytes);
        return folder() / name;
    }

    [[nodiscard]] std::string text_of(std::string_view bytes) const {
        return load_corpus(put("c", bytes)).text;
    }

    [[nodiscard]] std::string refusal(std::string_view bytes) const {
        return error_of([&] { load_corpus(put("c", bytes)); });
    }

  private Q_SLOTS:
    void init() { temporary_ = std::make_unique<QTemporaryDir>(); }

    void the_built_in_corpus_is_the_official_file() {
        const Corpus corpus = load_corpus({});
        QCOMPARE(corpus.name, std::string("wikitext-2 test"));
        QVERIFY(has_rows(corpus));
        QVERIFY(corpus.text == read_text_file(wikitext2_test_file(), 10'000'000));
        QCOMPARE(corpus.text.size(), std::size_t{1'290'590});
        QCOMPARE(corpus.sha256,
                 std::string("173c87a53759e0201f33e0ccf978e510c2042d7f2cb78229d9a50d79b9e7dd08"));
    }

    void rows_are_joined_as_the_dataset_gives_them() {
        // Whatever the file is called.
        for (const char* name : {"wiki.x.raw", "text with spaces", "текст", "\U0001f4d6.txt"}) {
            const Corpus corpus = load_corpus(put(name, " \n = Title = \n \n Text .\n"));
            QCOMPARE(corpus.name, std::string(name));
            QCOMPARE(protocol_text(corpus, Protocol::gptq),
                     std::string("\n\n = Title = \n\n\n\n\n Text .\n"));
            QCOMPARE(protocol_text(corpus, Protocol::llama_cpp), corpus.text);
        }
    }

    void other_text_is_taken_as_it_is() {
        for (const char* text : {"a\nb\n\nc", "= Title =\n", " = \n", " = =\n", " =  =x\n", "\n\n",
                                 "x = y =\n = z =\n"}) {
            const Corpus corpus = load_corpus(put("c", text));
            QVERIFY2(!has_rows(corpus), text);
            QCOMPARE(protocol_text(corpus, Protocol::gptq), std::string(text));
            QCOMPARE(protocol_text(corpus, Protocol::llama_cpp), std::string(text));
        }
    }

    void a_copy_from_windows_is_the_same_text() {
        const std::string bytes = "\xEF\xBB\xBF = T = \r\n \r\n a\rb\r\r\n\r";
        QCOMPARE(text_of(bytes), std::string(" = T = \n \n a\rb\r\n\r"));
        QCOMPARE(load_corpus(folder() / "c").sha256, sha256_hex(bytes));
        QVERIFY(has_rows(load_corpus(folder() / "c")));
        QCOMPARE(text_of("a\xEF\xBB\xBF"), std::string("a\xEF\xBB\xBF"));
    }

    void what_is_no_text_is_refused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* name, std::string_view bytes, const char* says) {
            QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()))
                                << QByteArray(says);
        };
        using namespace std::string_view_literals;
        row("empty", "", "the corpus is empty");
        row("only a mark", "\xEF\xBB\xBF", "the corpus is empty");
        row("not UTF-8", "ok\xff", "not UTF-8 text at byte 2");
        row("parquet", "PAR1\x15\x04\xff",
            "a Parquet file, and a corpus is a plain text file; Debian");
        row("arrow", "ARROW1\0\0\xff"sv, "an Arrow file");
        row("gzip", "\x1f\x8b\x08\x00"sv, "packed with gzip");
        row("zip", "PK\x03\x04\x14\xff", "packed with zip");
        row("bzip2", "BZh91AY&SY\xff", "packed with bzip2");
        row("xz",
            "\xfd"
            "7zXZ\0\0"sv,
            "packed with xz");
        row("zstd", "\x28\xb5\x2f\xfd\x24", "packed with zstd");
        row("UTF-16",
            "\xff\xfe"
            "a\0"sv,
            "UTF-16 text");
        row("UTF-16, the other way round", "\xfe\xff\0a"sv, "UTF-16 text");
    }

    void what_is_no_text_is_refused() {
        QFETCH(const QByteArray, bytes);
        QFETCH(const QByteArray, says);
        const std::string error = refusal(bytes.toStdString());
        QVERIFY2(contains(error, says.toStdString()), error.c_str());
        QVERIFY2(contains(error, (folder() / "c").string()), error.c_str());
    }

    void text_may_begin_like_another_format() {
        for (const char* text : {"PAR1 is text", "BZh, too", "ARROW1"})
            QCOMPARE(text_of(text), std::string(text));
    }

    void a_file_that_cannot_be_read() {
        QVERIFY(contains(error_of([] { load_corpus("/no/such/file"); }), "/no/such/file"));
        QVERIFY(contains(error_of([&] { load_corpus(folder()); }), "not a regular file"));
        fs::create_symlink("loop", folder() / "loop");
        QVERIFY(contains(error_of([&] { load_corpus(folder() / "loop"); }), "cannot be opened"));
    }
};

HEADSCOPE_TEST(TestCorpus)
#include "test_corpus.moc"
