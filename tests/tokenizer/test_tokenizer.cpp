#include <QTest>
#include <algorithm>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/base/locations.h"
#include "core/base/parallel.h"
#include "core/base/sha256.h"
#include "core/tokenizer/token_cache.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/test_program.h"
#include "tests/tokenizer/tokenizer_fixtures.h"

using namespace headscope;

namespace {

using Ids = std::vector<std::int32_t>;

/// The id of the piece <0xNN>: the demo has them after <unk>, <s> and </s>.
std::int32_t byte_id(unsigned byte) {
    return static_cast<std::int32_t>(3 + byte);
}

/// `ids` up to where `end` begins, if they end with it.
Ids before(const Ids& ids, const Ids& end) {
    if (ids.size() < end.size() || !std::equal(end.rbegin(), end.rend(), ids.rbegin())) return {-1};
    return {ids.begin(), ids.end() - static_cast<std::ptrdiff_t>(end.size())};
}

}  // namespace

class TestTokenizer : public QObject {
    Q_OBJECT

    /// A cache of an earlier run must not hide what this build computes.
    static void verify_cached_ids(const Tokenizer& tokenizer, const TokenizedText& text,
                                  const std::string& source) {
        if (text.from_cache) QCOMPARE(before(text.ids, tokenizer.encode(source)), Ids{1});
    }

  private Q_SLOTS:
    void the_demo_tokenizer() {
        const auto tokenizer = open_tokenizer(demo_dir());
        QCOMPARE(tokenizer->kind(), std::string_view("SentencePiece"));
        QCOMPARE(tokenizer->vocabulary_size(), 4096);
        QCOMPARE(tokenizer->bos_id().value_or(-1), 1);
        QCOMPARE(tokenizer->fingerprint(),
                 sha256_hex(read_text_file(demo_dir() / "tokenizer.model", 1'000'000)));
    }

    /// Also leaves the ids where programs that are linked with torch find them.
    void the_joined_corpus_has_the_golden_ids() {
        const auto golden = read_json_file(tests_dir() / "golden" / "demo.json");
        const auto first = golden.at("first_ids").get<Ids>();
        const auto tokenizer = open_tokenizer(demo_dir());
        const TokenizedText text = tokenize_cached(*tokenizer, joined_corpus(), cache_dir());
        QVERIFY(text.has_bos);
        QCOMPARE(text.ids.size(), golden.at("tokens").get<std::size_t>());
        QCOMPARE(Ids(text.ids.begin(), text.ids.begin() + std::ssize(first)), first);
        QCOMPARE(text.ids_sha256(), golden.at("ids_sha256_int32le").get<std::string>());
        verify_cached_ids(*tokenizer, text, joined_corpus());
    }

    void the_raw_corpus_is_cached_too() {
        const auto tokenizer = open_tokenizer(demo_dir());
        const TokenizedText text = tokenize_cached(*tokenizer, raw_corpus(), cache_dir());
        QVERIFY(text.has_bos);
        QCOMPARE(text.ids.back(), byte_id('\n'));  // the newline at the end is kept
        verify_cached_ids(*tokenizer, text, raw_corpus());
    }

    void any_bytes_have_ids() {
        const auto tokenizer = open_tokenizer(demo_dir());
        QVERIFY(tokenizer->encode("").empty());
        const Ids hello = tokenizer->encode("Hello");
        QVERIFY(!hello.empty());

        const std::string with_nul("Hello\0", 6);
        QCOMPARE(before(tokenizer->encode(with_nul), {byte_id(0)}), hello);
        const Ids grin{byte_id(0xF0), byte_id(0x9F), byte_id(0x98), byte_id(0x80)};
        QCOMPARE(before(tokenizer->encode("Hello\xF0\x9F\x98\x80"), grin), hello);
        // What is not UTF-8 counts as U+FFFD.
        QCOMPARE(tokenizer->encode("Hello\xFF"), tokenizer->encode("Hello\xEF\xBF\xBD"));
    }

    void special_tokens_in_a_text_are_plain_text() {
        const auto tokenizer = open_tokenizer(demo_dir());
        for (const char* special : {"<s>", "</s>", "<unk>", "<0x41>"}) {
            const Ids ids = tokenizer->encode(special);
            QVERIFY2(ids.size() > 1, special);
            QVERIFY2(std::find(ids.begin(), ids.end(), 1) == ids.end(), special);
            QVERIFY2(std::find(ids.begin(), ids.end(), 2) == ids.end(), special);
        }
    }

    void many_threads_share_a_tokenizer() {
        const std::string corpus = raw_corpus();
        const auto text_of = [&](std::size_t i) { return corpus.substr(i * 1000, 3000); };
        const auto alone = open_tokenizer(demo_dir());
        std::vector<Ids> expected;
        for (std::size_t i = 0; i < 200; ++i)
            expected.push_back(alone->encode(text_of(i)));

        // The first use of a new one, which loads the model, happens in all threads at once.
        const auto shared = open_tokenizer(demo_dir());
        std::vector<Ids> seen(expected.size());
        parallel_for(seen.size(), 8, {},
                     [&](std::size_t i, int) { seen[i] = shared->encode(text_of(i)); });
        QVERIFY(seen == expected);
    }
};

HEADSCOPE_TEST(TestTokenizer)
#include "test_tokenizer.moc"
