#include "core/search/find_thresholds.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/search/greedy_walk.h"
#include "core/search/variant_scorer.h"

namespace headscope {
namespace {

class ThresholdSearch {
  public:
    ThresholdSearch(const SearchInput& input, const FindParams& params, ScoreBook& book,
                    const ScoreJournal* journal, const SearchObserver& observer,
                    const std::stop_token& stop)
        : input_(input),
          params_(params),
          book_(book),
          observer_(observer),
          scorer_(input.model, input.windows, book, journal, stop),
          all_(input.windows->shuffled_order()),
          probes_(probe_windows(*input.windows, params.probe_windows)),
          budget_(std::log1p(params.max_ppl_increase)),
          pass_on_notes_([this](const Progress& at) {
              if (!at.note.empty() && observer_.progress) observer_.progress(at);
          }) {}

    Findings run() {
        const std::string warning = few_probes_text(static_cast<std::int64_t>(probes_.size()),
                                                    static_cast<std::int64_t>(all_.size()));
        if (!warning.empty() && observer_.progress)
            observer_.progress({"layers alone", 0, 0, "layer passes", warning});
        measure_alone();
        std::vector<int> held(walk().levels().size(),
                              0);  // of the best plan that held; the original
        bool near_enough = false;
        while (!near_enough && checks() < kMostChecks) {
            if (undone_.empty()) grow();
            if (walk().levels() == held) break;
            const SearchCheck& check = measure_on_all();
            if (!check.held) {
                back_off();
                continue;
            }
            held = walk().levels();
            held_ = taken_.size();
            near_enough = damage_of(check.change) > kNearEnough * budget_;
            if (undone_.empty()) walk().forget_refusals();
            if (undone_.size() == 1) refuse_undone();
            redo(undone_.size() / 2);
        }
        finish(held);
        return std::move(findings_);
    }

  private:
    static constexpr int kMostChecks = 16;
    static constexpr double kNearEnough = 0.95;

    struct Taken {
        Move move;
        int level_before = 0;
        Change change;  ///< of the plan with it, on the probe windows
    };

    GreedyWalk& walk() { return *walk_; }

    [[nodiscard]] const Candidate& candidate(std::size_t layer, int level) const {
        return findings_.layers[layer].of.candidates[static_cast<std::size_t>(level) - 1];
    }

    void measure_alone() {
        std::vector<LayerCandidates> layers;
        for (const RankedPairs& pairs : input_.pairs) {
            layers.push_back(make_candidates(pairs, input_.model.config(), params_.rule,
                                             params_.gain, params_.candidates,
                                             find_layer(input_.calibration, pairs.layer())));
        }
        findings_.layers =
            measure_layers(std::move(layers), budget_, probes_, scorer_, book_, observer_.progress);
        std::vector<std::vector<Level>> levels;
        for (const MeasuredLayer& layer : findings_.layers) {
            auto& of_layer = levels.emplace_back();
            for (std::size_t i = 0; i < layer.changes.size(); ++i)
                of_layer.push_back({layer.of.candidates[i].gain, damage_of(layer.changes[i]),
                                    damage_at_worst(layer.changes[i])});
        }
        walk_.emplace(std::move(levels));
    }

    [[nodiscard]] LayerThresholds thresholds_at(const std::vector<int>& levels) const {
        LayerThresholds thresholds;
        for (std::size_t layer = 0; layer < levels.size(); ++layer) {
            if (levels[layer] > 0) {
                thresholds.emplace(findings_.layers[layer].of.layer,
                                   candidate(layer, levels[layer]).threshold);
            }
        }
        return thresholds;
    }

    [[nodiscard]] NamedVariant variant_at(const std::vector<int>& levels) const {
        if (std::all_of(levels.begin(), levels.end(), [](int level) { return level == 0; }))
            return {kOriginalName, {}};
        NamedVariant named{layer_thresholds_text(thresholds_at(levels)), {}};
        for (std::size_t layer = 0; layer < levels.size(); ++layer) {
            if (levels[layer] > 0) {
                named.variant.emplace(findings_.layers[layer].of.layer,
                                      candidate(layer, levels[layer]).plan.merge);
            }
        }
        return named;
    }

    /// What the plan so far costs on the probe windows.
    [[nodiscard]] Change probed() const {
        return taken_.empty() ? book_.change(kOriginalName, kOriginalName, probes_)
                              : taken_.back().change;
    }

    /// What may still be added on the probe windows.
    [[nodiscard]] double room() const { return (budget_ - bias_) / scale_ - damage_of(probed()); }

    /// What a damage on the probe windows is expected to be on all.
    [[nodiscard]] double expected(double on_probes) const { return on_probes * scale_ + bias_; }

    void grow() {
        report_growth();
        while (const std::optional<Move> move = walk().best(room())) {
            try_move(*move);
            report_growth();
        }
    }

    /// How many steps fit is only known once they were tried: there is no total.
    void report_growth() {
        if (observer_.progress)
            observer_.progress(
                {"adding", static_cast<std::int64_t>(findings_.steps.size()), 0, "steps"});
    }

    void try_move(const Move& move) {
        GreedyWalk with = walk();
        with.take(move);
        const NamedVariant plan = variant_at(with.levels());
        scorer_.score({plan}, probes_, "adding", pass_on_notes_);
        const Change change = book_.change(kOriginalName, plan.name, probes_);
        const bool fits = fits_budget(plan.name, change);
        if (fits) {
            taken_.push_back({move, walk().levels()[move.layer], change});
            walk().take(move);
        } else {
            walk().refuse(move);
        }
        tell({fits ? StepOutcome::taken : StepOutcome::refused,
              findings_.layers[move.layer].of.layer, candidate(move.layer, move.level).threshold,
              with.gain(), change, checks()});
    }

    /// As far as is known: of a plan that was checked before, on all windows.
    [[nodiscard]] bool fits_budget(const std::string& plan, const Change& probed) const {
        if (book_.knows(plan, all_))
            return damage_of(book_.change(kOriginalName, plan, all_)) <= budget_;
        return expected(damage_of(probed)) <= budget_;
    }

    [[nodiscard]] int checks() const { return static_cast<int>(findings_.checks.size()); }

    void tell(const SearchStep& step) {
        findings_.steps.push_back(step);
        if (observer_.step) observer_.step(step);
    }

    const SearchCheck& measure_on_all() {
        const NamedVariant plan = variant_at(walk().levels());
        scorer_.score({{kOriginalName, {}}, plan}, all_, "all windows", observer_.progress);
        SearchCheck check{thresholds_at(walk().levels()), walk().gain(), probed(),
                          book_.change(kOriginalName, plan.name, all_), false};
        check.held = damage_of(check.change) <= budget_;
        learn_error(damage_of(check.probed), damage_of(check.change));
        findings_.checks.push_back(std::move(check));
        if (observer_.check) observer_.check(findings_.checks.back());
        return findings_.checks.back();
    }

    /// How wrong the probe windows are: a factor where both damages are rises of one size, else a
    /// difference, as a ratio of damages near or below zero means nothing.
    void learn_error(double on_probes, double on_all) {
        constexpr double kMost = 4.0;
        const bool ratio = on_probes > 0.0 && on_all > 0.0 && on_all <= kMost * on_probes &&
                           on_probes <= kMost * on_all;
        scale_ = ratio ? on_all / on_probes : 1.0;
        bias_ = ratio ? 0.0 : on_all - on_probes;
    }

    /// Bisects between the plan that held and this one, which did not: takes back the later half of
    /// the steps between them. Where that is a single one, it is the one to leave out.
    void back_off() {
        undone_.clear();
        const std::size_t between = taken_.size() - held_;
        for (std::size_t i = 0; i < between - between / 2; ++i) {
            const Taken last = taken_.back();
            walk().take({last.move.layer, last.level_before});
            taken_.pop_back();
            undone_.push_back(last);
            tell({StepOutcome::taken_back, findings_.layers[last.move.layer].of.layer,
                  candidate(last.move.layer, last.move.level).threshold, walk().gain(), probed(),
                  checks()});
        }
        if (between == 1) refuse_undone();
    }

    /// Takes the first `count` of the steps that were taken back, which are the last of the list.
    void redo(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const Taken next = undone_.back();
            undone_.pop_back();
            walk().take(next.move);
            taken_.push_back(next);
            tell({StepOutcome::taken, findings_.layers[next.move.layer].of.layer,
                  candidate(next.move.layer, next.move.level).threshold, walk().gain(), next.change,
                  checks()});
        }
    }

    /// The first step that was taken back broke the budget; those after it may come again.
    void refuse_undone() {
        walk().refuse(undone_.back().move);
        undone_.clear();
    }

    void finish(const std::vector<int>& levels) {
        findings_.thresholds = thresholds_at(levels);
        const NamedVariant plan = variant_at(levels);
        scorer_.score({{kOriginalName, {}}, plan}, all_, "all windows", observer_.progress);
        findings_.scores = book_.pair(kOriginalName, plan.name, all_);
        findings_.layer_passes = scorer_.layer_passes();
        findings_.separate_layer_passes = scorer_.separate_layer_passes();
    }

    const SearchInput& input_;
    const FindParams& params_;
    ScoreBook& book_;
    const SearchObserver& observer_;
    VariantScorer scorer_;
    std::vector<std::int64_t> all_;
    std::vector<std::int64_t> probes_;
    double budget_;       ///< rise of the loss on all windows, nats a prediction
    double scale_ = 1.0;  ///< damage on all windows / damage on the probe windows
    double bias_ = 0.0;   ///< what is added to that
    ProgressFn pass_on_notes_;
    Findings findings_;
    std::optional<GreedyWalk> walk_;
    std::vector<Taken> taken_;
    std::vector<Taken> undone_;  ///< steps between taken_ and a plan that did not hold, last first
    std::size_t held_ = 0;       ///< steps of the best plan that held on all windows
};

}  // namespace

std::string_view name_of(StepOutcome outcome) {
    switch (outcome) {
        case StepOutcome::taken:
            return "taken";
        case StepOutcome::refused:
            return "refused";
        case StepOutcome::taken_back:
            return "taken back";
    }
    return "";
}

std::string few_probes_text(std::int64_t probes, std::int64_t windows) {
    constexpr std::int64_t kFew = 8;
    if (probes >= std::min(kFew, windows)) return {};
    return fmt::format(
        "{} of {} sequences as probes say little of small changes: the search may miss plans that "
        "hold; use {} or more",
        probes, windows, std::min(kFew, windows));
}

std::vector<std::int64_t> probe_windows(const Windows& windows, std::int64_t count) {
    std::vector<std::int64_t> order = windows.shuffled_order();
    if (count < static_cast<std::int64_t>(order.size()))
        order.resize(static_cast<std::size_t>(count));
    return order;
}

Findings find_thresholds(const SearchInput& input, const FindParams& params, ScoreBook& book,
                         const ScoreJournal* journal, const SearchObserver& observer,
                         const std::stop_token& stop) {
    if (!(params.max_ppl_increase > 0.0) || !std::isfinite(params.max_ppl_increase))
        fail(ErrorCode::bad_input, "the budget must be more than 0%");
    if (params.candidates < 1) fail(ErrorCode::bad_input, "--candidates: give 1 or more");
    if (params.probe_windows < 1) fail(ErrorCode::bad_input, "--probe_windows: give 1 or more");
    return ThresholdSearch(input, params, book, journal, observer, stop).run();
}

}  // namespace headscope
