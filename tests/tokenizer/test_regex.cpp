#include <QTest>
#include <string>
#include <vector>

#include "core/tokenizer/regex.h"
#include "tests/support/test_program.h"
#include "tests/tokenizer/tokenizer_fixtures.h"

using namespace headscope;

namespace {

std::vector<std::string> matches(const Regex& regex, std::string_view text) {
    Regex::Search search(regex);
    std::vector<std::string> found;
    std::size_t from = 0;
    while (const auto match = search.find(text, from)) {
        found.emplace_back(text.substr(match->begin, match->end - match->begin));
        from = match->end;
    }
    return found;
}

Regex expression(std::string pattern) {
    return Regex::expression(std::move(pattern), "tokenizer.json");
}

}  // namespace

class TestRegex : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void letters_and_digits_are_those_of_unicode() {
        QCOMPARE(matches(expression("\\p{L}+"), "aя你1b"), (std::vector<std::string>{"aя你", "b"}));
        QCOMPARE(matches(expression("\\p{N}"), "a1²٣"), (std::vector<std::string>{"1", "²", "٣"}));
        QCOMPARE(matches(expression("\\s+(?!\\S)|\\s+"), "a  \u3000b \n"),
                 (std::vector<std::string>{"  ", "\u3000", " \n"}));
        QCOMPARE(matches(expression("^.+$"), "a\nb\r"), (std::vector<std::string>{"a", "b\r"}));
    }

    void spaces_are_those_of_unicode() {
        std::string spaces;
        for (const char* space :
             {"\t", "\n", "\v", "\f", "\r", " ", "\u0085", "\u00a0", "\u1680", "\u2000", "\u200a",
              "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"}) {
            spaces += space;
        }
        const std::string others = "a\u180e\u200b\ufeff_";
        const std::string text = spaces + others + spaces;
        QCOMPARE(matches(expression("\\s+"), text), (std::vector<std::string>{spaces, spaces}));
        QCOMPARE(matches(expression("[\\sx]+"), text), (std::vector<std::string>{spaces, spaces}));
        QCOMPARE(matches(expression("\\S+"), text), (std::vector<std::string>{others}));
        QCOMPARE(matches(expression("[^\\s]+"), text), (std::vector<std::string>{others}));
        QCOMPARE(matches(expression("[]\\\\s]+"), "\\s]"), (std::vector<std::string>{"\\s]"}));
    }

    void a_literal_is_no_expression() {
        QCOMPARE(matches(Regex::literal("."), "a.b"), (std::vector<std::string>{"."}));
        QVERIFY(matches(Regex::literal(""), "ab").empty());
    }

    void a_pattern_that_is_not_valid() {
        for (const char* pattern : {"(", "[a", "\\p{Nonsense}", "a{2,1}", "\\C", "\xff"}) {
            const Caught error = caught([&] { expression(pattern); });
            QVERIFY2(error.code == ErrorCode::bad_input, pattern);
            QVERIFY2(error.says("tokenizer.json: the regular expression"), error.text.c_str());
        }
        QCOMPARE(caught([] { expression(std::string(100'000, 'a')); }).code, ErrorCode::bad_input);
        QCOMPARE(caught([] { expression("((a{1,60000}){1,60000}){1,60000}"); }).code,
                 ErrorCode::bad_input);
        QCOMPARE(
            caught([] { expression(std::string(10'000, '(') + std::string(10'000, ')')); }).code,
            ErrorCode::bad_input);
    }

    void a_pattern_that_libraries_read_in_different_ways() {
        for (const char* pattern :
             {"\\h", "[\\H]", "[a-z&&[^b]]", "(?m:.)", "(?im).", "a{1,3}+", "a{2}+", "\\w+", "\\bx",
              "(*COMMIT)a", "[\\S]", "[[:alpha:]]"}) {
            const Caught error = caught([&] { expression(pattern); });
            QVERIFY2(error.code == ErrorCode::unsupported, pattern);
            QVERIFY2(error.says("which libraries read in different ways"), error.text.c_str());
        }
        for (const char* pattern :
             {"\\\\h", "\\p{L}+", "\\p{L}++", "\\x{41}+", "(?i:a)", "(?:m)", "[&]", "[(*]"}) {
            QVERIFY2(caught([&] { expression(pattern); }).text.empty(), pattern);
        }
    }

    void a_search_that_takes_too_long_is_an_error() {
        const Regex regex = expression("(a|aa)+$");
        Regex::Search search(regex);
        const std::string text = std::string(60, 'a') + "!";
        const Caught error = caught([&] { search.find(text, 0); });
        QCOMPARE(error.code, ErrorCode::unsupported);
        QVERIFY2(error.says("takes too long"), error.text.c_str());
    }

    /// Deep recursion must neither overflow the stack of the thread nor take all memory.
    void a_search_that_takes_too_much_memory_is_an_error() {
        const Regex regex = expression("(?:(a|b)(c|d)?)+e");
        Regex::Search search(regex);
        const std::string text(20'000'000, 'a');
        const Caught error = caught([&] { search.find(text, 0); });
        QCOMPARE(error.code, ErrorCode::unsupported);
        QVERIFY2(error.says("takes too long or too much memory"), error.text.c_str());
    }
};

HEADSCOPE_TEST(TestRegex)
#include "test_regex.moc"
