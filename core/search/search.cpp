#include "core/search/search.h"

#include <chrono>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/process_rank.h"
#include "core/evaluation/evaluator.h"
#include "core/search/search_file.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

FindParams find_params(const SearchParams& params) {
    return {params.max_ppl_increase, params.gain, params.candidates, params.probe_windows,
            params.work.rule};
}

/// The finished file of an earlier start, if it answers the same question.
std::optional<SearchResult> find_finished(const SearchParams& params, const RunSettings& settings) {
    const fs::path file = params.output_dir / kSearchFileName;
    std::error_code error;
    if (params.force || !fs::exists(file, error)) return std::nullopt;
    SearchResult finished{file, read_result(file), std::nullopt};
    const std::string difference =
        describe_search_difference(file, finished.result, settings, find_params(params));
    if (difference.empty()) return finished;
    fail(ErrorCode::bad_input,
         "{}: this search was made with other settings ({}); choose another --output_dir, or "
         "--force to replace it",
         file.string(), difference);
}

/// What the first of several processes found, or its error; the others take part in either.
std::optional<SearchResult> agree_on_finished(const SearchParams& params,
                                              const RunSettings& settings) {
    std::optional<SearchResult> finished;
    if (process_rank().first()) {
        make_output_folder(params.output_dir);
        finished = find_finished(params, settings);
    }
    const bool done = broadcast(finished ? "finished" : "open") == "finished";
    return done && !finished ? SearchResult{} : std::move(finished);
}

Result make_result(const Findings& findings, std::vector<SimilarityMatrix> matrices,
                   const ModelConfig& config, const MergeRule& rule,
                   const std::vector<LayerCalibration>& calibration) {
    Result result;
    result.plan = make_merge_plan(matrices, config, rule, findings.thresholds, calibration);
    result.threshold = result.plan.rule.threshold;
    result.summary = summarize(result.plan, config);
    result.similarity = std::move(matrices);
    result.original = findings.scores.metrics(0);
    result.merged = findings.scores.metrics(1);
    result.change = findings.scores.change(0, 1);
    return result;
}

/// Whatever ends the search, its scores are in the journal.
Findings find_and_keep(const SearchInput& input, const SearchParams& params, ScoreBook& book,
                       const ScoreJournal& journal, const SearchObserver& observer,
                       const std::stop_token& stop) {
    try {
        Findings findings =
            find_thresholds(input, find_params(params), book, &journal, observer, stop);
        journal.save_if_possible(book);  // should the file not be written
        return findings;
    } catch (...) {
        journal.save_if_possible(book);
        throw;
    }
}

}  // namespace

SearchResult run_search(const SearchParams& params, const SearchObserver& observer,
                        const std::stop_token& stop) {
    const auto start = Clock::now();
    const std::string started = utc_now();
    join_processes();
    Preparation preparation(params.work, {params.measure}, stop);
    SearchParams placed = params;
    if (placed.by_settings)
        placed.output_dir /= search_id(preparation.settings(), find_params(placed));
    if (std::optional<SearchResult> finished = agree_on_finished(placed, preparation.settings())) {
        leave_processes();
        return std::move(*finished);
    }
    const Windows& windows = *preparation.text().windows;
    ScoreBook book(windows.count(), windows.predictions_per_window());
    const ScoreJournal journal(placed.output_dir, "search", to_json(preparation.settings()));
    SearchResult result;
    if (!placed.force) result.resumed_scores = journal.load(book);
    journal.save(book);  // tells now, not at the end, whether the folder can be written to
    auto matrices = preparation.similarity(placed.measure, observer.progress, stop);
    const std::vector<RankedPairs> pairs = preparation.allowed_pairs(matrices);
    const SearchInput input{preparation.model(observer.progress, stop), preparation.text().windows,
                            pairs, preparation.merge_calibration(observer.progress, stop)};
    result.findings = find_and_keep(input, placed, book, journal, observer, stop);
    leave_processes();
    result.result =
        make_result(*result.findings, std::move(matrices), preparation.checkpoint().config(),
                    placed.work.rule, input.calibration);
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    result.result.manifest = preparation.manifest(started, result.seconds, 2);
    result.file = placed.output_dir / kSearchFileName;
    if (!process_rank().first()) return result;
    write_search(result.file, result.result, *result.findings, find_params(placed));
    journal.remove();
    return result;
}

}  // namespace headscope
