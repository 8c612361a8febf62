#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/evaluation/evaluator.h"
#include "core/measures/calibration.h"
#include "core/refit/refit.h"
#include "core/search/compress.h"
#include "core/search/compress_file.h"
#include "tests/search/search_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

struct Demo {
    Checkpoint checkpoint = Checkpoint::open(demo_model());
    Model model = Model::load(checkpoint, {"cpu", "float32"});
    std::shared_ptr<const Windows> text = prepare_calibration(checkpoint, {{}, 3}, {}, {}).windows;
};

const Demo& demo() {
    static const Demo opened;
    return opened;
}

GreedyRemovalParams small_search() {
    GreedyRemovalParams params;
    params.layers = {4, 5};
    params.share = 4.0 / 32.0;
    params.probe_windows = 1;
    params.rounds = 2;
    return params;
}

/// What that finds.
const GreedyRemovalResult& small_result() {
    static const GreedyRemovalResult found =
        remove_greedily(demo().model, demo().text, small_search());
    return found;
}

}  // namespace

class TestGreedyRemoval : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_first_round_takes_the_least_damage_of_each_layer() {
        const GreedyRemovalResult& found = small_result();
        QCOMPARE(found.points.size(), std::size_t{2});
        QCOMPARE(found.points[0].units, 2);
        QCOMPARE(found.points[1].units, 4);
        QCOMPARE(found.points[1].heads, 4);
        QCOMPARE(found.damage.size(), std::size_t{32});
        for (const int layer : {4, 5}) {
            const UnitDamage* best = nullptr;
            for (const UnitDamage& unit : found.damage) {
                if (unit.layer == layer && (best == nullptr || unit.loss < best->loss))
                    best = &unit;
            }
            QCOMPARE(found.points[0].removed.at(layer), best->heads);
        }
        // The damage of one head is that of its plan, measured by hand.
        const std::int64_t probe = demo().text->shuffled_order().front();
        const UnitDamage& unit = found.damage.front();
        RefitParams refitted;
        refitted.windows = demo().text;
        refitted.order = demo().text->shuffled_order();
        refitted.order.erase(refitted.order.begin());
        refitted.variants = {{}};
        refitted.variants[0][unit.layer].removed = unit.heads;
        EvaluationParams evaluation;
        evaluation.windows = demo().text;
        evaluation.order = {probe};
        evaluation.variants = {{}, refit(demo().model, refitted).variants[0].variant};
        const Change change = evaluate(demo().model, evaluation).scores.change(0, 1);
        QVERIFY(std::abs(std::log(change.perplexity_ratio.value) - unit.loss) < 1e-6);
    }

    void it_goes_on_from_points_and_ends_alike() {
        const GreedyRemovalResult& whole = small_result();
        const GreedyRemovalResult rest =
            remove_greedily(demo().model, demo().text, small_search(), {whole.points[0]});
        QCOMPARE(rest.points.size(), std::size_t{2});
        QCOMPARE(rest.points[1].removed, whole.points[1].removed);
        QVERIFY(rest.damage.empty());
    }

    void a_budget_allows_what_it_says() {
        const RemovalBudget all;
        QVERIFY(!all.any() && all.allows(100.0, 100.0));
        const RemovalBudget perplexity{0.01, RemovalBudget::kNone};
        QVERIFY(perplexity.any() && perplexity.allows(1.0099, 5.0));
        QVERIFY(!perplexity.allows(1.0101, 0.0));
        const RemovalBudget kl{RemovalBudget::kNone, 0.1};
        QVERIFY(kl.any() && kl.allows(5.0, 0.1) && !kl.allows(1.0, 0.11));
    }

    /// A round that costs more than the budget is tried again with fewer heads.
    void a_budget_ends_it() {
        GreedyRemovalParams params = small_search();
        const GreedyRemovalResult& free = small_result();
        QVERIFY(free.points[0].kl > 0.0 && free.points[1].kl > free.points[0].kl);
        params.budget.kl_divergence = 0.5 * (free.points[0].kl + free.points[1].kl);
        const GreedyRemovalResult found = remove_greedily(demo().model, demo().text, params);
        QCOMPARE(found.points[0].removed, free.points[0].removed);
        QVERIFY(found.points.back().units < 4);
        for (const RemovalPoint& point : found.points)
            QVERIFY(point.kl <= params.budget.kl_divergence);

        params.budget = {};
        params.budget.kl_divergence = 1e-9;
        QVERIFY(contains(error_of([&] { remove_greedily(demo().model, demo().text, params); }),
                         "nothing can go within the budget"));
    }

    void kv_heads_go_with_their_heads() {
        GreedyRemovalParams params = small_search();
        params.unit = RemovalUnit::kv_heads;
        params.rounds = 1;
        const HeadCounts counts = demo().checkpoint.config().heads_of(4);
        params.share = 0.9 / static_cast<double>(counts.kv_heads);
        const GreedyRemovalResult found = remove_greedily(demo().model, demo().text, params);
        for (const auto& [layer, heads] : found.points.back().removed) {
            QCOMPARE(std::ssize(heads), counts.heads_per_kv_head());
            QCOMPARE(heads.front() % counts.heads_per_kv_head(), 0);
        }
    }

    void nonsense_is_refused() {
        const auto error = [&](auto change) {
            GreedyRemovalParams params = small_search();
            change(params);
            return error_of([&] { remove_greedily(demo().model, demo().text, params); });
        };
        QVERIFY(contains(error([](auto& p) { p.share = 0.0; }), "share"));
        QVERIFY(contains(error([](auto& p) { p.share = 1.0; }), "share"));
        QVERIFY(contains(error([](auto& p) { p.rounds = 0; }), "--rounds"));
        QVERIFY(contains(error([](auto& p) { p.probe_windows = 3; }), "--probe_windows"));
        QVERIFY(contains(error([](auto& p) { p.layers = {6}; }), "layer 6"));
    }

    void one_command_does_it_all() {
        const QTemporaryDir folder;
        CompressParams params;
        params.work = demo_work(2);
        params.work.rule.refit.refit = Refit::output;
        params.work.calibration.windows = 3;
        params.search = small_search();
        params.search.refit.refit = Refit::output_and_mlp;
        params.output_dir = path_of(folder) / "small";
        const CompressResult result = compress(params);
        QCOMPARE(result.run.summary.removed_heads, 4);
        QVERIFY(result.model.has_value());
        const nlohmann::json file = read_json_file(params.output_dir / kCompressFileName);
        QCOMPARE(file.at("points").size(), std::size_t{2});
        QCOMPARE(file.at("plan").at("refit").get<std::string>(), std::string("output+mlp"));
        QCOMPARE(read_plan(params.output_dir / kPlanFileName).removed, result.plan.removed);
        const Result run = read_result(result.run_file);
        QCOMPARE(run.merged.perplexity.value, result.run.merged.perplexity.value);
        QCOMPARE(run.summary.removed_heads, 4);
        QVERIFY(run.merged_metrics.size() > 2);
        // The exported model scores as the variant did.
        const Checkpoint checkpoint = Checkpoint::open(params.output_dir / "model");
        const Model model = Model::load(checkpoint, params.work.compute);
        const PreparedText text = prepare_text(checkpoint, params.work.text, {});
        const Metrics metrics = evaluate(model, {{{}}, text.windows, {}}).scores.metrics(0);
        QVERIFY(std::abs(metrics.nll / result.run.merged.nll - 1.0) < 2e-3);
        // A second start has nothing left to search.
        const RemovalFront front = read_removal_front(params.output_dir / kCompressFileName);
        QCOMPARE(front.points.size(), result.search.points.size());
        QCOMPARE(front.model_fingerprint, result.plan.model_fingerprint);
        QVERIFY(plan_of(front, front.points.back()).removed == result.plan.removed);
        QCOMPARE(front.points[0].change.perplexity_ratio.value,
                 result.search.points[0].change.perplexity_ratio.value);
        QVERIFY(contains(error_of([&] { read_removal_front(params.output_dir / kPlanFileName); }),
                         "plan.json"));

        const CompressResult again = compress(params);
        QCOMPARE(again.resumed_points, std::size_t{2});
        QCOMPARE(again.run.merged.nll, result.run.merged.nll);
    }
};

HEADSCOPE_TEST(TestGreedyRemoval)
#include "test_greedy_removal.moc"
