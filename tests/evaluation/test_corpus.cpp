#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <zlib.h>

#include "core/base/file.h"
#include "core/base/locations.h"
#include "core/base/sha256.h"
#include "core/evaluation/corpus.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

/// As gzip packs it.
std::string packed(std::string_view bytes) {
    uLongf size = compressBound(static_cast<uLong>(bytes.size())) + 32;
    std::string gzip(size, '\0');
    z_stream stream{};
    deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(gzip.data());
    stream.avail_out = static_cast<uInt>(gzip.size());
    deflate(&stream, Z_FINISH);
    gzip.resize(stream.total_out);
    deflateEnd(&stream);
    return gzip;
}

}  // namespace

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
        QCOMPARE(corpus.layout, CorpusLayout::wikitext);
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
            QVERIFY2(corpus.layout == CorpusLayout::plain, text);
            QCOMPARE(protocol_text(corpus, Protocol::gptq), std::string(text));
            QCOMPARE(protocol_text(corpus, Protocol::llama_cpp), std::string(text));
        }
    }

    void a_copy_from_windows_is_the_same_text() {
        const std::string bytes = "\xEF\xBB\xBF = T = \r\n \r\n a\rb\r\r\n\r";
        QCOMPARE(text_of(bytes), std::string(" = T = \n \n a\rb\r\n\r"));
        QCOMPARE(load_corpus(folder() / "c").sha256, sha256_hex(bytes));
        QCOMPARE(load_corpus(folder() / "c").layout, CorpusLayout::wikitext);
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
        row("gzip without its end", "\x1f\x8b\x08\x00"sv, "the gzip file ends too early");
        row("gzip, not text", packed("a\xff"), "not UTF-8 text at byte 1");
        row("gzip of nothing", packed(""), "the corpus is empty");
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

    void a_packed_text_is_that_text() {
        const std::string bytes = packed(" = T = \r\n \n");
        const Corpus corpus = load_corpus(put("wiki.raw.gz", bytes));
        QCOMPARE(corpus.text, std::string(" = T = \n \n"));
        QCOMPARE(corpus.name, std::string("wiki.raw.gz"));
        QCOMPARE(corpus.sha256, sha256_hex(bytes));
        QCOMPARE(corpus.layout, CorpusLayout::wikitext);
    }

    void sentences_of_the_penn_treebank_are_joined() {
        const Corpus corpus = load_corpus(put("ptb.test.txt", " no it was n't \n a <unk> N \n"));
        QCOMPARE(corpus.layout, CorpusLayout::sentences);
        QCOMPARE(protocol_text(corpus, Protocol::gptq), std::string("no it was n't a <unk> N"));
        QCOMPARE(
            protocol_text(corpus, Protocol::gptq, find_preset("pruner-128").sentence_separator),
            std::string("no it was n't\n\na <unk> N"));
        QCOMPARE(protocol_text(corpus, Protocol::llama_cpp), corpus.text);
        QCOMPARE(corpus.max_windows(Protocol::gptq), std::int64_t{0});
        for (const char* other : {" <unk> \n\n b \n", " <unk> \nb \n", " <unk> \n b\n", " a \n"})
            QCOMPARE(load_corpus(put("c", other)).layout, CorpusLayout::plain);
    }

    void documents_of_c4_are_joined() {
        const std::string lines =
            "{\"text\":\"One\\r\\ntwo "
            "\\u00e9\",\"url\":\"x\"}\r\n\n{\"text\":\"\"}\n{\"text\":\"three\"}";
        for (const char* name : {"c4.json", "c4.jsonl", "c4.ndjson", "without an ending"}) {
            const Corpus corpus = load_corpus(put(name, lines));
            QCOMPARE(corpus.layout, CorpusLayout::documents);
            QCOMPARE(corpus.name, std::string(name));
            QCOMPARE(corpus.text, std::string("One\r\ntwo \u00e9  three"));
            QCOMPARE(protocol_text(corpus, Protocol::gptq), corpus.text);
            QCOMPARE(corpus.max_windows(Protocol::gptq), std::int64_t{256});
            QCOMPARE(corpus.max_windows(Protocol::llama_cpp), std::int64_t{0});
        }
        QCOMPARE(load_corpus(put("c4.json.gz", packed(lines))).text,
                 load_corpus(put("c4.json", lines)).text);
    }

    void so_many_documents_as_the_papers_take() {
        std::string lines;
        for (int i = 0; i < 1101; ++i)
            lines += "{\"text\": \"d" + std::to_string(i) + "\"}\n";
        const Corpus corpus = load_corpus(put("c4.json", lines));
        QVERIFY(corpus.text.ends_with(" d1098 d1099"));
        QCOMPARE(corpus.name, std::string("c4.json (1100 of 1101 documents)"));
    }

    void json_without_text_is_refused() {
        const auto refusal_of = [&](const char* name, const char* bytes) {
            return error_of([&] { load_corpus(put(name, bytes)); });
        };
        const std::string lacks = refusal_of("c.json", "{\"text\":\"a\"}\n\n{\"txt\":\"b\"}\n");
        QVERIFY2(contains(lacks, "c.json, line 3: no \"text\""), lacks.c_str());
        QVERIFY(contains(refusal_of("c.jsonl", "{\"text\":7}"), "line 1: no \"text\""));
        QVERIFY(contains(refusal_of("c.json", "[{\"text\":\"a\"}]"), "line 1: no \"text\""));
        const std::string broken = refusal_of("c.json", "{\"text\":\"a\"}\n{\"text\":");
        QVERIFY2(contains(broken, "c.json, line 2"), broken.c_str());
        QVERIFY(contains(refusal_of("c.json", "{\"text\":\"\"}"), "the corpus is empty"));
        // A text may begin with a brace.
        QCOMPARE(text_of("{\"text\": no JSON}"), std::string("{\"text\": no JSON}"));
        QCOMPARE(text_of("{\"a\": 1}"), std::string("{\"a\": 1}"));
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
