#include <QTest>
#include <cmath>
#include <stop_token>

#include "core/evaluation/evaluator.h"
#include "core/measures/calibration.h"
#include "core/measures/merge_calibration.h"
#include "core/refit/refit.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

/// The demo model with some of its calibration text.
struct Demo {
    Checkpoint checkpoint = Checkpoint::open(demo_model());
    Model model = Model::load(checkpoint, {"cpu", "float32"});
    std::shared_ptr<const Windows> text = prepare_calibration(checkpoint, {{}, 4}, {}, {}).windows;

    [[nodiscard]] MergePlan plan(MergeRule rule) const {
        std::vector<SimilarityMatrix> matrices = compute_similarity(checkpoint, {}, {}, {});
        return make_merge_plan(matrices, checkpoint.config(), rule, LayerThresholds{},
                               calibrate_merge(rule, {}, text, [&] { return model; }));
    }

    [[nodiscard]] double loss(const Variant& variant) const {
        return evaluate(model, {{variant}, text, {}}).scores.metrics(0).nll;
    }
};

MergeRule removing(const std::string& what, RefitTarget target = RefitTarget::layer) {
    MergeRule rule;
    rule.removal = parse_removal(what);
    rule.refit = {Refit::output, target};
    return rule;
}

}  // namespace

class TestRefit : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void every_layer_fits_no_worse_and_the_loss_falls() {
        const Demo demo;
        for (const RefitTarget target : {RefitTarget::layer, RefitTarget::residual}) {
            MergePlan plan = demo.plan(removing("1:0,5,9;3:2,3;4:7", target));
            const double plain = demo.loss(variant_of(plan));
            const auto fits = refit_plans(demo.model, demo.text, {&plan});
            QCOMPARE(fits.size(), std::size_t{1});
            QCOMPARE(fits[0].fits.size(), std::size_t{3});
            for (const LayerFit& fit : fits[0].fits)
                QVERIFY(fit.after <= fit.before);
            QVERIFY(demo.loss(variant_of(plan)) < plain);
            QVERIFY(plan.layers[1].merge.output != nullptr);
            QVERIFY(plan.layers[0].merge.output == nullptr);
        }
    }

    /// A refit of nothing that matters changes nothing that matters.
    void the_same_text_twice_gives_the_same_weights() {
        const Demo demo;
        MergePlan one = demo.plan(removing("2:1,2"));
        MergePlan other = one;
        refit_plans(demo.model, demo.text, {&one});
        refit_plans(demo.model, demo.text, {&other});
        QVERIFY(one.layers[2].merge == other.layers[2].merge);
        QCOMPARE(digest_of(one.layers[2].merge), digest_of(other.layers[2].merge));
        MergePlan plain = demo.plan(removing("2:1,2"));
        QVERIFY(!(plain.layers[2].merge == one.layers[2].merge));
        QVERIFY(without_refit(one.layers[2].merge) == plain.layers[2].merge);
    }

    void plans_are_refitted_together_as_alone() {
        const Demo demo;
        MergePlan together = demo.plan(removing("1:3;4:4", RefitTarget::residual));
        MergePlan beside = demo.plan(removing("0:1;2:5", RefitTarget::residual));
        MergePlan alone = together;
        refit_plans(demo.model, demo.text, {&beside, &together});
        refit_plans(demo.model, demo.text, {&alone});
        QVERIFY(together.layers[4].merge == alone.layers[4].merge);
    }

    /// Where the query of one head stands for a group and the output is fitted, the other head
    /// might as well be removed.
    void merging_to_the_stronger_is_removing_the_weaker() {
        const Demo demo;
        MergeRule rule = removing("");
        rule.groups = parse_groups("2:0-1");
        rule.kv_policy = KvPolicy::within;
        rule.representative = Representative::stronger;
        MergePlan merged = demo.plan(rule);
        if (merged.layers[2].groups.empty()) QSKIP("heads 0 and 1 share no KV head");
        const std::vector<double>& usage = merged.layers[2].merge.usage;
        MergePlan removed = demo.plan(removing(usage[0] >= usage[1] ? "2:1" : "2:0"));
        refit_plans(demo.model, demo.text, {&merged});
        refit_plans(demo.model, demo.text, {&removed});
        const double difference = demo.loss(variant_of(merged)) - demo.loss(variant_of(removed));
        QVERIFY(std::abs(difference) < 1e-3 * demo.loss({}));
    }

    void alternatives_are_refitted_behind_the_plan() {
        const Demo demo;
        const MergePlan plan = demo.plan(removing("1:3"));
        RefitParams params;
        params.windows = demo.text;
        params.rule.target = RefitTarget::residual;
        params.variants = {variant_of(plan)};
        LayerMerge other;
        other.removed = {2};
        params.alternatives = {{3, {other}}};
        const RefitResult result = refit(demo.model, params);
        // The same as the plan with it.
        MergePlan both = demo.plan(removing("1:3;3:2", RefitTarget::residual));
        refit_plans(demo.model, demo.text, {&both});
        QVERIFY(result.alternatives.at(3).at(0) == both.layers[3].merge);
        QVERIFY(result.variants[0].variant.at(1) == both.layers[1].merge);
    }

    /// Unchanged layers behind the first changed one make up for a part of what it costs.
    void all_layers_behind_the_first_changed_one_are_refitted() {
        const Demo demo;
        MergePlan changed = demo.plan(removing("1:0,5,9;3:2,3", RefitTarget::residual));
        MergePlan all = changed;
        all.rule.refit.layers = RefitLayers::all;
        refit_plans(demo.model, demo.text, {&changed});
        const auto fits = refit_plans(demo.model, demo.text, {&all});
        QCOMPARE(std::ssize(fits[0].fits), std::ssize(all.layers) - 1);
        for (const LayerFit& fit : fits[0].fits)
            QVERIFY(fit.after <= fit.before);
        QVERIFY(all.layers[0].merge.empty());
        QVERIFY(all.layers[2].merge.output != nullptr);
        QVERIFY(demo.loss(variant_of(all)) < demo.loss(variant_of(changed)));
    }

    void the_mlp_behind_is_refitted_too() {
        const Demo demo;
        for (const RefitTarget target : {RefitTarget::layer, RefitTarget::residual}) {
            MergePlan attention = demo.plan(removing("1:0,5,9;3:2,3", target));
            MergePlan both = attention;
            both.rule.refit.refit = Refit::output_and_mlp;
            refit_plans(demo.model, demo.text, {&attention});
            const auto fits = refit_plans(demo.model, demo.text, {&both});
            QVERIFY(both.layers[1].merge.output != nullptr);
            QVERIFY(both.layers[1].merge.mlp != nullptr);
            QVERIFY(attention.layers[1].merge.mlp == nullptr);
            QVERIFY(both.layers[2].merge.mlp == nullptr);
            // Up to its MLP the first changed layer is the same.
            QVERIFY(*both.layers[1].merge.output == *attention.layers[1].merge.output);
            QCOMPARE(fits[0].mlp_fits.size(), std::size_t{2});
            for (const LayerFit& fit : fits[0].mlp_fits)
                QVERIFY(fit.after < fit.before);
            QVERIFY(demo.loss(variant_of(both)) < demo.loss(variant_of(attention)));
            QVERIFY(without_refit(both.layers[1].merge).mlp == nullptr);
            QVERIFY(digest_of(both.layers[1].merge) != digest_of(attention.layers[1].merge));
        }
    }

    /// Alternatives keep the MLP that was fitted for the plan.
    void alternatives_keep_the_mlp_of_the_plan() {
        const Demo demo;
        RefitParams params;
        params.windows = demo.text;
        params.rule.refit = Refit::output_and_mlp;
        params.variants = {variant_of(demo.plan(removing("1:3")))};
        LayerMerge other;
        other.removed = {2, 3};
        params.alternatives = {{1, {other}}, {2, {other}}};
        const RefitResult result = refit(demo.model, params);
        QVERIFY(result.variants[0].variant.at(1).mlp != nullptr);
        QVERIFY(result.alternatives.at(1).at(0).mlp == result.variants[0].variant.at(1).mlp);
        QVERIFY(result.alternatives.at(2).at(0).mlp == nullptr);
    }

    void either_target_is_chosen_on_held_out_text() {
        const Demo demo;
        MergePlan plan = demo.plan(removing("1:0,5,9;3:2,3", RefitTarget::automatic));
        const auto fits = refit_plans(demo.model, demo.text, {&plan});
        QVERIFY(fits[0].target != RefitTarget::automatic);
    }

    void a_skipped_layer_writes_nothing() {
        const Demo demo;
        MergePlan plan = demo.plan(removing("layers:1"));
        const PlanSummary summary = summarize(plan, demo.checkpoint.config());
        QCOMPARE(summary.skipped_layers, 1);
        refit_plans(demo.model, demo.text, {&plan});
        QVERIFY(std::isfinite(demo.loss(variant_of(plan))));
    }

    void it_can_be_cancelled_and_reports_progress() {
        const Demo demo;
        MergePlan plan = demo.plan(removing("4:7"));
        std::stop_source source;
        std::int64_t last = 0;
        const ProgressFn progress = [&](const Progress& at) {
            QVERIFY(at.done >= last && at.done <= at.total);
            last = at.done;
            if (at.done > 2) source.request_stop();
        };
        const std::string error = error_of(
            [&] { refit_plans(demo.model, demo.text, {&plan}, progress, source.get_token()); });
        QCOMPARE(error, std::string("cancelled"));
        QVERIFY(plan.layers[4].merge.output == nullptr);
    }
};

HEADSCOPE_TEST(TestRefit)
#include "test_refit.moc"
