#include <QTest>
#include <numeric>
#include <set>

#include "core/evaluation/windows.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

std::vector<std::int32_t> ids(int count) {
    std::vector<std::int32_t> values(static_cast<std::size_t>(count));
    std::iota(values.begin(), values.end(), 1);
    return values;
}

Windows make(int tokens, std::int64_t window, std::int64_t most = 0,
             Protocol protocol = Protocol::gptq, std::optional<std::int32_t> bos = 1) {
    return {ids(tokens), protocol, window, most, bos, 64, 1000};
}

}  // namespace

class TestWindows : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void windows_follow_each_other_and_the_rest_is_dropped() {
        const Windows windows = make(105, 10);
        QCOMPARE(windows.count(), 10);
        QCOMPARE(windows.predictions_per_window(), 9);
        QCOMPARE(windows.tokens(0).front(), 1);
        QCOMPARE(windows.tokens(9).front(), 91);
        QCOMPARE(windows.tokens(9).back(), 100);
        QCOMPARE(make(105, 10, 3).count(), 3);
        QCOMPARE(make(105, 10, 30).count(), 10);
    }

    void llama_cpp_replaces_the_first_token_and_scores_the_second_half() {
        const Windows windows = make(100, 10, 0, Protocol::llama_cpp, 7);
        QCOMPARE(windows.tokens(3).front(), 7);
        QCOMPARE(windows.tokens(3).at(1), 32);
        QCOMPARE(windows.first_scored(), 5);
        QCOMPARE(windows.predictions_per_window(), 4);
    }

    void llama_cpp_keeps_the_first_token_where_there_is_no_bos() {
        const Windows windows = make(100, 10, 0, Protocol::llama_cpp, std::nullopt);
        QCOMPARE(windows.tokens(3).front(), 31);
        QCOMPARE(windows.predictions_per_window(), 4);
    }

    void the_shuffled_order_is_a_fixed_permutation() {
        const auto order = make(640, 10).shuffled_order();
        QCOMPARE(std::set(order.begin(), order.end()).size(), std::size_t{64});
        QVERIFY(!std::is_sorted(order.begin(), order.end()));
        QCOMPARE(order, make(640, 10).shuffled_order());
    }

    void sequences_of_their_own_are_padded_behind() {
        const Windows windows({{{5, 6, 7}, {{1, 9}, {1, 8}}}, {{4}, {{0, 3}}}}, Protocol::gptq, 4,
                              10);
        QCOMPARE(windows.count(), 2);
        QCOMPARE(windows.tokens(1), (std::vector<std::int64_t>{4, 0, 0, 0}));
        QCOMPARE(windows.prediction_count(0), 2);
        QCOMPARE(windows.chosen_predictions(0)[1].target, 8);
        QVERIFY(contains(error_of([] {
                             Windows({{{5}, {{0, 99}}}}, Protocol::gptq, 4, 10);
                         }),
                         "gives id 99"));
        QVERIFY(contains(error_of([] {
                             Windows({{{5}, {{1, 2}}}}, Protocol::gptq, 4, 10);
                         }),
                         "does not fit"));
    }

    void impossible_windows_say_what_to_do() {
        const auto error = [](auto action) { return error_of(action); };
        QVERIFY(
            contains(error([] { make(5, 10); }), "the corpus has 5 tokens, not one window of 10"));
        QVERIFY(contains(error([] { make(500, 65); }), "choose --window from 2 to 64"));
        QVERIFY(contains(error([] { make(500, 1); }), "choose --window from 2 to 64"));
        QVERIFY(contains(error([] { make(500, 2, 0, Protocol::llama_cpp); }), "nothing to score"));
        QVERIFY(contains(error([] { make(500, 10, -1); }), "--max_windows"));
        QVERIFY(contains(error([] { make(1000, 10); }),
                         "gives id 1000, but the model's vocabulary has 1000"));
    }

    void protocols_read_back() {
        QCOMPARE(parse_protocol("llama.cpp"), Protocol::llama_cpp);
        QVERIFY(contains(error_of([] { parse_protocol("ppl"); }), "choose gptq or llama.cpp"));
        QCOMPARE(default_window(Protocol::gptq, 512), 512);
        QCOMPARE(find_preset("gptq-4096").window, 4096);
        QCOMPARE(find_preset("kvquant-max").window, kLongestWindow);
        QCOMPARE(find_preset("llama.cpp").protocol, Protocol::llama_cpp);
        QVERIFY(contains(error_of([] { find_preset("gptq-1"); }), "pruner-128"));
        QCOMPARE(default_window(Protocol::gptq, 131072), 2048);
        QCOMPARE(default_window(Protocol::llama_cpp, 131072), 512);
    }
};

HEADSCOPE_TEST(TestWindows)
#include "test_windows.moc"
