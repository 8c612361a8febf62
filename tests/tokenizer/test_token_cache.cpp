#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <vector>

#include "core/base/sha256.h"
#include "core/tokenizer/token_cache.h"
#include "tests/support/test_program.h"
#include "tests/tokenizer/tokenizer_fixtures.h"

using namespace headscope;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t count_at = 16;  ///< where a cache file has its count of ids
constexpr std::size_t flags_at = 12;
constexpr std::size_t ids_at = 88;

/// The id of a byte is its value, less 100, so that there are negative ones; counts its calls.
class FakeTokenizer : public Tokenizer {
  public:
    explicit FakeTokenizer(std::string fingerprint = "f", std::optional<std::int32_t> bos = 7)
        : fingerprint_(std::move(fingerprint)), bos_(bos) {}

    [[nodiscard]] std::string_view kind() const override { return "fake"; }
    [[nodiscard]] const std::string& fingerprint() const override { return fingerprint_; }
    [[nodiscard]] std::int32_t vocabulary_size() const override { return 256; }
    [[nodiscard]] std::optional<std::int32_t> bos_id() const override { return bos_; }
    [[nodiscard]] const std::string& bos_decided_by() const override { return fingerprint_; }
    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const override {
        ++calls;
        std::vector<std::int32_t> ids;
        for (const char c : text)
            ids.push_back(static_cast<unsigned char>(c) - 100);
        return ids;
    }

    mutable int calls = 0;

  private:
    std::string fingerprint_;
    std::optional<std::int32_t> bos_;
};

std::string with_check(std::string bytes) {
    bytes.resize(bytes.size() - 64);
    return bytes + sha256_hex(bytes);
}

}  // namespace

class TestTokenCache : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> temporary_;

    [[nodiscard]] fs::path folder() const { return temporary_->path().toStdString(); }

    [[nodiscard]] std::vector<fs::path> files() const {
        std::vector<fs::path> paths;
        for (const auto& entry : fs::directory_iterator(folder() / "tokens")) {
            paths.push_back(entry.path());
        }
        return paths;
    }

  private Q_SLOTS:
    void init() { temporary_ = std::make_unique<QTemporaryDir>(); }

    void the_hash_of_ids_is_that_of_little_endian_int32() {
        const TokenizedText text{.ids = {1, 256, -2}};
        QCOMPARE(text.ids_sha256(),
                 sha256_hex(std::string_view("\x01\0\0\0\0\x01\0\0\xfe\xff\xff\xff", 12)));
        QCOMPARE(TokenizedText{}.ids_sha256(), sha256_hex(""));
    }

    void the_second_time_comes_from_the_cache() {
        const FakeTokenizer tokenizer;
        const TokenizedText first = tokenize_cached(tokenizer, "d\xff", folder());
        QVERIFY(!first.from_cache);
        QVERIFY(first.has_bos);
        QCOMPARE(first.ids, (std::vector<std::int32_t>{7, 0, 155}));
        const TokenizedText second = tokenize_cached(tokenizer, "d\xff", folder());
        QVERIFY(second.from_cache);
        QVERIFY(second.has_bos);
        QCOMPARE(second.ids, first.ids);
        QCOMPARE(tokenizer.calls, 1);

        QCOMPARE(files().size(), std::size_t{1});
        QCOMPARE(files()[0].extension(), fs::path(".ids"));
        QCOMPARE(files()[0].stem().string().size(), std::size_t{32});
    }

    void no_bos_and_no_text() {
        const FakeTokenizer without("f", std::nullopt);
        for (const bool cached : {false, true}) {
            const TokenizedText text = tokenize_cached(without, "", folder());
            QCOMPARE(text.from_cache, cached);
            QVERIFY(!text.has_bos);
            QVERIFY(text.ids.empty());
        }
        QCOMPARE(tokenize_cached(FakeTokenizer(), "", {}).ids, std::vector<std::int32_t>{7});
    }

    void another_text_or_tokenizer_has_its_own_file() {
        tokenize_cached(FakeTokenizer("f"), "a", folder());
        QVERIFY(!tokenize_cached(FakeTokenizer("f"), "b", folder()).from_cache);
        QVERIFY(!tokenize_cached(FakeTokenizer("g"), "a", folder()).from_cache);
        QCOMPARE(files().size(), std::size_t{3});
        // A file under a name that is not its own is not believed.
        const fs::path path = files()[0];
        fs::copy_file(files()[1], path, fs::copy_options::overwrite_existing);
        const int hits = tokenize_cached(FakeTokenizer("f"), "a", folder()).from_cache +
                         tokenize_cached(FakeTokenizer("f"), "b", folder()).from_cache +
                         tokenize_cached(FakeTokenizer("g"), "a", folder()).from_cache;
        QCOMPARE(hits, 2);
    }

    void without_a_folder_nothing_is_kept() {
        const FakeTokenizer tokenizer;
        QVERIFY(!tokenize_cached(tokenizer, "a", {}).from_cache);
        QVERIFY(!tokenize_cached(tokenizer, "a", {}).from_cache);
        QCOMPARE(tokenizer.calls, 2);
    }

    void a_damaged_file_is_made_anew_data() {
        QTest::addColumn<QByteArray>("bytes");
        const QTemporaryDir place;
        const fs::path root = place.path().toStdString();
        tokenize_cached(FakeTokenizer(), "abc", root);
        const fs::path path = fs::directory_iterator(root / "tokens")->path();
        const std::string good = read_text_file(path, 1'000'000);
        QCOMPARE(good.size(), ids_at + 4 * 4 + 64);
        const auto row = [](const std::string& name, const std::string& bytes) {
            QTest::newRow(name.c_str()) << QByteArray::fromStdString(bytes);
        };
        row("empty", "");
        for (std::size_t size : {std::size_t{5}, ids_at, good.size() - 64, good.size() - 1}) {
            row("cut to " + std::to_string(size), good.substr(0, size));
        }
        row("too long", good + "x");
        row("far too long", good + std::string(1'000'000, '\0'));
        // Wrong, but with a check that fits.
        std::string bytes = good;
        bytes.replace(0, 8, "HSTOKENX");
        row("wrong magic", with_check(bytes));
        bytes = good;
        bytes[8] = 99;
        row("another version", with_check(bytes));
        for (const char* count :
             {"\xff\xff\xff\xff\xff\xff\xff\xff", "\4\0\0\0\0\0\0\x40", "\5\0\0\0\0\0\0\0"}) {
            bytes = good;
            bytes.replace(count_at, 8, std::string(count, 8));
            row("count " + QByteArray(count, 8).toHex().toStdString(), with_check(bytes));
        }
        bytes = good;
        bytes.erase(ids_at, 3);
        row("part of an id", with_check(bytes));
        bytes = good.substr(0, ids_at) + std::string(64, '0');
        bytes[flags_at] = 1;
        bytes.replace(count_at, 8, std::string(8, '\0'));
        row("BOS of no ids", with_check(bytes));
    }

    void a_damaged_file_is_made_anew() {
        QFETCH(const QByteArray, bytes);
        const FakeTokenizer tokenizer;
        const TokenizedText made = tokenize_cached(tokenizer, "abc", folder());
        write_file_atomically(files().at(0), bytes.toStdString());
        const TokenizedText remade = tokenize_cached(tokenizer, "abc", folder());
        QVERIFY(!remade.from_cache);
        QCOMPARE(remade.ids, made.ids);
        QVERIFY(tokenize_cached(tokenizer, "abc", folder()).from_cache);
        QCOMPARE(tokenizer.calls, 2);
    }

    void any_flipped_byte_is_found() {
        const FakeTokenizer tokenizer;
        const TokenizedText made = tokenize_cached(tokenizer, "abc", folder());
        const fs::path path = files().at(0);
        const std::string good = read_text_file(path, 1'000'000);
        for (std::size_t at = 0; at < good.size(); ++at) {
            std::string bytes = good;
            bytes[at] = static_cast<char>(bytes[at] ^ 1);
            write_file_atomically(path, bytes);
            const TokenizedText remade = tokenize_cached(tokenizer, "abc", folder());
            QVERIFY2(!remade.from_cache, std::to_string(at).c_str());
            QCOMPARE(remade.ids, made.ids);
        }
    }

    void a_cache_that_cannot_be_written_is_no_error() {
        const FakeTokenizer tokenizer;
        write_file_atomically(folder() / "file", "");
        for (int i = 0; i < 2; ++i) {
            const TokenizedText text = tokenize_cached(tokenizer, "a", folder() / "file" / "cache");
            QCOMPARE(text.ids, (std::vector<std::int32_t>{7, -3}));
            QVERIFY(!text.from_cache);
        }
        // Nor is one with a folder where the file should be.
        tokenize_cached(tokenizer, "b", folder());
        const fs::path path = files().at(0);
        fs::remove(path);
        fs::create_directories(path / "inside");
        QVERIFY(!tokenize_cached(tokenizer, "b", folder()).from_cache);
    }

    void a_hit_needs_no_module() {
        const std::string text = "The cache spares programs the module.";
        const TokenizedText made = tokenize_cached(*open_tokenizer(demo_dir()), text, folder());
        const ScopedVariable elsewhere("HEADSCOPE_MODULES", folder().string());
        const TokenizedText hit = tokenize_cached(*open_tokenizer(demo_dir()), text, folder());
        QVERIFY(hit.from_cache);
        QCOMPARE(hit.ids, made.ids);
        QVERIFY(caught([&] {
                    tokenize_cached(*open_tokenizer(demo_dir()), "other", folder());
                }).says("headscope_sentencepiece.so"));
    }
};

HEADSCOPE_TEST(TestTokenCache)
#include "test_token_cache.moc"
