#include <QTest>

#include "core/evaluation/sharing.h"
#include "tests/support/test_program.h"

using namespace headscope;

namespace {
const LayerMerge kFirst{{{0, 1}}, {}};
const LayerMerge kSecond{{{0, 2}}, {}};
}  // namespace

class TestSharing : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_original_alone_needs_each_layer_once() {
        const SharingSchedule schedule(6, {Variant{}});
        QCOMPARE(schedule.pass_count(), 6);
        QCOMPARE(schedule.separate_pass_count(), 6);
        QCOMPARE(schedule.final_state_count(), 1);
        QCOMPARE(schedule.passes(0).at(0).weights, -1);
    }

    void variants_share_until_they_differ() {
        // Original, a merge in layer 4, and one in layers 2 and 4.
        const SharingSchedule schedule(6, {{}, {{4, kFirst}}, {{2, kFirst}, {4, kFirst}}});
        // Layers 0 and 1 once, 2 and 3 twice, 4 and 5 three times.
        QCOMPARE(schedule.pass_count(), 2 + 2 * 2 + 2 * 3);
        QCOMPARE(schedule.separate_pass_count(), 18);
        QCOMPARE(schedule.final_state_count(), 3);
        QCOMPARE(schedule.merges(4).size(), std::size_t{1});
        QCOMPARE(schedule.merges(3).size(), std::size_t{0});
    }

    void where_the_original_goes() {
        // The original, and merges in layers 2 and 4.
        const SharingSchedule with(6, {{}, {{4, kFirst}}, {{2, kFirst}, {4, kFirst}}});
        QCOMPARE(with.first_change(), 2);
        for (int layer = 0; layer <= 6; ++layer)
            QVERIFY(with.original_state(layer) >= 0);
        QCOMPARE(with.original_state(6), with.final_states().at(0));
        QCOMPARE(with.most_states(), 6);
        // Without it, it ends where the last variant leaves it.
        const SharingSchedule without(6, {{{3, kFirst}}});
        QCOMPARE(without.first_change(), 3);
        QCOMPARE(without.original_state(3), 0);
        QCOMPARE(without.original_state(4), -1);
        QCOMPARE(without.most_states(), 2);
        QCOMPARE(SharingSchedule(6, {Variant{}}).first_change(), 6);
    }

    void equal_variants_share_everything() {
        const SharingSchedule schedule(3, {{{1, kFirst}}, {}, {{1, kFirst}}, {{1, LayerMerge{}}}});
        QCOMPARE(schedule.final_state_count(), 2);
        QCOMPARE(schedule.final_states().at(0), schedule.final_states().at(2));
        QCOMPARE(schedule.final_states().at(1), schedule.final_states().at(3));
    }

    void paths_lead_each_variant_to_its_own_state() {
        const std::vector<Variant> variants = {
            {{0, kFirst}, {2, kSecond}}, {{0, kFirst}}, {{2, kSecond}}, {}};
        const SharingSchedule schedule(3, variants);
        for (std::size_t v = 0; v < variants.size(); ++v) {
            int state = schedule.final_states().at(v);
            for (int layer = 2; layer >= 0; --layer) {
                const auto& passes = schedule.passes(layer);
                const auto pass = std::find_if(passes.begin(), passes.end(),
                                               [&](const auto& p) { return p.output == state; });
                QVERIFY(pass != passes.end());
                const auto wanted = variants[v].find(layer);
                if (wanted == variants[v].end()) {
                    QCOMPARE(pass->weights, -1);
                } else {
                    QCOMPARE(schedule.merges(layer).at(static_cast<std::size_t>(pass->weights)),
                             wanted->second);
                }
                state = pass->input;
            }
            QCOMPARE(state, 0);
        }
    }
};

HEADSCOPE_TEST(TestSharing)
#include "test_sharing.moc"
