#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <optional>
#include <stop_token>

#include "core/evaluation/evaluator.h"
#include "core/refit/distillation.h"
#include "core/refit/refit.h"
#include "core/similarity/similarity.h"
#include "tests/model/tiny_architectures.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

/// A tiny random model with a text, and plans for it.
struct Tiny {
    explicit Tiny(std::int64_t sequences = 32) {
        write_tiny_model(folder.path().toStdString(), config());
        checkpoint = Checkpoint::open(folder.path().toStdString());
        model = Model::load(*checkpoint, {"cpu", "float32", 1});
        constexpr std::int64_t kWindow = 24;
        text = std::make_shared<const Windows>(
            tiny_token_ids(static_cast<std::uint64_t>(kWindow * sequences),
                           checkpoint->config().vocab_size),
            Protocol::gptq, kWindow, 0, std::nullopt, checkpoint->config().longest_window(),
            checkpoint->config().vocab_size);
    }

    static nlohmann::json config() {
        const nlohmann::json cases = golden("architectures.json").at("cases");
        const auto found = std::ranges::find_if(
            cases, [](const nlohmann::json& entry) { return entry.at("name") == "llama, GQA"; });
        return found->at("config");
    }

    [[nodiscard]] MergePlan plan(const std::string& removed, Refit refit, int steps) const {
        MergeRule rule;
        rule.removal = parse_removal(removed);
        // A small model bears a high rate, and learns in a few steps then.
        rule.refit = {refit, RefitTarget::residual, RefitLayers::changed, steps, 3e-3};
        const auto matrices = compute_similarity(*checkpoint, {}, {}, {});
        return make_merge_plan(matrices, checkpoint->config(), rule, LayerThresholds{});
    }

    void refit(MergePlan& plan) const { refit_plans(*model, text, {&plan}); }

    /// KL(original || variant) over some sequences, nats a token.
    [[nodiscard]] double divergence(const Variant& variant,
                                    const std::vector<std::int64_t>& sequences) const {
        EvaluationParams params{{Variant{}, variant}, text, {}};
        params.order = sequences;
        params.divergence = true;
        const auto metrics = evaluate(*model, params).scores.metric_list(1);
        return find_metric(metrics, "kl_divergence")->value.value;
    }

    /// Every eighth sequence, which distill() does not train on.
    [[nodiscard]] std::vector<std::int64_t> held_out() const { return every_eighth(true); }
    [[nodiscard]] std::vector<std::int64_t> training() const { return every_eighth(false); }

    [[nodiscard]] std::vector<std::int64_t> every_eighth(bool wanted) const {
        const std::vector<std::int64_t> all = text->shuffled_order();
        std::vector<std::int64_t> some;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if ((i % 8 == 0) == wanted) some.push_back(all[i]);
        }
        return some;
    }

    QTemporaryDir folder;
    std::optional<Checkpoint> checkpoint;
    std::optional<Model> model;
    std::shared_ptr<const Windows> text;
};

}  // namespace

class TestDistillation : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void held_out_text_is_predicted_better() {
        const Tiny tiny(192);
        for (const Refit refit : {Refit::output, Refit::output_and_mlp}) {
            MergePlan fitted = tiny.plan("0:0,4;1:2", refit, 0);
            tiny.refit(fitted);
            MergePlan trained = tiny.plan("0:0,4;1:2", refit, 20);
            tiny.refit(trained);
            const DistillCurve& curve = trained.distillation;
            QVERIFY(fitted.distillation.empty());
            QCOMPARE(curve.size(), std::size_t{3});
            QCOMPARE(curve.front().step, 0);
            QCOMPARE(curve.back().step, 20);
            const double before = tiny.divergence(variant_of(fitted), tiny.held_out());
            const double after = tiny.divergence(variant_of(trained), tiny.held_out());
            QVERIFY(std::abs(curve.front().held_out - before) < 1e-9);
            QVERIFY(std::abs(best_of(curve).held_out - after) < 1e-9);
            QVERIFY2(after < 0.997 * before,
                     qPrintable(QStringLiteral("%1 -> %2").arg(before).arg(after)));
        }
    }

    /// A step over a text has the loss of an evaluation of that text, up to the last prediction of
    /// each sequence, which has no target there.
    void the_loss_of_a_step_is_that_of_the_evaluator() {
        const Tiny tiny;
        MergePlan plan = tiny.plan("0:0,4;1:2", Refit::output, 0);
        tiny.refit(plan);
        DistillParams params{variant_of(plan), tiny.text, 1};
        params.tokens = tiny.text->window() * std::ssize(tiny.training());
        const DistillResult result = distill(*tiny.model, params);
        const double wanted = tiny.divergence(variant_of(plan), tiny.training());
        QVERIFY2(
            std::abs(result.curve.back().training - wanted) < 0.1 * wanted,
            qPrintable(
                QStringLiteral("%1, wanted %2").arg(result.curve.back().training).arg(wanted)));
    }

    void removed_heads_stay_removed() {
        const Tiny tiny;
        MergePlan plan = tiny.plan("1:0,5", Refit::output, 2);
        tiny.refit(plan);
        const FittedWeights& output = *plan.layers[1].merge.output;
        const std::int64_t dim = tiny.checkpoint->config().head_dim;
        bool others = false;
        for (std::int64_t row = 0; row < output.rows; ++row) {
            for (std::int64_t column = 0; column < output.columns; ++column) {
                const float value =
                    output.weight[static_cast<std::size_t>(row * output.columns + column)];
                const std::int64_t head = column / dim;
                if (head == 0 || head == 5) {
                    QCOMPARE(value, 0.0F);
                } else {
                    others = others || value != 0.0F;
                }
            }
        }
        QVERIFY(others);
        QVERIFY(plan.layers[0].merge.output == nullptr);
    }

    /// V of the layers that were fitted is trained too, but where KV heads are merged: those would
    /// become two again.
    void values_of_changed_layers_are_trained() {
        const Tiny tiny(192);
        MergePlan plan = tiny.plan("0:0,4;1:2", Refit::output, 20);
        tiny.refit(plan);
        const ModelConfig& config = tiny.checkpoint->config();
        for (const int layer : {0, 1}) {
            const LayerMerge& merge = plan.layers[static_cast<std::size_t>(layer)].merge;
            QVERIFY(merge.values != nullptr && merge.changes_kv());
            QCOMPARE(merge.values->rows, config.heads_of(layer).kv_heads * config.head_dim);
            QCOMPARE(merge.values->columns, config.hidden_size);
        }
        Variant untrained = variant_of(plan);
        untrained[1].values.reset();
        QVERIFY(digest_of(untrained[1]) != digest_of(plan.layers[1].merge));
        QVERIFY(tiny.divergence(untrained, tiny.training()) >
                tiny.divergence(variant_of(plan), tiny.training()));

        Variant merged = variant_of(plan);
        merged[1].kv_steps = {{0, 1}};
        merged[1].values.reset();
        const DistillResult result = distill(*tiny.model, {merged, tiny.text, 1});
        QVERIFY(result.variant.at(1).values == nullptr);
    }

    void the_same_text_and_steps_give_the_same_weights() {
        const Tiny tiny;
        MergePlan one = tiny.plan("1:1,2", Refit::output, 3);
        MergePlan other = one;
        MergePlan longer = tiny.plan("1:1,2", Refit::output, 4);
        tiny.refit(one);
        tiny.refit(other);
        tiny.refit(longer);
        QCOMPARE(digest_of(one.layers[1].merge), digest_of(other.layers[1].merge));
        QVERIFY(digest_of(one.layers[1].merge) != digest_of(longer.layers[1].merge));
    }

    void rates_rise_and_fall() {
        QCOMPARE(rate_factor(0, 1), 1.0);
        QCOMPARE(rate_factor(0, 100), 0.2);
        QCOMPARE(rate_factor(4, 100), 1.0);
        for (int step = 5; step < 99; ++step)
            QVERIFY(rate_factor(step + 1, 100) < rate_factor(step, 100));
        QVERIFY(rate_factor(99, 100) > 0.1 && rate_factor(99, 100) < 0.11);
    }

    void what_cannot_be_trained_is_refused() {
        const Tiny tiny(1);
        const std::string no_refit = error_of([&] { (void)tiny.plan("1:1", Refit::none, 10); });
        QVERIFY2(contains(no_refit, "--refit output"), no_refit.c_str());
        MergePlan plan = tiny.plan("1:1", Refit::output, 10);
        const std::string one_sequence = error_of([&] { tiny.refit(plan); });
        QVERIFY2(contains(one_sequence, "single sequence"), one_sequence.c_str());
        const Tiny more(2);
        Variant unfitted;
        unfitted[1].removed = {2};
        const std::string nothing = error_of([&] {
            distill(*more.model, {unfitted, more.text, 10});
        });
        QVERIFY2(contains(nothing, "no layer of the plan has refitted weights"), nothing.c_str());
    }

    void a_stop_ends_it() {
        const Tiny tiny;
        MergePlan plan = tiny.plan("1:1", Refit::output, 1000);
        std::stop_source source;
        const auto stop_after_a_step = [&](const Progress& progress) {
            if (progress.stage == "distilling" && progress.done > 0) source.request_stop();
        };
        try {
            refit_plans(*tiny.model, tiny.text, {&plan}, stop_after_a_step, source.get_token());
            QFAIL("not stopped");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::cancelled);
        }
        QVERIFY(plan.layers[1].merge.output == nullptr);
    }
};

HEADSCOPE_TEST(TestDistillation)
#include "test_distillation.moc"
