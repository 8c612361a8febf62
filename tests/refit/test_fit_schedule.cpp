#include <QTest>

#include "core/refit/fit_schedule.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

LayerMerge without(std::vector<int> heads) {
    LayerMerge merge;
    merge.removed = std::move(heads);
    return merge;
}

ModelConfig five_layers() {
    ModelConfig config;
    config.num_hidden_layers = 5;
    return config;
}

}  // namespace

class TestFitSchedule : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void changed_layers_alone_read_what_is_changed_before() {
        RefitParams params;
        params.variants = {{{1, without({0})}, {3, without({2})}}};
        const ModelConfig config = five_layers();
        const FitSchedule schedule(params, config);
        QCOMPARE(schedule.last_layer(), 3);
        QVERIFY(schedule.groups(0).empty() && schedule.groups(2).empty());
        QCOMPARE(schedule.groups(1).at(0).source, -1);
        QCOMPARE(schedule.groups(3).at(0).source, 0);
        // Four of the original, two fits, and the variant behind layers 1 and 2.
        QCOMPARE(schedule.passes(), std::int64_t{4 + 2 + 2});
        QVERIFY(!schedule.fits_mlp(1));
    }

    void all_layers_behind_the_first_changed_one() {
        RefitParams params;
        params.rule.refit = Refit::output_and_mlp;
        params.rule.layers = RefitLayers::all;
        params.variants = {{{3, without({0})}}};
        ModelConfig config = five_layers();
        const FitSchedule schedule(params, config);
        QCOMPARE(schedule.last_layer(), 4);
        QVERIFY(!schedule.variants()[0].contains(2) && schedule.variants()[0].contains(4));
        QCOMPARE(schedule.groups(4).size(), std::size_t{1});
        QVERIFY(schedule.fits_mlp(4) && !schedule.fits_mlp(2));
        // Five, two fits of attention, two of MLPs, and the variant behind layer 3.
        QCOMPARE(schedule.passes(), std::int64_t{5 + 2 + 2 + 1});
        config.experts.count = 4;
        QVERIFY(!FitSchedule(params, config).fits_mlp(4));
    }

    void removed_heads_share_their_moments_and_merged_ones_do_not() {
        RefitParams params;
        params.alternatives = {{2, {without({0}), without({1, 3}), {{{4, 5}}, {}}}}};
        const ModelConfig config = five_layers();
        const FitSchedule schedule(params, config);
        const auto groups = schedule.groups(2);
        QCOMPARE(groups.size(), std::size_t{2});
        QCOMPARE(groups[0].fits.size(), std::size_t{2});
        QCOMPARE(groups[0].fits[1].variant, -1);
        QCOMPARE(groups[0].fits[1].index, std::size_t{1});
        QCOMPARE(groups[1].fits[0].index, std::size_t{2});
    }

    void a_layer_too_many_is_named() {
        RefitParams params;
        params.variants = {{{5, without({0})}}};
        const ModelConfig config = five_layers();
        QVERIFY(contains(error_of([&] { FitSchedule(params, config); }),
                         "there is no layer 5 to refit: the model has 5"));
    }
};

HEADSCOPE_TEST(TestFitSchedule)
#include "test_fit_schedule.moc"
