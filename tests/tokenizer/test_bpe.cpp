#include <QTest>
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/base/locations.h"
#include "core/base/parallel.h"
#include "core/tokenizer/byte_alphabet.h"
#include "core/tokenizer/merge_word.h"
#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/token_cache.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/test_program.h"
#include "tests/tokenizer/tokenizer_fixtures.h"

using namespace headscope;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

using Ids = std::vector<std::int32_t>;

fs::path model_dir(const char* name) {
    return tests_dir() / "fixtures" / "models" / name;
}

void append_utf8(std::string& text, char32_t point) {
    const auto add = [&](char32_t bits) { text += static_cast<char>(bits); };
    if (point < 0x80) {
        add(point);
    } else if (point < 0x800) {
        add(0xC0 | point >> 6), add(0x80 | (point & 63));
    } else if (point < 0x10000) {
        add(0xE0 | point >> 12), add(0x80 | (point >> 6 & 63)), add(0x80 | (point & 63));
    } else {
        add(0xF0 | point >> 18), add(0x80 | (point >> 12 & 63)), add(0x80 | (point >> 6 & 63)),
            add(0x80 | (point & 63));
    }
}

/// Characters of all lengths, with many spaces, newlines, letters and digits among them.
std::string random_text(std::mt19937& random, std::size_t characters) {
    const std::u32string common = U"  \n\r\t'eta.0123\u00e9\u0301\u4f60\U0001f600";
    std::string text;
    for (std::size_t i = 0; i < characters; ++i) {
        char32_t point = common[random() % common.size()];
        if (random() % 4 == 0) point = random() % 0x110000;
        if (point >= 0xD800 && point <= 0xDFFF) point = U'\ufffd';
        append_utf8(text, point);
    }
    return text;
}

/// The bytes of each token of the `bpe` fixture.
std::map<std::int32_t, std::string> token_bytes() {
    std::map<std::string, char> byte_of;
    for (unsigned byte = 0; byte < 256; ++byte) {
        const char value = static_cast<char>(byte);
        std::string character;
        append_in_byte_alphabet({&value, 1}, character);
        byte_of[character] = value;
    }
    std::map<std::int32_t, std::string> tokens;
    const json file = read_json_file(model_dir("bpe") / "tokenizer.json");
    for (const auto& [token, id] : file["model"]["vocab"].items()) {
        for (std::size_t i = 0; i < token.size();) {
            const std::size_t size = static_cast<unsigned char>(token[i]) < 0x80 ? 1 : 2;
            tokens[id.get<std::int32_t>()] += byte_of.at(token.substr(i, size));
            i += size;
        }
    }
    return tokens;
}

}  // namespace

class TestBpe : public QObject {
    Q_OBJECT

    std::unique_ptr<const Tokenizer> json_ = open_tokenizer(model_dir("bpe"));
    std::unique_ptr<const Tokenizer> ranks_ = open_tokenizer(model_dir("meta"));

  private Q_SLOTS:
    void the_two_tokenizers() {
        QCOMPARE(json_->kind(), std::string_view("byte-level BPE"));
        QCOMPARE(ranks_->kind(), std::string_view("tiktoken"));
        for (const Tokenizer* tokenizer : {json_.get(), ranks_.get()}) {
            QCOMPARE(tokenizer->vocabulary_size(), 5888 + 256);
            QCOMPARE(tokenizer->bos_id().value_or(-1), 5888);
            QCOMPARE(tokenizer->fingerprint().size(), std::size_t{64});
        }
        QVERIFY(json_->fingerprint() != ranks_->fingerprint());
    }

    void the_golden_strings() {
        const json golden = read_json_file(tests_dir() / "golden" / "tokenizers.json");
        QCOMPARE(golden.at("strings").size(), std::size_t{29});
        for (const json& string : golden.at("strings")) {
            const auto text = string.at("text").get<std::string>();
            // The golden file has the special token there; here its text is plain text.
            if (text == "<|begin_of_text|>") continue;
            QCOMPARE(json_->encode(text), string.at("bpe").get<Ids>());
            QCOMPARE(ranks_->encode(text), string.at("bpe").get<Ids>());
        }
    }

    /// The files cannot be told apart by their ids.
    void the_joined_corpus_has_the_golden_ids() {
        const json golden = read_json_file(tests_dir() / "golden" / "bpe.json");
        const auto first = golden.at("first_ids").get<Ids>();
        for (const Tokenizer* tokenizer : {json_.get(), ranks_.get()}) {
            const TokenizedText text = tokenize_cached(*tokenizer, joined_corpus(), {});
            QVERIFY(text.has_bos);
            QCOMPARE(text.ids.size(), golden.at("tokens").get<std::size_t>());
            QCOMPARE(Ids(text.ids.begin(), text.ids.begin() + std::ssize(first)), first);
            QCOMPARE(text.ids_sha256(), golden.at("ids_sha256_int32le").get<std::string>());
        }
    }

    void any_text_can_be_put_together_from_its_ids() {
        const auto bytes = token_bytes();
        std::mt19937 random(1);
        for (int i = 0; i < 3000; ++i) {
            const std::string text = random_text(random, random() % 60);
            const Ids ids = json_->encode(text);
            std::string back;
            for (const std::int32_t id : ids)
                back += bytes.at(id);
            QCOMPARE(back, text);
            QCOMPARE(ranks_->encode(text), ids);
        }
    }

    void special_tokens_in_a_text_are_plain_text() {
        for (const Tokenizer* tokenizer : {json_.get(), ranks_.get()}) {
            const Ids ids = tokenizer->encode("<|begin_of_text|> a<|end_of_text|>");
            QVERIFY(std::all_of(ids.begin(), ids.end(), [](auto id) { return id < 5888; }));
        }
    }

    void what_is_not_utf8_is_refused() {
        for (const char* text : {"a\xff", "\xc3", "\xed\xa0\x80"}) {
            const Caught error = caught([&] { json_->encode(text); });
            QCOMPARE(error.code, ErrorCode::bad_input);
            QVERIFY2(error.says("not UTF-8 at byte"), error.text.c_str());
        }
    }

    /// Each of these took minutes if a word's merges were looked for anew after each merge, or if
    /// the expression went back over a run for each of its characters.
    void a_long_word_or_run_takes_no_longer_than_other_text() {
        for (const char* unit :
             {"a", "ab", "the", " ", "\n", "0", ".", "\u00e9", "'", " \n", "\r"}) {
            std::string text;
            while (text.size() < 300'000)
                text += unit;
            QVERIFY2(json_->encode(text) == ranks_->encode(text), unit);
            text += "x";
            QVERIFY2(json_->encode(text) == ranks_->encode(text), unit);
        }
    }

    void short_and_long_words_are_merged_alike() {
        std::mt19937 random(1);
        for (int round = 0; round < 400; ++round) {
            // Ids below 6 and random merges among them; the rank decides the id.
            MergeTable table(64);
            for (std::uint32_t rank = 0; rank < 40; ++rank) {
                table.insert(static_cast<std::int32_t>(random() % 12),
                             static_cast<std::int32_t>(random() % 12),
                             {rank, 6 + static_cast<std::int32_t>(rank % 6)});
            }
            std::vector<Symbol> word;
            for (std::uint32_t i = 0; i < 1 + random() % 90; ++i)
                word.push_back({static_cast<std::int32_t>(random() % 6), i, i + 1});
            std::vector<Symbol> other = word;
            MergeScratch scratch;
            const auto find = [&](const Symbol& left, const Symbol& right) {
                return table.find(left.id, right.id);
            };
            detail::merge_short_word(word, scratch, find);
            detail::merge_long_word(other, scratch, find);
            QCOMPARE(other.size(), word.size());
            for (std::size_t i = 0; i < word.size(); ++i) {
                QCOMPARE(other[i].id, word[i].id);
                QCOMPARE(other[i].begin, word[i].begin);
                QCOMPARE(other[i].end, word[i].end);
            }
        }
    }

    void normalization_forms() {
        struct Form {
            const char* text;
            const char* nfc;
            const char* nfd;
            const char* nfkc;
        };
        for (const Form& form : {
                 Form{"plain", "plain", "plain", "plain"},
                 Form{"e\u0301x", "\u00e9x", "e\u0301x", "\u00e9x"},
                 Form{"\u00e9", "\u00e9", "e\u0301", "\u00e9"},
                 Form{"x\u212b\u2126", "x\u00c5\u03a9", "xA\u030a\u03a9", "x\u00c5\u03a9"},
                 Form{"q\u0307\u0323", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307"},
                 Form{"\u1100\u1161\u11a8", "\uac01", "\u1100\u1161\u11a8", "\uac01"},
                 Form{"\u0958", "\u0915\u093c", "\u0915\u093c", "\u0915\u093c"},
                 Form{"\ufb01\u00b2", "\ufb01\u00b2", "\ufb01\u00b2", "fi2"},
             }) {
            QCOMPARE(to_unicode_form(form.text, UnicodeForm::nfc), std::string(form.nfc));
            QCOMPARE(to_unicode_form(form.text, UnicodeForm::nfd), std::string(form.nfd));
            QCOMPARE(to_unicode_form(form.text, UnicodeForm::nfkc), std::string(form.nfkc));
        }
    }

    void marks_in_the_wrong_order_take_no_longer() {
        constexpr int count = 200'000;
        std::string above;
        std::string below;
        for (int i = 0; i < count; ++i) {
            above += "\u0307";
            below += "\u0323";
        }
        QVERIFY(to_unicode_form("q" + above + below, UnicodeForm::nfc) == "q" + below + above);
    }

    void many_threads_share_a_tokenizer() {
        const std::string corpus = joined_corpus();
        const auto shared = open_tokenizer(model_dir("bpe"));
        std::vector<Ids> seen(100);
        const auto text_of = [&](std::size_t i) {
            const std::size_t begin = corpus.find(' ', i * 1000);
            return corpus.substr(begin, corpus.find(' ', begin + 3000) - begin);
        };
        parallel_for(seen.size(), 8, {},
                     [&](std::size_t i, int) { seen[i] = shared->encode(text_of(i)); });
        for (std::size_t i = 0; i < seen.size(); ++i)
            QCOMPARE(seen[i], ranks_->encode(text_of(i)));
    }
};

HEADSCOPE_TEST(TestBpe)
#include "test_bpe.moc"
