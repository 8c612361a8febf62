#include <QTest>
#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "core/merging/compaction.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

using Members = std::vector<std::vector<int>>;
using Numbers = std::vector<int>;

namespace {

ModelConfig config_of(std::int64_t hidden_size = 64, bool bias = false) {
    ModelConfig config;
    config.hidden_size = hidden_size;
    config.qkv_bias = bias;
    return config;
}

LayerCompaction compact(const Numbers& heads, const Numbers& kv_heads) {
    return compact_layer(7, {heads, kv_heads}, config_of());
}

std::int64_t cost(std::int64_t heads, std::int64_t kv_heads, const ModelConfig& config) {
    const std::int64_t bias = config.qkv_bias ? 1 : 0;
    return heads * (2 * config.hidden_size + bias) + kv_heads * 2 * (config.hidden_size + bias);
}

/// The cheapest layer that computes the same and is part of it, by trying every number of KV heads
/// for every kind of them and every ratio.
std::int64_t cheapest(const HeadContents& contents, const ModelConfig& config) {
    const int kv_heads = static_cast<int>(contents.kv_heads.size());
    const int per_kv = static_cast<int>(contents.heads.size()) / kv_heads;
    std::map<int, std::vector<int>> kinds;
    for (int kv = 0; kv < kv_heads; ++kv)
        kinds[contents.kv_heads[static_cast<std::size_t>(kv)]].push_back(kv);
    std::int64_t best = std::numeric_limits<std::int64_t>::max();
    for (int ratio = 1; ratio <= kv_heads * per_kv; ++ratio) {
        std::int64_t total_kv = 0;
        bool possible = true;
        for (const auto& [number, members] : kinds) {
            std::set<int> different;
            for (const int kv : members) {
                for (int head = kv * per_kv; head < (kv + 1) * per_kv; ++head)
                    different.insert(contents.heads[static_cast<std::size_t>(head)]);
            }
            int least = 0;
            for (int kept = static_cast<int>(members.size()); kept >= 1; --kept) {
                const int slots = kept * ratio;
                const bool fits = slots >= static_cast<int>(different.size()) &&
                                  slots <= static_cast<int>(members.size()) * per_kv;
                if (fits) least = kept;
            }
            possible = possible && least > 0;
            total_kv += least;
        }
        if (possible) best = std::min(best, cost(total_kv * ratio, total_kv, config));
    }
    return best;
}

/// Every head of the layer is in exactly one of those that stay, and reads there what it read.
void verify_same_function(const HeadContents& contents, const LayerCompaction& compaction) {
    const HeadSelection& selection = compaction.selection;
    QCOMPARE(static_cast<std::int64_t>(selection.heads.size()), compaction.after.heads);
    QCOMPARE(static_cast<std::int64_t>(selection.kv_heads.size()), compaction.after.kv_heads);
    QCOMPARE(selection.heads.size() % selection.kv_heads.size(), std::size_t{0});
    const std::size_t ratio = selection.heads.size() / selection.kv_heads.size();
    const std::size_t per_kv = contents.heads.size() / contents.kv_heads.size();
    std::vector<int> seen;
    for (std::size_t place = 0; place < selection.heads.size(); ++place) {
        const std::vector<int>& members = selection.heads[place];
        const auto kv = static_cast<std::size_t>(selection.kv_heads[place / ratio]);
        for (const int member : members) {
            const auto head = static_cast<std::size_t>(member);
            QCOMPARE(contents.heads[head],
                     contents.heads[static_cast<std::size_t>(members.front())]);
            QCOMPARE(contents.kv_heads[head / per_kv], contents.kv_heads[kv]);
            seen.push_back(member);
        }
    }
    std::sort(seen.begin(), seen.end());
    std::vector<int> all(contents.heads.size());
    std::iota(all.begin(), all.end(), 0);
    QCOMPARE(seen, all);
}

}  // namespace

class TestCompaction : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void identical_heads_of_mha_become_one() {
        const LayerCompaction layer = compact({0, 1, 2, 0, 1, 1}, {0, 1, 2, 0, 1, 1});
        QCOMPARE(layer.layer, 7);
        QCOMPARE(layer.before, (HeadCounts{6, 6}));
        QCOMPARE(layer.after, (HeadCounts{3, 3}));
        QCOMPARE(layer.selection.heads, (Members{{0, 3}, {1, 4, 5}, {2}}));
        QCOMPARE(layer.selection.kv_heads, (Numbers{0, 1, 2}));
        QVERIFY(layer.remark.empty());
    }

    void whole_kv_groups_become_one() {
        const LayerCompaction layer = compact({0, 1, 2, 3, 0, 1}, {0, 1, 0});
        QCOMPARE(layer.after, (HeadCounts{4, 2}));
        QCOMPARE(layer.selection.heads, (Members{{0, 4}, {1, 5}, {2}, {3}}));
        QCOMPARE(layer.selection.kv_heads, (Numbers{0, 1}));
    }

    /// Each KV group loses one head: the ratio stays whole.
    void all_kv_groups_lose_equally_many() {
        const LayerCompaction layer = compact({0, 1, 0, 3, 4, 4}, {0, 1});
        QCOMPARE(layer.after, (HeadCounts{4, 2}));
        QCOMPARE(layer.selection.heads, (Members{{0, 2}, {1}, {3}, {4, 5}}));
        QVERIFY(layer.remark.empty());
    }

    void one_kv_group_alone_cannot_lose_a_head() {
        const LayerCompaction layer = compact({0, 0, 1, 2, 3, 4}, {0, 1});
        QVERIFY(!layer.removes_any());
        QCOMPARE(layer.selection.heads, (Members{{0}, {1}, {2}, {3}, {4}, {5}}));
        QVERIFY2(contains(layer.remark, "duplicates stay (heads: 1, KV heads: 0)") &&
                     contains(layer.remark, "2 different heads read KV head 0"),
                 layer.remark.c_str());
    }

    /// Two KV heads are equal, but all heads that read them differ: with four heads for each KV
    /// head both are needed.
    void equal_kv_heads_with_different_readers_stay() {
        const LayerCompaction layer = compact({0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, 1, 2});
        QVERIFY(!layer.removes_any());
        QVERIFY2(contains(layer.remark, "duplicates stay (heads: 0, KV heads: 1)") &&
                     contains(layer.remark, "4 different heads read KV head 0 = 1"),
                 layer.remark.c_str());
    }

    /// With all KV heads equal by twos, each of the two left can serve twice as many heads.
    void a_kv_head_may_serve_more_heads_than_before() {
        const LayerCompaction layer = compact({0, 1, 2, 3}, {0, 1, 0, 1});
        QCOMPARE(layer.after, (HeadCounts{4, 2}));
        QCOMPARE(layer.selection.heads, (Members{{0}, {2}, {1}, {3}}));
        QCOMPARE(layer.selection.kv_heads, (Numbers{0, 1}));
        QVERIFY(layer.remark.empty());
    }

    void equal_queries_of_different_keys_are_no_duplicates() {
        const LayerCompaction layer = compact({0, 0, 1}, {0, 1, 2});
        QVERIFY(!layer.removes_any());
        QVERIFY2(contains(layer.remark, "the Q of another one but other keys and values stay: 1"),
                 layer.remark.c_str());
        QCOMPARE(compact({0, 1}, {0, 1}).remark, std::string("no two of its heads are identical"));
    }

    void one_head_is_always_left() {
        QCOMPARE(compact({0, 0, 0, 0}, {0, 0}).after, (HeadCounts{1, 1}));
    }

    void random_layers_keep_their_function_and_become_smallest() {
        std::mt19937 random(3);
        for (int round = 0; round < 3000; ++round) {
            const int kv_heads = 1 + static_cast<int>(random() % 6);
            const int per_kv = 1 + static_cast<int>(random() % 4);
            const auto different = static_cast<std::uint32_t>(1 + random() % 8);
            HeadContents contents;
            for (int i = 0; i < kv_heads * per_kv; ++i)
                contents.heads.push_back(static_cast<int>(random() % different));
            for (int i = 0; i < kv_heads; ++i)
                contents.kv_heads.push_back(static_cast<int>(random() % different));
            const ModelConfig config = config_of(2, round % 2 == 0);
            const LayerCompaction layer = compact_layer(0, contents, config);
            verify_same_function(contents, layer);
            if (QTest::currentTestFailed()) return;
            QCOMPARE(cost(layer.after.heads, layer.after.kv_heads, config),
                     cheapest(contents, config));
            QVERIFY(layer.removes_any() || !layer.remark.empty());
        }
    }
};

HEADSCOPE_TEST(TestCompaction)
#include "test_compaction.moc"
