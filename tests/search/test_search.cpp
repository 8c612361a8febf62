#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/evaluation/evaluator.h"
#include "core/search/search.h"
#include "core/search/search_file.h"
#include "core/search/search_path.h"
#include "tests/merging/matrices.h"
#include "tests/search/search_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;
namespace fs = std::filesystem;

namespace {

SearchParams small_search(const QTemporaryDir& folder, double budget = 0.005) {
    SearchParams params;
    params.work = demo_work(10);
    params.work.layers = {2, 4, 5};
    params.max_ppl_increase = budget;
    params.gain = Gain::removable;
    params.candidates = 8;
    params.probe_windows = 3;
    params.output_dir = path_of(folder) / "results" / "search";
    return params;
}

/// The plan's perplexity, measured anew and without the search.
Change measured(const SearchParams& params, const LayerThresholds& thresholds) {
    const Checkpoint checkpoint = Checkpoint::open(params.work.model_path);
    const auto matrices =
        compute_similarity(checkpoint, {params.measure, params.work.layers}, {}, {});
    const MergePlan plan =
        make_merge_plan(matrices, checkpoint.config(), params.work.rule, thresholds);
    const PreparedText text = prepare_text(checkpoint, params.work.text, params.work.cache_dir);
    const Model model = Model::load(checkpoint, params.work.compute);
    return evaluate(model, {{{}, variant_of(plan)}, text.windows, {}}).scores.change(0, 1);
}

/// Stops after so many steps.
struct StopAfter {
    int steps;
    std::stop_source source{};
    SearchObserver observer{{},
                            [this](const SearchStep&) {
                                if (--steps == 0) source.request_stop();
                            },
                            {}};
};

}  // namespace

class TestSearch : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_budget_holds_on_all_windows_data() {
        QTest::addColumn<double>("budget");
        QTest::newRow("0.01%") << 0.0001;
        QTest::newRow("0.5%") << 0.005;
        QTest::newRow("8%") << 0.08;
    }

    void the_budget_holds_on_all_windows() {
        QFETCH(double, budget);
        const QTemporaryDir folder;
        const SearchParams params = small_search(folder, budget);
        const SearchResult search = run_search(params);
        const LayerThresholds& thresholds = *search.result.plan.layer_thresholds;
        QVERIFY(!thresholds.empty());
        QVERIFY(search.result.summary.merged_heads > 0);
        const Change change = measured(params, thresholds);
        QVERIFY(change.perplexity_ratio.value <= 1.0 + budget);
        QCOMPARE(search.result.change->perplexity_ratio.value, change.perplexity_ratio.value);
        QCOMPARE(search.findings->thresholds, thresholds);
        const SearchCheck& best =
            *std::find_if(search.findings->checks.rbegin(), search.findings->checks.rend(),
                          [](const SearchCheck& check) { return check.held; });
        QCOMPARE(best.thresholds, thresholds);
        QCOMPARE(best.gain, search.result.summary.removable_heads);
        // The journal is gone.
        QCOMPARE(files_in(params.output_dir), std::size_t{1});
    }

    void more_budget_merges_more() {
        std::int64_t before = 0;
        for (const double budget : {0.0001, 0.08}) {
            const QTemporaryDir folder;
            const SearchResult search = run_search(small_search(folder, budget));
            QVERIFY(search.result.summary.removable_heads > before);
            before = search.result.summary.removable_heads;
        }
    }

    /// One probe window says little: plans break the budget on all windows and are taken back.
    void what_breaks_the_budget_is_taken_back() {
        int broken = 0;
        for (const double budget : {0.001, 0.08}) {
            const QTemporaryDir folder;
            SearchParams params = small_search(folder, budget);
            params.probe_windows = 1;
            const SearchResult search = run_search(params);
            QVERIFY(search.result.change->perplexity_ratio.value <= 1.0 + budget);
            bool taken_back = false;
            for (const SearchStep& step : search.findings->steps)
                taken_back = taken_back || step.outcome == StepOutcome::taken_back;
            for (const SearchCheck& check : search.findings->checks) {
                QCOMPARE(check.held, check.change.perplexity_ratio.value <= 1.0 + budget);
                broken += check.held ? 0 : 1;
                QVERIFY(check.held || taken_back);
            }
        }
        QVERIFY(broken > 0);
    }

    /// Between the plan that held and the one that failed the search bisects, so that probes that
    /// see a gain where there is damage cost checks, not the plan.
    void one_probe_window_finds_a_plan_too() {
        for (const double budget : {0.002}) {
            const auto gain_with = [&](std::int64_t probes) {
                const QTemporaryDir folder;
                SearchParams params = small_search(folder, budget);
                params.probe_windows = probes;
                const SearchResult search = run_search(params);
                return search.result.summary.removable_heads;
            };
            const std::int64_t sure = gain_with(100);
            QVERIFY(sure > 0);
            QVERIFY2(2 * gain_with(1) >= sure, std::to_string(budget).c_str());
        }
    }

    void few_probes_are_warned_of() {
        QVERIFY(contains(few_probes_text(1, 148), "1 of 148"));
        QVERIFY(few_probes_text(8, 148).empty());
        QVERIFY(few_probes_text(4, 4).empty());
    }

    /// With probes that are all windows there is nothing to be wrong about.
    void probing_all_windows_needs_one_check() {
        const QTemporaryDir folder;
        SearchParams params = small_search(folder);
        params.probe_windows = 100;
        const SearchResult search = run_search(params);
        QCOMPARE(search.findings->checks.size(), std::size_t{1});
        QVERIFY(search.findings->checks[0].held);
        QCOMPARE(search.findings->checks[0].probed.perplexity_ratio.value,
                 search.findings->checks[0].change.perplexity_ratio.value);
    }

    void steps_are_those_of_the_greedy_rule() {
        const QTemporaryDir folder;
        const SearchResult search = run_search(small_search(folder));
        std::int64_t gain = 0;
        const double most = std::log(1.005);
        for (const SearchStep& step : search.findings->steps) {
            if (step.outcome != StepOutcome::taken || step.checks > 0) continue;
            QVERIFY(step.gain > gain);
            gain = step.gain;
            QVERIFY(std::log(step.change.perplexity_ratio.value) <= most);
        }
        // The first step is the best candidate of all: of those that cost nothing the one that
        // gains most, if there are any, else the one that gains most for what it costs.
        const SearchStep& first = search.findings->steps.front();
        for (const MeasuredLayer& layer : search.findings->layers) {
            QCOMPARE(layer.changes.size(), layer.of.candidates.size());
            // What follows one that costs too much alone was not measured.
            for (std::size_t i = 0; i + 2 < layer.changes.size(); ++i)
                QVERIFY(layer.changes[i].perplexity_ratio.value <= 1.005);
            for (std::size_t i = 0; i < layer.changes.size(); ++i) {
                const auto of_candidate = static_cast<double>(layer.of.candidates[i].gain);
                const double damage = damage_at_worst(layer.changes[i]);
                const auto of_first = static_cast<double>(first.gain);
                const double first_damage = damage_at_worst(first.change);
                if (damage_of(layer.changes[i]) > most) continue;  // does not fit the budget
                if (first_damage <= 0.0) {
                    QVERIFY(damage > 0.0 || of_candidate <= of_first);
                } else {
                    QVERIFY(damage > 0.0);
                    QVERIFY(of_candidate * first_damage <= of_first * damage);
                }
            }
        }
    }

    void it_is_deterministic() {
        const QTemporaryDir one;
        const QTemporaryDir other;
        const SearchResult first = run_search(small_search(one));
        const SearchResult second = run_search(small_search(other));
        QVERIFY(timeless(first.file) == timeless(second.file));
    }

    void a_cancelled_search_goes_on_and_ends_alike_data() {
        QTest::addColumn<int>("steps");
        QTest::newRow("among the first steps") << 1;
        QTest::newRow("later") << 4;
    }

    void a_cancelled_search_goes_on_and_ends_alike() {
        QFETCH(int, steps);
        const QTemporaryDir folder;
        const SearchParams params = small_search(folder);
        StopAfter stop{steps};
        const std::string error =
            error_of([&] { run_search(params, stop.observer, stop.source.get_token()); });
        QCOMPARE(error, std::string("cancelled"));
        QVERIFY(!fs::exists(params.output_dir / kSearchFileName));
        QCOMPARE(files_in(params.output_dir), std::size_t{1});  // the journal
        const SearchResult search = run_search(params);
        QVERIFY(search.resumed_scores > 0);
        QCOMPARE(files_in(params.output_dir), std::size_t{1});
        const QTemporaryDir other;
        const SearchResult whole = run_search(small_search(other));
        QVERIFY(timeless(search.file) == timeless(whole.file));
        QVERIFY(search.findings->layer_passes < whole.findings->layer_passes);
    }

    void cancelled_before_it_begins() {
        const QTemporaryDir folder;
        std::stop_source source;
        source.request_stop();
        const std::string error =
            error_of([&] { run_search(small_search(folder), {}, source.get_token()); });
        QCOMPARE(error, std::string("cancelled"));
    }

    void a_journal_of_other_settings_is_left_alone() {
        const QTemporaryDir folder;
        SearchParams params = small_search(folder);
        StopAfter stop{1};
        error_of([&] { run_search(params, stop.observer, stop.source.get_token()); });
        params.work.rule.kv_policy = KvPolicy::keep;
        const SearchResult other = run_search(params);
        QCOMPARE(other.resumed_scores, 0);
        QCOMPARE(files_in(params.output_dir), std::size_t{2});  // its file and the first's journal
        // Another budget asks the same evaluations.
        params.work.rule.kv_policy = KvPolicy::average;
        params.max_ppl_increase = 0.01;
        const std::string error = error_of([&] { run_search(params); });
        QVERIFY2(contains(error, "kv_policy \"keep\", not \"average\""), error.c_str());
        QVERIFY(contains(error, "max_ppl_increase \"0.5%\", not \"1%\""));
        params.force = true;
        QVERIFY(run_search(params).findings.has_value());
    }

    void a_finished_search_is_the_answer() {
        const QTemporaryDir folder;
        SearchParams params = small_search(folder);
        const SearchResult first = run_search(params);
        const SearchResult second = run_search(params);
        QVERIFY(!second.findings);
        QCOMPARE(*second.result.plan.layer_thresholds, *first.result.plan.layer_thresholds);
        QCOMPARE(second.result.merged.nll, first.result.merged.nll);
        QCOMPARE(second.result.summary.merged_heads, first.result.summary.merged_heads);
        params.force = true;
        QVERIFY(run_search(params).findings.has_value());
    }

    /// Then no search is in the way of another, and each finds its own again.
    void searches_may_share_a_folder() {
        const QTemporaryDir folder;
        SearchParams one = small_search(folder);
        one.by_settings = true;
        SearchParams other = one;
        other.max_ppl_increase = 0.08;
        const fs::path of_one = run_search(one).file;
        const fs::path of_other = run_search(other).file;
        QVERIFY(of_one != of_other);
        QCOMPARE(of_one.parent_path().parent_path(), one.output_dir);
        const SearchResult again = run_search(one);
        QVERIFY(!again.findings);
        QCOMPARE(again.file, of_one);
    }

    void the_path_is_read_back() {
        const QTemporaryDir folder;
        SearchParams params = small_search(folder, 0.001);
        params.probe_windows = 1;  // so that steps are taken back between checks
        SearchPath told;
        SearchObserver observer;
        observer.step = [&](const SearchStep& step) { told.emplace_back(step); };
        observer.check = [&](const SearchCheck& check) { told.emplace_back(check); };
        const SearchResult search = run_search(params, observer);
        const SearchPath path = read_search_path(search.file);
        QVERIFY(path.size() > 2);
        QCOMPARE(path.size(), told.size());
        for (std::size_t i = 0; i < path.size(); ++i) {
            QCOMPARE(path[i].index(), told[i].index());
            if (const auto* step = std::get_if<SearchStep>(&path[i]))
                QCOMPARE(to_json(*step).dump(), to_json(std::get<SearchStep>(told[i])).dump());
            if (const auto* check = std::get_if<SearchCheck>(&path[i]))
                QCOMPARE(to_json(*check).dump(), to_json(std::get<SearchCheck>(told[i])).dump());
        }
        QCOMPARE(search_path(search.findings->steps, search.findings->checks).size(), told.size());
        const fs::path broken = path_of(folder) / "broken.json";
        std::ofstream(broken) << R"({"search":{"steps":[{"outcome":"lost"}],"checks":[]}})";
        QVERIFY(contains(error_of([&] { read_search_path(broken); }), "\"outcome\""));
    }

    void another_file_is_never_overwritten() {
        const QTemporaryDir folder;
        const SearchParams params = small_search(folder);
        fs::create_directories(params.output_dir);
        std::ofstream(params.output_dir / kSearchFileName) << "{}";
        QVERIFY(contains(error_of([&] { run_search(params); }), kSearchFileName));
        std::ifstream file(params.output_dir / kSearchFileName);
        QCOMPARE(std::string(std::istreambuf_iterator<char>(file), {}), std::string("{}"));
    }

    /// The plan that is found is judged with the figures of the text, like any other.
    void rules_that_need_a_calibration_text_are_searched() {
        const QTemporaryDir folder;
        SearchParams params = small_search(folder, 0.08);
        params.work.layers = {2, 4};
        params.work.rule.align = Alignment::activations;
        params.work.rule.weights = MeanWeights::usage;
        params.work.calibration.windows = 2;
        const SearchResult search = run_search(params);
        const MergePlan& plan = search.result.plan;
        QVERIFY(!plan.layer_thresholds->empty());
        QCOMPARE(search.result.manifest->settings.calibration->windows, 2);
        for (const LayerPlan& layer : plan.layers) {
            if (layer.merge.empty()) continue;
            QCOMPARE(layer.merge.usage.size(), std::size_t{16});
            QVERIFY(layer.merge.moments != nullptr || layer.merge.align == Alignment::none);
        }
        const Checkpoint checkpoint = Checkpoint::open(params.work.model_path);
        const PreparedText text = prepare_text(checkpoint, params.work.text, params.work.cache_dir);
        const Model model = Model::load(checkpoint, params.work.compute);
        const Change change =
            evaluate(model, {{{}, variant_of(plan)}, text.windows, {}}).scores.change(0, 1);
        QCOMPARE(search.result.change->perplexity_ratio.value, change.perplexity_ratio.value);
        QVERIFY(change.perplexity_ratio.value <= 1.08);
        // Another text is another search.
        params.work.calibration.windows = 1;
        const std::string error = error_of([&] { run_search(params); });
        QVERIFY2(contains(error, "calibration"), error.c_str());
    }

    /// Where no candidate fits, the original is the answer. All heads of a layer as one do not fit.
    void a_budget_for_nothing_leaves_the_original() {
        const WorkParams work = demo_work(4);
        const Checkpoint checkpoint = Checkpoint::open(work.model_path);
        const Model model = Model::load(checkpoint, work.compute);
        const PreparedText text = prepare_text(checkpoint, work.text, work.cache_dir);
        std::vector<std::tuple<int, int, double>> all;
        for (int i = 0; i < 16; ++i) {
            for (int j = i + 1; j < 16; ++j)
                all.emplace_back(i, j, 0.9);
        }
        const std::vector<RankedPairs> pairs = {RankedPairs(matrix_of(16, all, 2))};
        ScoreBook book(4, text.windows->predictions_per_window());
        const SearchInput input{model, text.windows, pairs};
        const Findings findings = find_thresholds(input, {}, book, nullptr);
        QCOMPARE(findings.layers.at(0).changes.size(), std::size_t{1});
        QVERIFY(findings.layers[0].changes[0].perplexity_ratio.value > 1.01);
        QVERIFY(findings.thresholds.empty());
        QVERIFY(findings.steps.empty() && findings.checks.empty());
        QCOMPARE(findings.scores.windows_done(), 4);
        QCOMPARE(findings.scores.change(0, 1).perplexity_ratio.value, 1.0);
    }

    void thresholds_are_taken_from_files_and_lists() {
        const QTemporaryDir folder;
        const SearchResult search = run_search(small_search(folder));
        const ChosenThresholds chosen = read_layer_thresholds(search.file.string());
        QCOMPARE(chosen.thresholds, search.findings->thresholds);
        QCOMPARE(chosen.settings->rule.kv_policy, KvPolicy::average);
        const ChosenThresholds list = read_layer_thresholds("3:0.98,7:0.91");
        QCOMPARE(list.thresholds, (LayerThresholds{{3, 0.98}, {7, 0.91}}));
        QVERIFY(!list.settings);
        // A results file has one threshold for all layers.
        Result plain = search.result;
        plain.plan.layer_thresholds.reset();
        plain.threshold = 0.97;
        const fs::path file = write_result(path_of(folder), plain);
        const LayerThresholds all = read_layer_thresholds(file.string()).thresholds;
        QCOMPARE(all.size(), std::size_t{3});
        QCOMPARE(all.at(5), 0.97);
        QVERIFY(contains(error_of([] { read_layer_thresholds("no/such.json"); }), "no/such.json"));
    }

    void nonsense_is_refused() {
        const QTemporaryDir folder;
        const auto error = [&](auto change) {
            SearchParams params = small_search(folder);
            change(params);
            return error_of([&] { run_search(params); });
        };
        QVERIFY(contains(error([](auto& p) { p.max_ppl_increase = 0.0; }), "budget"));
        QVERIFY(contains(error([](auto& p) { p.max_ppl_increase = std::nan(""); }), "budget"));
        QVERIFY(contains(error([](auto& p) { p.candidates = 0; }), "--candidates"));
        QVERIFY(contains(error([](auto& p) { p.probe_windows = 0; }), "--probe_windows"));
        QVERIFY(contains(error([](auto& p) { p.work.layers = {6}; }), "layer 6"));
        QVERIFY(contains(error([](auto& p) { p.output_dir = "/proc/self"; }), "/proc/self"));
    }
};

HEADSCOPE_TEST(TestSearch)
#include "test_search.moc"
