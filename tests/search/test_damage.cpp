#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <set>

#include "core/evaluation/evaluator.h"
#include "core/measures/merge_calibration.h"
#include "core/search/damage.h"
#include "core/search/rank_correlation.h"
#include "tests/search/search_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

DamageParams small_damage() {
    DamageParams params;
    params.work = demo_work(8);
    params.work.layers = {2, 3};
    params.pairs = 4;
    params.probe_windows = 3;
    return params;
}

}  // namespace

class TestDamage : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_closest_pairs_are_measured_alone() {
        const DamageParams params = small_damage();
        const DamageResult result = measure_damage(params);
        QCOMPARE(result.pairs.size(), std::size_t{8});
        QCOMPARE(result.probe_windows, 3);
        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        const auto matrices = compute_similarity(checkpoint, {Measure::q, {2, 3}}, {}, {});
        const PreparedText text = prepare_text(checkpoint, params.work.text, cache_dir());
        const Model model = Model::load(checkpoint, params.work.compute);
        const std::vector<std::int64_t> order = text.windows->shuffled_order();
        for (const PairDamage& pair : result.pairs) {
            const SimilarityMatrix& matrix = matrices[pair.layer == 2 ? 0 : 1];
            const double similarity = matrix.at(pair.heads.first, pair.heads.second);
            QCOMPARE(pair.similarities, std::vector<double>{similarity});
            // One of the four closest.
            QVERIFY(find_pairs(matrix, similarity).size() <= 4);
            const LayerPlan plan =
                make_layer_plan(pair.layer, {{pair.heads.first, pair.heads.second, similarity}},
                                checkpoint.config(), {});
            const EvaluationParams alone{{{}, {{pair.layer, plan.merge}}},
                                         text.windows,
                                         {},
                                         {order.begin(), order.begin() + 3}};
            const Change change = evaluate(model, alone).scores.change(0, 1);
            QCOMPARE(pair.change.perplexity_ratio.value, change.perplexity_ratio.value);
            QCOMPARE(pair.change.perplexity_ratio.low, change.perplexity_ratio.low);
            QVERIFY(std::abs(std::exp(pair.loss().value) / change.perplexity_ratio.value - 1.0) <
                    1e-12);
        }
    }

    void damage_of_an_identical_pair_is_zero() {
        const QTemporaryDir folder;
        DamageParams params = small_damage();
        params.work.model_path = path_of(folder) / "twins";
        copy_demo_with_twins(params.work.model_path);
        params.work.layers = {3};
        params.pairs = 1;
        for (const KvPolicy policy : {KvPolicy::average, KvPolicy::keep}) {
            params.work.rule.kv_policy = policy;
            const DamageResult result = measure_damage(params);
            QCOMPARE(result.pairs.size(), std::size_t{1});
            QCOMPARE(result.pairs[0].heads, (Heads{0, 2}));
            QCOMPARE(result.pairs[0].similarities[0], 1.0);
            QCOMPARE(result.pairs[0].change.perplexity_ratio.value, 1.0);
            QCOMPARE(result.pairs[0].loss().value, 0.0);
            QCOMPARE(result.pairs[0].loss().high, 0.0);
        }
    }

    void the_kv_policy_decides() {
        DamageParams params = small_damage();
        params.work.layers = {2};
        const DamageResult average = measure_damage(params);
        params.work.rule.kv_policy = KvPolicy::keep;
        const DamageResult keep = measure_damage(params);
        params.work.rule.kv_policy = KvPolicy::within;
        params.choose = ChoosePairs::all;
        const DamageResult within = measure_damage(params);
        QCOMPARE(average.pairs[0].heads, keep.pairs[0].heads);
        QVERIFY(average.pairs[0].loss().value != keep.pairs[0].loss().value);
        QCOMPARE(within.pairs.size(), std::size_t{8});  // one in each KV group
        for (const PairDamage& pair : within.pairs)
            QCOMPARE(pair.heads.first / 2, pair.heads.second / 2);
    }

    void a_calibration_text_decides_under_activations_and_usage_data() {
        QTest::addColumn<int>("align");
        QTest::addColumn<int>("weights");
        QTest::newRow("activations")
            << static_cast<int>(Alignment::activations) << static_cast<int>(MeanWeights::plain);
        QTest::newRow("usage") << static_cast<int>(Alignment::none)
                               << static_cast<int>(MeanWeights::usage);
    }

    /// As `evaluate` does with the same pair, the same text and the same rule.
    void a_calibration_text_decides_under_activations_and_usage() {
        QFETCH(int, align);
        QFETCH(int, weights);
        DamageParams params = small_damage();
        params.work.layers = {3};
        params.pairs = 2;
        const DamageResult plain = measure_damage(params);
        params.work.rule.align = static_cast<Alignment>(align);
        params.work.rule.weights = static_cast<MeanWeights>(weights);
        params.work.calibration.windows = 2;
        const DamageResult result = measure_damage(params);
        QCOMPARE(result.manifest.settings.calibration->windows, 2);
        QCOMPARE(result.pairs.size(), std::size_t{2});

        const Checkpoint checkpoint = Checkpoint::open(demo_model());
        const PreparedText text = prepare_text(checkpoint, params.work.text, cache_dir());
        const Model model = Model::load(checkpoint, params.work.compute);
        const CalibrationText calibration =
            prepare_calibration(checkpoint, params.work.calibration, {}, cache_dir());
        const auto figures =
            calibrate_merge(params.work.rule, {3}, calibration.windows, [&] { return model; });
        const std::vector<std::int64_t> order = text.windows->shuffled_order();
        for (std::size_t i = 0; i < result.pairs.size(); ++i) {
            const PairDamage& pair = result.pairs[i];
            const LayerPlan plan = make_layer_plan(
                3, {{pair.heads.first, pair.heads.second, pair.similarities.front()}},
                checkpoint.config(), params.work.rule, &figures.front());
            const EvaluationParams alone{
                {{}, {{3, plan.merge}}}, text.windows, {}, {order.begin(), order.begin() + 3}};
            QCOMPARE(pair.change.perplexity_ratio.value,
                     evaluate(model, alone).scores.change(0, 1).perplexity_ratio.value);
            QVERIFY(pair.loss().value != plain.pairs[i].loss().value);
        }
        // Figures that are there already are not measured again.
        params.work.merge_calibration = figures;
        std::set<std::string> stages;
        const DamageResult same =
            measure_damage(params, [&](const Progress& at) { stages.insert(at.stage); });
        QVERIFY(!stages.contains("calibrating"));
        QCOMPARE(same.pairs[0].loss().value, result.pairs[0].loss().value);
        QVERIFY(same.manifest.settings == result.manifest.settings);
    }

    void measures_of_behaviour_are_compared_beside_those_of_weights() {
        DamageParams params = small_damage();
        params.pairs = 1;
        params.compare = {Measure::cka};
        params.work.calibration.windows = 1;
        const DamageResult result = measure_damage(params);
        QCOMPARE(result.measures, (std::vector<Measure>{Measure::q, Measure::cka}));
        for (const PairDamage& pair : result.pairs)
            QVERIFY(pair.similarities[1] >= 0.0 && pair.similarities[1] <= 1.0);
        QCOMPARE(result.manifest.settings.calibration->windows, 1);
    }

    void the_calibration_text_is_not_what_pairs_are_judged_on() {
        DamageParams params = small_damage();
        params.work.rule.weights = MeanWeights::usage;
        params.work.calibration.file = wikitext2_test_file();
        QVERIFY(contains(error_of([&] { measure_damage(params); }), "wiki.test.raw"));
    }

    void correlations_are_those_of_the_pairs() {
        DamageParams params = small_damage();
        params.choose = ChoosePairs::random;
        params.pairs = 10;
        params.compare = {Measure::q};  // named twice, compared once
        const DamageResult result = measure_damage(params);
        QCOMPARE(result.measures, std::vector<Measure>{Measure::q});
        std::vector<double> similarity;
        std::vector<double> damage;
        for (const PairDamage& pair : result.pairs) {
            similarity.push_back(pair.similarities[0]);
            damage.push_back(pair.loss().value);
        }
        QCOMPARE(damage.size(), std::size_t{20});
        QCOMPARE(*result.rankings[0].pooled, *rank_correlation(similarity, damage));
        QCOMPARE(result.rankings[0].layers.size(), std::size_t{2});
        // The demo's twins do less harm than any two heads.
        QVERIFY(*result.rankings[0].pooled < -0.3);
    }

    void an_interrupted_report_goes_on_and_ends_alike() {
        const QTemporaryDir folder;
        DamageParams params = small_damage();
        params.choose = ChoosePairs::random;
        params.pairs = 20;
        params.output = path_of(folder) / "reports" / "damage.json";
        std::stop_source source;
        const ProgressFn stop_midway = [&](const Progress& at) {
            if (at.stage == "pairs alone" && at.done * 2 > at.total) source.request_stop();
        };
        QCOMPARE(error_of([&] { measure_damage(params, stop_midway, source.get_token()); }),
                 std::string("cancelled"));
        QCOMPARE(files_in(params.output.parent_path()), std::size_t{1});  // the journal
        const DamageResult result = measure_damage(params);
        QVERIFY(result.resumed_scores > 0);
        QCOMPARE(files_in(params.output.parent_path()), std::size_t{1});
        const nlohmann::json resumed = timeless(params.output);
        QCOMPARE(resumed.at("pairs").size(), std::size_t{40});
        QVERIFY(contains(error_of([&] { measure_damage(params); }), "--force"));
        params.force = true;
        QCOMPARE(measure_damage(params).resumed_scores, 0);
        QVERIFY(timeless(params.output) == resumed);
    }

    void nonsense_is_refused() {
        const auto error = [&](auto change) {
            DamageParams params = small_damage();
            change(params);
            return error_of([&] { measure_damage(params); });
        };
        QVERIFY(contains(error([](auto& p) { p.choose_by.clear(); }), "--measure"));
        QVERIFY(contains(error([](auto& p) { p.pairs = 0; }), "--pairs"));
        QVERIFY(contains(error([](auto& p) { p.probe_windows = 0; }), "--probe_windows"));
        QVERIFY(contains(error([](auto& p) { p.work.layers = {9}; }), "layer 9"));
    }
};

HEADSCOPE_TEST(TestDamage)
#include "test_damage.moc"
