#include <QSignalSpy>
#include <QTest>

#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/session/session.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// The session's choices with a threshold for each of these layers.
Choices per_layer(const Session& session, const LayerThresholds& thresholds) {
    Choices choices = session.choices();
    choices.select_by = SelectBy::per_layer;
    choices.layer_thresholds = thresholds;
    return choices;
}

/// Figures for the demo model, none of which two layers share.
std::shared_ptr<const MergeFigures> made_figures(bool moments) {
    MergeFigures figures{{{}, {}, moments}, {}, {}};
    for (int layer = 0; layer < 6; ++layer) {
        std::vector<double> usage(16, 1.0 + layer);
        std::shared_ptr<const HeadMoments> of_layer;
        if (moments) {
            of_layer = std::make_shared<const HeadMoments>(HeadMoments{
                layer, 16, 16, std::vector<float>(256 * 256, 1.0F), std::vector<float>(256)});
        }
        figures.layers.push_back({layer, std::move(usage), std::move(of_layer)});
    }
    return std::make_shared<const MergeFigures>(std::move(figures));
}

}  // namespace

class TestSession : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void plan_is_that_of_core() {
        const auto model = demo_opened_model();
        Session session;
        session.set_model(model);
        for (const double threshold : {0.98, 0.5, 0.3, 0.99, -1.0, 1.0}) {
            session.choose_threshold(threshold);
            const MergePlan wanted =
                make_merge_plan(model->matrices, model->config(), {threshold, {}, {}});
            const PlanSummary sum = summarize(wanted, model->config());
            QCOMPARE(session.summary().pairs, sum.pairs);
            QCOMPARE(session.summary().removable_bytes, sum.removable_bytes);
            const MergePlan plan = session.plan();
            const MergePlan at = session.plan_maker().plan_at(threshold);
            for (std::size_t i = 0; i < wanted.layers.size(); ++i) {
                QCOMPARE(plan.layers[i].pairs, wanted.layers[i].pairs);
                QVERIFY(plan.layers[i].merge == wanted.layers[i].merge);
                QVERIFY(at.layers[i].merge == wanted.layers[i].merge);
            }
        }
    }

    void grouping_and_policy_make_the_plan_anew() {
        Session session;
        session.set_model(demo_opened_model());
        Choices choices = session.choices();
        choices.threshold = 0.3;
        choices.grouping = Grouping::matching;
        choices.kv_policy = KvPolicy::within;
        session.choose(choices, QStringLiteral("x"));
        const auto wanted = make_merge_plan(session.model()->matrices, session.model()->config(),
                                            {0.3, Grouping::matching, KvPolicy::within});
        for (std::size_t i = 0; i < wanted.layers.size(); ++i) {
            QCOMPARE(session.layer_plan(static_cast<int>(i)).pairs, wanted.layers[i].pairs);
            QCOMPARE(session.layer_plan(static_cast<int>(i)).groups, wanted.layers[i].groups);
        }
    }

    void heads_by_hand_are_those_of_core() {
        const auto model = demo_opened_model();
        Session session;
        session.set_model(model);
        session.choose_threshold(0.5);
        session.remove_heads({{0, 3}, {2, 5}});
        session.merge_heads(with_group({}, {{1, 0}, {1, 9}, {2, 1}}));
        session.exclude_heads({{3, 0}});
        const MergeRule rule = session.rule();
        QCOMPARE(heads_text(rule.removal.heads), std::string("0:3;2:5"));
        QCOMPARE(groups_text(rule.groups), std::string("1:0-9"));
        QCOMPARE(heads_text(rule.excluded), std::string("3:0"));
        const MergePlan wanted = make_merge_plan(model->matrices, model->config(), rule);
        const MergePlan plan = session.plan();
        const MergePlan at = session.plan_maker().plan_at(0.5);
        for (std::size_t i = 0; i < wanted.layers.size(); ++i) {
            QCOMPARE(plan.layers[i].pairs, wanted.layers[i].pairs);
            QVERIFY(plan.layers[i].merge == wanted.layers[i].merge);
            QVERIFY(at.layers[i].merge == wanted.layers[i].merge);
        }
        QCOMPARE(session.summary().removed_heads, std::int64_t{2});
        // An excluded layer removes nothing; included again it does.
        session.choose_layers({0});
        QCOMPARE(session.summary().removed_heads, std::int64_t{1});
        session.choose_layers({});
        QCOMPARE(session.summary().removed_heads, std::int64_t{2});
        for (int step = 0; step < 5; ++step)
            session.undo_stack()->undo();
        QCOMPARE(session.summary().removed_heads, std::int64_t{0});
        QVERIFY(session.choices().merged_groups.empty());
    }

    void heads_that_the_model_lacks_are_dropped() {
        Session session;
        session.set_model(demo_opened_model());
        session.remove_heads({{0, 3}, {0, 99}, {50, 0}});
        QCOMPARE(session.summary().removed_heads, std::int64_t{1});
        session.merge_heads({{0, {{0, 1}, {2, 99}}}});
        QCOMPARE(groups_text(session.rule().groups), std::string("0:0-1"));
    }

    void groups_join_and_fall_apart() {
        GroupsByLayer groups = with_group({}, {{1, 0}, {1, 1}, {2, 4}});
        groups = with_group(groups, {{1, 1}, {1, 2}});
        QCOMPARE(groups_text(groups), std::string("1:0-1-2"));
        QCOMPARE(groups_text(without_heads(groups, {{1, 0}})), std::string("1:1-2"));
        QVERIFY(without_heads(groups, {{1, 0}, {1, 2}}).empty());
    }

    void plans_wait_for_the_figures_of_a_calibration_text() {
        Session session;
        session.set_model(demo_opened_model());
        Choices choices = session.choices();
        choices.threshold = 0.5;
        choices.align = Alignment::activations;
        choices.weights = MeanWeights::usage;
        session.choose(choices, QStringLiteral("x"));
        QVERIFY(session.lacks_figures());
        QCOMPARE(session.rule().align, Alignment::none);
        QCOMPARE(session.rule().weights, MeanWeights::plain);
        QCOMPARE(session.plan_maker().rule_at(0.5).weights, MeanWeights::plain);
        const auto groups = session.layer_plan(2).groups;

        // Figures that lack the moments do not serve both.
        session.set_measured(with_figures(session.model(), made_figures(false)));
        QVERIFY(session.lacks_figures());
        const auto figures = made_figures(true);
        const QSignalSpy changed(&session, &Session::plan_changed);
        session.set_measured(with_figures(session.model(), figures));
        QCOMPARE(changed.count(), 1);
        QVERIFY(!session.lacks_figures());
        QCOMPARE(session.rule().align, Alignment::activations);
        QCOMPARE(session.layer_plan(2).groups, groups);
        const MergePlan wanted = make_merge_plan(
            session.model()->matrices, session.model()->config(), session.rule(), figures->layers);
        for (int layer = 0; layer < session.model()->layers(); ++layer) {
            const LayerMerge& merge = wanted.layers[static_cast<std::size_t>(layer)].merge;
            QVERIFY(session.layer_plan(layer).merge == merge);
            QVERIFY(session.plan_maker()
                        .plan_at(0.5)
                        .layers.at(static_cast<std::size_t>(layer))
                        .merge == merge);
        }
        QVERIFY(session.layer_plan(2).merge.moments == figures->layers[2].moments);

        // Those of another text are not what was asked for.
        choices.calibration.windows += 1;
        session.choose(choices, QStringLiteral("y"));
        QVERIFY(session.lacks_figures());
        QVERIFY(session.layer_plan(2).merge.moments == nullptr);
        choices.align = Alignment::weights;
        choices.weights = MeanWeights::norm;
        session.choose(choices, QStringLiteral("z"));
        QVERIFY(!session.lacks_figures());
        session.set_model(nullptr);
        QVERIFY(!session.lacks_figures());
    }

    void layers_that_are_excluded_do_not_count() {
        Session session;
        session.set_model(demo_opened_model());
        const auto all = session.summary().pairs;
        const QSignalSpy similarities(&session, &Session::similarities_changed);
        session.choose_layers({1, 2, 3, 4, 5});
        QCOMPARE(similarities.count(), 1);
        QVERIFY(session.summary().pairs < all);
        QCOMPARE(session.summary().pairs, session.layer_summary(0).pairs);
        QCOMPARE(session.plan().layers.size(), std::size_t{1});
        QCOMPARE(session.similarities().size(), std::size_t{120});
    }

    void closest_pairs_and_percentiles() {
        Session session;
        session.set_model(demo_opened_model());
        Choices choices = session.choices();
        choices.select_by = SelectBy::closest;
        for (const int count : {1, 7, 100}) {
            choices.closest = count;
            session.choose(choices, QString::number(count));
            QCOMPARE(session.summary().pairs, count);
        }
        choices.select_by = SelectBy::percentile;
        choices.percentile = 90.0;
        session.choose(choices, QStringLiteral("p"));
        QCOMPARE(session.summary().pairs, 72);  // a tenth of 6 * 120
        choices.percentile = 100.0;
        session.choose(choices, QStringLiteral("p2"));
        QCOMPARE(session.summary().pairs, 1);
    }

    /// Also where a layer is excluded, where one has no threshold, and where the model lacks one.
    void each_layer_may_have_a_threshold_of_its_own() {
        const auto model = demo_opened_model();
        Session session;
        session.set_model(model);
        const LayerThresholds own{{0, 0.97}, {2, 0.5}, {4, 0.99}};
        session.choose(per_layer(session, {{0, 0.97}, {2, 0.5}, {4, 0.99}, {31, 0.1}}),
                       QStringLiteral("x"));
        const MergePlan wanted = make_merge_plan(model->matrices, model->config(), {}, own);
        QCOMPARE(session.summary().pairs, summarize(wanted, model->config()).pairs);
        QCOMPARE(session.threshold(), 0.5);
        QCOMPARE(session.threshold_of(4), std::optional(0.99));
        QCOMPARE(session.threshold_of(1), std::optional<double>());
        const MergePlan at = session.plan_maker().plan_at(session.thresholds());
        for (const MergePlan& plan : {session.plan(), at}) {
            QVERIFY(plan.layer_thresholds == std::optional(own));
            QCOMPARE(plan.rule.threshold, 0.5);
            QCOMPARE(plan.layers.size(), wanted.layers.size());
            for (std::size_t i = 0; i < wanted.layers.size(); ++i) {
                QCOMPARE(plan.layers[i].pairs, wanted.layers[i].pairs);
                QVERIFY(plan.layers[i].merge == wanted.layers[i].merge);
            }
        }
        session.choose_layers({2});
        QVERIFY(session.plan().layer_thresholds == (LayerThresholds{{0, 0.97}, {4, 0.99}}));
        QCOMPARE(session.threshold(), 0.97);
        QCOMPARE(session.layer_plan(2).pairs, wanted.layers[2].pairs);  // were it included
        // The maker leaves out what it may not change, whatever it is asked for.
        const MergePlan without = session.plan_maker().plan_at(Thresholds(own));
        QVERIFY(without.layer_thresholds == (LayerThresholds{{0, 0.97}, {4, 0.99}}));
        QCOMPARE(without.rule.threshold, 0.97);
    }

    void one_threshold_takes_the_place_of_the_layers_own() {
        Session session;
        session.set_model(demo_opened_model());
        const auto before = session.summary().pairs;
        session.choose(per_layer(session, {{1, 0.9}}), QStringLiteral("x"));
        const auto own = session.summary().pairs;
        QVERIFY(own != before);
        session.choose_threshold(0.95);
        QVERIFY(!session.per_layer());
        QVERIFY(!session.plan().layer_thresholds);
        QCOMPARE(session.threshold_of(1), std::optional(0.95));
        QCOMPARE(session.undo_stack()->count(), 2);
        session.undo_stack()->undo();
        QVERIFY(session.per_layer());
        QCOMPARE(session.summary().pairs, own);
        session.undo_stack()->undo();
        QCOMPARE(session.summary().pairs, before);
        QCOMPARE(session.threshold(), 0.98);
    }

    void undo_and_redo() {
        Session session;
        session.set_model(demo_opened_model());
        session.choose_threshold(0.9);
        session.choose_threshold(0.8);  // the same gesture
        session.choose_layers({2});
        QCOMPARE(session.undo_stack()->count(), 2);
        session.undo_stack()->undo();
        QVERIFY(session.included(2));
        QCOMPARE(session.threshold(), 0.8);
        session.undo_stack()->undo();
        QCOMPARE(session.threshold(), 0.98);
        session.undo_stack()->redo();
        QCOMPARE(session.threshold(), 0.8);
    }

    void choices_wait_for_a_model_that_they_fit() {
        Session session;
        session.set_model(synthetic_model(8, 12, 4, 1));
        session.choose_layers({1, 7});
        session.focus_layer(7);
        session.set_model(demo_opened_model());
        QCOMPARE(session.included_count(), 5);  // layer 7 is not one of these
        QCOMPARE(session.focused_layer(), 5);
        QVERIFY(!session.undo_stack()->canUndo());
        session.set_model(nullptr);
        QVERIFY(!session.highest_similarity());
        QCOMPARE(session.included_count(), 0);
        session.set_model(synthetic_model(8, 12, 4, 1));
        QCOMPARE(session.choices().excluded_layers, (std::set<int>{1, 7}));
        QCOMPARE(session.included_count(), 6);
    }
};

HEADSCOPE_TEST(TestSession)
#include "test_session.moc"
