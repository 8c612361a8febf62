#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <fstream>

#include "core/search/budget.h"
#include "core/search/candidates.h"
#include "core/search/choose_pairs.h"
#include "core/search/damage.h"
#include "core/search/greedy_walk.h"
#include "core/search/rank_correlation.h"
#include "core/search/score_journal.h"
#include "tests/merging/matrices.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

ModelConfig config_of(int heads, int kv_heads) {
    ModelConfig config;
    config.num_attention_heads = heads;
    config.num_key_value_heads = kv_heads;
    config.head_dim = 4;
    config.hidden_size = 32;
    return config;
}

std::vector<double> thresholds_of(const LayerCandidates& layer) {
    std::vector<double> thresholds;
    for (const Candidate& candidate : layer.candidates)
        thresholds.push_back(candidate.threshold);
    return thresholds;
}

/// Levels whose damage is known for sure.
std::vector<Level> sure(std::vector<Level> levels) {
    for (Level& level : levels)
        level.at_worst = level.damage;
    return levels;
}

PairDamage pair_with(int layer, std::vector<double> similarities, double ratio) {
    PairDamage pair{layer, {0, 1}, std::move(similarities), {}};
    pair.change.perplexity_ratio = {ratio, ratio, ratio};
    return pair;
}

}  // namespace

class TestSearchParts : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void budgets_have_a_sign() {
        QCOMPARE(parse_ppl_increase("1%"), 0.01);
        QCOMPARE(parse_ppl_increase(" 0.5 % "), 0.005);
        QCOMPARE(parse_ppl_increase("1000%"), 10.0);
        QCOMPARE(parse_ppl_increase("1e-2%"), 0.0001);
        for (const char* text : {"1%", "0.5%", "0.07%", "12.5%", "1000%"})
            QCOMPARE(ppl_increase_text(parse_ppl_increase(text)), std::string(text));
    }

    void nonsense_budgets_are_refused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("part");
        const auto row = [](const char* text, const char* part) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(part);
        };
        row("0.01", "write 0.01% or 1%");
        row("1", "write 1% or 100%");
        row("", "such as 1%");
        row("%", "such as 1%");
        row("one%", "such as 1%");
        row("1,5%", "such as 1%");
        row("1%%", "such as 1%");
        row("1% more", "such as 1%");
        row("nan%", "such as 1%");
        row("inf%", "such as 1%");
        row("0%", "more than 0%");
        row("-1%", "more than 0%");
        row("1001%", "at most 1000%");
    }

    void nonsense_budgets_are_refused() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, part);
        const std::string error = error_of([&] { parse_ppl_increase(text.toStdString()); });
        QVERIFY2(contains(error, part.toStdString()), error.c_str());
    }

    /// Where few heads merge, candidates lie closer.
    void candidates_span_a_layer() {
        const RankedPairs pairs(matrix_of(
            8,
            {{0, 1, 0.91}, {2, 3, 0.82}, {0, 2, 0.73}, {4, 5, 0.64}, {6, 7, 0.55}, {5, 6, 0.46}}));
        const ModelConfig config = config_of(8, 8);
        const MergeRule rule{0.0, Grouping::components, KvPolicy::average};
        const LayerCandidates all = make_candidates(pairs, config, rule, Gain::merged, 100);
        QCOMPARE(thresholds_of(all), (std::vector<double>{0.9, 0.8, 0.6, 0.5}));
        QCOMPARE(all.candidates[0].gain, 2);
        QCOMPARE(all.candidates[3].gain, 8);
        QCOMPARE(all.candidates[2].plan.pairs.size(), std::size_t{4});
        const LayerCandidates few = make_candidates(pairs, config, rule, Gain::merged, 2);
        QCOMPARE(thresholds_of(few), (std::vector<double>{0.9, 0.5}));
        const LayerCandidates one = make_candidates(pairs, config, rule, Gain::merged, 1);
        QCOMPARE(thresholds_of(one), std::vector<double>{0.9});
        // A merge of two groups removes one head more, though it merges none.
        const LayerCandidates removable =
            make_candidates(pairs, config, rule, Gain::removable, 100);
        QCOMPARE(removable.candidates.back().gain, 7);
        QCOMPARE(thresholds_of(removable).at(2), 0.7);
    }

    void every_candidate_is_the_plan_of_its_threshold() {
        const ModelConfig config = config_of(12, 4);
        for (const Grouping grouping :
             {Grouping::components, Grouping::complete, Grouping::matching, Grouping::sequential}) {
            for (const KvPolicy policy : {KvPolicy::average, KvPolicy::keep, KvPolicy::within}) {
                const SimilarityMatrix matrix = random_matrix(12, 7);
                const MergeRule rule{0.0, grouping, policy};
                const RankedPairs pairs = RankedPairs(matrix).allowed_by(policy, 3);
                const LayerCandidates layer = make_candidates(pairs, config, rule, Gain::merged, 6);
                QVERIFY(layer.candidates.size() > 1);
                std::int64_t before = 0;
                for (const Candidate& candidate : layer.candidates) {
                    const MergeRule own{candidate.threshold, grouping, policy};
                    const LayerPlan plan = make_merge_plan({matrix}, config, own).layers[0];
                    QVERIFY(plan.merge == candidate.plan.merge);
                    QCOMPARE(plan.pairs, candidate.plan.pairs);
                    QVERIFY(candidate.gain > before);
                    before = candidate.gain;
                }
            }
        }
    }

    void equal_similarities_are_not_parted() {
        const RankedPairs pairs(matrix_of(4, {{0, 1, 0.9}, {2, 3, 0.9}}));
        const LayerCandidates layer = make_candidates(pairs, config_of(4, 4), {}, Gain::merged, 8);
        QCOMPARE(layer.candidates.front().gain, 4);
    }

    void a_layer_may_have_nothing_to_gain() {
        const RankedPairs pairs(random_matrix(4, 1));
        MergeRule rule;
        rule.kv_policy = KvPolicy::keep;  // no head can be removed while keys and values differ
        QVERIFY(
            make_candidates(pairs, config_of(4, 4), rule, Gain::removable, 8).candidates.empty());
        const RankedPairs one_head(matrix_of(1, {}));
        QVERIFY(make_candidates(one_head, config_of(1, 1), {}, Gain::merged, 8).candidates.empty());
    }

    void the_walk_takes_the_most_gain_per_damage() {
        GreedyWalk walk(
            {sure({{2, 0.10}, {4, 0.11}}), sure({{2, 0.04}, {4, 0.20}}), sure({{2, 0.50}})});
        const auto step = [&](double room) {
            const std::optional<Move> move = walk.best(room);
            if (!move) return std::pair{-1, -1};
            walk.take(*move);
            return std::pair{static_cast<int>(move->layer), move->level};
        };
        QCOMPARE(step(1.0), (std::pair{1, 1}));  // 50 a unit
        QCOMPARE(step(1.0), (std::pair{0, 2}));  // 36: better than level 1 alone, which is skipped
        QCOMPARE(step(1.0), (std::pair{1, 2}));  // 12.5
        QCOMPARE(step(0.4), (std::pair{-1, -1}));
        QCOMPARE(step(0.5), (std::pair{2, 1}));
        QCOMPARE(walk.gain(), 10);
        QCOMPARE(walk.levels(), (std::vector<int>{2, 2, 1}));
    }

    void the_walk_takes_what_costs_nothing_first() {
        GreedyWalk walk({sure({{2, 0.001}}), sure({{2, -0.1}, {3, -0.05}}), sure({{3, 0.0}})});
        Move move = *walk.best(1.0);
        QCOMPARE(move.layer, std::size_t{1});  // gains as much as layer 2 does, and costs less
        QCOMPARE(move.level, 2);
        walk.take(move);
        move = *walk.best(1.0);
        QCOMPARE(move.layer, std::size_t{2});
        walk.take(move);
        QCOMPARE(walk.best(1.0)->layer, std::size_t{0});
        QVERIFY(!walk.best(0.0005));
    }

    /// What a few windows say little about comes after what they are sure of, but is not left out.
    void the_walk_is_wary_of_noise() {
        GreedyWalk walk({{{9, -0.01, 0.5}}, {{2, 0.01, 0.02}}});
        QCOMPARE(walk.best(0.1)->layer, std::size_t{1});
        walk.take(*walk.best(0.1));
        QCOMPARE(walk.best(0.1)->layer, std::size_t{0});
    }

    void what_was_refused_is_not_offered() {
        GreedyWalk walk({sure({{2, 0.1}, {3, 0.2}, {9, 0.3}})});
        QCOMPARE(walk.best(1.0)->level, 3);
        walk.refuse(*walk.best(1.0));
        QCOMPARE(walk.best(1.0)->level, 1);
        walk.refuse({0, 2});
        QCOMPARE(walk.best(1.0)->level, 1);
        walk.take(*walk.best(1.0));
        QVERIFY(!walk.best(1.0));
        walk.forget_refusals();
        QCOMPARE(walk.best(1.0)->level, 3);
    }

    void equal_moves_go_by_layer() {
        const GreedyWalk walk({sure({{2, 0.1}}), sure({{2, 0.1}})});
        QCOMPARE(walk.best(1.0)->layer, std::size_t{0});
    }

    void ranks_share_ties() {
        QCOMPARE(mean_ranks(std::vector<double>{3, 1, 3, 2, 3}),
                 (std::vector<double>{4, 1, 4, 2, 4}));
        QCOMPARE(mean_ranks(std::vector<double>{5, 5}), (std::vector<double>{1.5, 1.5}));
    }

    void rank_correlations_by_hand() {
        const auto rho = [](const std::vector<double>& a, const std::vector<double>& b) {
            return rank_correlation(a, b);
        };
        QCOMPARE(*rho({1, 2, 3, 4}, {10, 20, 25, 1000}), 1.0);
        QCOMPARE(*rho({1, 2, 3, 4}, {4, 3, 2, 1}), -1.0);
        // 1 - 6 * sum(d^2) / (n (n^2 - 1)) without ties: d = 1, -1, 1, -1, 0.
        QCOMPARE(*rho({1, 2, 3, 4, 5}, {2, 1, 4, 3, 5}), 1.0 - 6.0 * 4.0 / 120.0);
        // With ties: ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4; 4.5 / sqrt(4.5 * 5).
        QVERIFY(std::abs(*rho({1, 2, 2, 3}, {1, 2, 3, 4}) - 4.5 / std::sqrt(22.5)) < 1e-15);
        // Ties on both sides: ranks 4.5, 4.5, 1, 2.5, 2.5, 6 and 2, 3.5, 3.5, 1, 5.5, 5.5.
        QVERIFY(std::abs(*rho({7, 7, 1, 3, 3, 9}, {2, 5, 5, 1, 8, 8}) - 4.0 / 16.5) < 1e-15);
        QVERIFY(!rho({1, 1, 1}, {1, 2, 3}));
        QVERIFY(!rho({1}, {1}));
        QVERIFY(!rho({}, {}));
    }

    void measures_are_ranked_by_layer_and_together() {
        // Within each layer the more alike do less harm; layer 1 is more alike and does more.
        const std::vector<PairDamage> pairs = {
            pair_with(0, {0.2, 0.5}, 1.01), pair_with(0, {0.1, 0.5}, 1.02),
            pair_with(1, {0.9, 0.5}, 1.03), pair_with(1, {0.8, 0.5}, 1.04)};
        const auto rankings = rank_measures({Measure::q, Measure::q}, pairs);
        QCOMPARE(rankings.size(), std::size_t{2});
        QCOMPARE(rankings[0].layers.size(), std::size_t{2});
        QCOMPARE(rankings[0].layers[1].layer, 1);
        QCOMPARE(rankings[0].layers[1].pairs, 2);
        QCOMPARE(*rankings[0].layers[0].correlation, -1.0);
        QCOMPARE(*rankings[0].mean, -1.0);
        // Ranks of similarity 2, 1, 4, 3 against 1, 2, 3, 4.
        QCOMPARE(*rankings[0].pooled, 1.0 - 6.0 * 4.0 / 60.0);
        QVERIFY(!rankings[1].pooled && !rankings[1].mean);
    }

    void pairs_are_chosen() {
        const std::vector<RankedPairs> measures = {
            RankedPairs(matrix_of(4, {{0, 1, 0.9}, {1, 2, 0.8}, {2, 3, 0.7}}, 5)),
            RankedPairs(matrix_of(4, {{0, 3, 0.9}, {0, 1, 0.8}}, 5))};
        using Pairs = std::vector<Heads>;
        QCOMPARE(choose_pairs(std::span(measures).first(1), ChoosePairs::closest, 2, 0),
                 (Pairs{{0, 1}, {1, 2}}));
        QCOMPARE(choose_pairs(measures, ChoosePairs::closest, 2, 0),
                 (Pairs{{0, 1}, {0, 3}, {1, 2}}));
        const Pairs all = choose_pairs(measures, ChoosePairs::all, 1, 0);
        QCOMPARE(all.size(), std::size_t{6});
        QCOMPARE(choose_pairs(measures, ChoosePairs::closest, 100, 0), all);
        QCOMPARE(choose_pairs(measures, ChoosePairs::random, 100, 0), all);
    }

    /// The same draw in every run, another for another seed or layer, and each pair alike often.
    void a_random_choice_is_seeded_and_fair() {
        const std::vector<RankedPairs> layer = {RankedPairs(random_matrix(5, 1))};  // 10 pairs
        const auto draw = [&](std::uint64_t seed) {
            return choose_pairs(layer, ChoosePairs::random, 3, seed);
        };
        QCOMPARE(draw(1), draw(1));
        std::map<Heads, int> counts;
        bool other = false;
        for (std::uint64_t seed = 0; seed < 2000; ++seed) {
            const auto drawn = draw(seed);
            QCOMPARE(drawn.size(), std::size_t{3});
            QVERIFY(std::is_sorted(drawn.begin(), drawn.end()));
            other = other || drawn != draw(0);
            for (const Heads& heads : drawn)
                ++counts[heads];
        }
        QVERIFY(other);
        QCOMPARE(counts.size(), std::size_t{10});
        for (const auto& [heads, count] : counts)
            QVERIFY2(std::abs(count - 600) < 100, QByteArray::number(count));  // 5 sigma
        SimilarityMatrix matrix = random_matrix(5, 1);
        matrix.layer = 1;
        bool differs = false;
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            const std::vector<RankedPairs> next = {RankedPairs(matrix)};
            differs = differs || choose_pairs(next, ChoosePairs::random, 3, seed) != draw(seed);
        }
        QVERIFY(differs);
    }

    void names_of_choices_read_back() {
        for (const Gain gain : {Gain::merged, Gain::removable})
            QVERIFY(parse_gain(name_of(gain)) == gain);
        for (const ChoosePairs choose :
             {ChoosePairs::closest, ChoosePairs::random, ChoosePairs::all}) {
            QVERIFY(parse_choose_pairs(name_of(choose)) == choose);
        }
        QVERIFY(contains(error_of([] { parse_gain("money"); }), "merged, removable"));
        QVERIFY(contains(error_of([] { parse_choose_pairs("best"); }), "closest, random, all"));
    }

    void a_book_pairs_its_scores() {
        ScoreBook book(4, 10);
        book.add("original", 2, {20.0, 3});
        book.add("original", 1, {10.0, 5});
        book.add("a", 1, {11.0, 4});
        QVERIFY(book.knows("a", 1) && !book.knows("a", 2) && !book.knows("b", 1));
        Scores both{10, {0, 0, 1, 1}, {{{}, {}, {20.5, 2}, {30.0, 1}}}};
        book.add(std::vector<std::string>{"a"}, both);
        QCOMPARE(book.all().at("a").size(), std::size_t{3});
        const std::vector<std::int64_t> windows = {2, 1};
        QVERIFY(book.knows("a", windows));
        const Scores scores = book.pair("original", "a", windows);
        QCOMPARE(scores.windows_done(), 2);
        QCOMPARE(scores.metrics(0).nll, 30.0);
        QCOMPARE(scores.metrics(1).correct, 6);
        QVERIFY(std::abs(book.change("original", "a", windows).perplexity_ratio.value -
                         std::exp(0.075)) < 1e-12);
    }

    void a_journal_gives_back_what_it_got() {
        const QTemporaryDir folder;
        const fs::path directory = folder.path().toStdString();
        const ScoreJournal journal(directory, "test", {{"window", 512}});
        ScoreBook book(3, 7);
        book.add("1:0.9", 2, {0.1 + 0.2, 5});
        book.add("original", 0, {1e300, 0});
        journal.save(book);
        ScoreBook again(3, 7);
        QCOMPARE(journal.load(again), 2);
        QVERIFY(again.all() == book.all());
        QVERIFY(contains(journal.path().string(), ".unfinished_test_"));
        journal.remove();
        ScoreBook empty(3, 7);
        QCOMPARE(journal.load(empty), 0);
    }

    void journals_of_other_settings_are_not_mixed() {
        const QTemporaryDir folder;
        const fs::path directory = folder.path().toStdString();
        const ScoreJournal journal(directory, "test", {{"window", 512}});
        ScoreBook book(3, 7);
        book.add("original", 0, {1.0, 1});
        journal.save(book);
        ScoreBook other(3, 7);
        const ScoreJournal wider(directory, "test", {{"window", 1024}});
        QVERIFY(wider.path() != journal.path());
        QCOMPARE(wider.load(other), 0);
        // The same file under another's name, and another text.
        fs::copy_file(journal.path(), wider.path());
        QCOMPARE(wider.load(other), 0);
        ScoreBook shorter(2, 7);
        QCOMPARE(journal.load(shorter), 0);
        ScoreBook half(3, 6);
        QCOMPARE(journal.load(half), 0);
        QVERIFY(other.all().empty() && shorter.all().empty() && half.all().empty());
    }

    void a_damaged_journal_counts_as_none() {
        const QTemporaryDir folder;
        const ScoreJournal journal(folder.path().toStdString(), "test", {{"window", 512}});
        for (
            const char* text :
            {"", "{", "[]", "{\"settings\": 3}",
             R"({"settings":{"window":512},"windows":3,"predictions_per_window":7,"scores":{"a":[[0,1.5,2],[9,1,1]]}})",
             R"({"settings":{"window":512},"windows":3,"predictions_per_window":7,"scores":{"a":[[0,null,2]]}})",
             R"({"settings":{"window":512},"windows":3,"predictions_per_window":7,"scores":{"a":[[0,1]]}})",
             R"({"settings":{"window":512},"windows":3,"predictions_per_window":7,"scores":{"a":3}})"}) {
            std::ofstream(journal.path()) << text;
            ScoreBook book(3, 7);
            QCOMPARE(journal.load(book), 0);
            QVERIFY(book.all().empty());
        }
    }
};

HEADSCOPE_TEST(TestSearchParts)
#include "test_search_parts.moc"
