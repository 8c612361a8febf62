#include "core/search/find_thresholds.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

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
        measure_alone();
        std::vector<int> held(walk().levels().size(),
                              0);  // of the best plan that held; the original
        bool near_enough = false;
        while (!near_enough && static_cast<int>(findings_.checks.size()) < kMostChecks) {
            grow();
            if (walk().levels() == held) break;
            const SearchCheck& check = measure_on_all();
            if (check.held) {
                held = walk().levels();
                held_ = taken_.size();
                failures_ = 0;
                walk().forget_refusals();
                near_enough = damage_of(check.change) > kNearEnough * budget_;
            } else {
                back_off();
            }
        }
        finish(held);
        return std::move(findings_);
    }

  private:
    static constexpr int kMostChecks = 10;
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
    [[nodiscard]] double room() const { return budget_ / scale_ - damage_of(probed()); }

    void grow() {
        report_growth();
        while (const std::optional<Move> move = walk().best(room())) {
            try_move(*move);
            report_growth();
        }
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
        return damage_of(probed) * scale_ <= budget_;
    }

    [[nodiscard]] int checks() const { return static_cast<int>(findings_.checks.size()); }

    void tell(const SearchStep& step) {
        findings_.steps.push_back(step);
        if (observer_.step) observer_.step(step);
    }

    /// As many steps are ahead as there would be if damages added up.
    void report_growth() {
        if (!observer_.progress) return;
        GreedyWalk ahead = walk();
        double left = room();
        std::int64_t steps = 0;
        for (; const std::optional<Move> move = ahead.best(left); ++steps) {
            ahead.take(*move);
            left -= move->damage;
        }
        const auto done = static_cast<std::int64_t>(findings_.steps.size());
        observer_.progress({"adding", done, done + steps, "steps"});
    }

    const SearchCheck& measure_on_all() {
        const NamedVariant plan = variant_at(walk().levels());
        scorer_.score({{kOriginalName, {}}, plan}, all_, "all windows", observer_.progress);
        SearchCheck check{thresholds_at(walk().levels()), walk().gain(), probed(),
                          book_.change(kOriginalName, plan.name, all_), false};
        check.held = damage_of(check.change) <= budget_;
        learn_scale(damage_of(check.probed), damage_of(check.change));
        findings_.checks.push_back(std::move(check));
        if (observer_.check) observer_.check(findings_.checks.back());
        return findings_.checks.back();
    }

    /// What a damage on the probe windows has to be multiplied with, as far as that can be said.
    void learn_scale(double on_probes, double on_all) {
        constexpr double kMost = 4.0;
        if (on_probes > 0.0 && on_all > 0.0)
            scale_ = std::clamp(on_all / on_probes, 1.0 / kMost, kMost);
    }

    /// Takes steps back until the rest is expected to hold: at least one, and twice as many each
    /// time that this was not enough; at most down to the plan that held.
    void back_off() {
        const std::size_t at_least = std::size_t{1} << std::min(failures_++, 20);
        Move last;
        for (std::size_t count = 0; taken_.size() > held_; ++count) {
            if (count >= at_least && damage_of(probed()) * scale_ <= budget_) break;
            last = taken_.back().move;
            walk().take({last.layer, taken_.back().level_before});
            taken_.pop_back();
            tell({StepOutcome::taken_back, findings_.layers[last.layer].of.layer,
                  candidate(last.layer, last.level).threshold, walk().gain(), probed(), checks()});
        }
        walk().refuse(last);  // the others may come again where this one is left out
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
    int failures_ = 0;    ///< checks that did not hold since the last that did
    ProgressFn pass_on_notes_;
    Findings findings_;
    std::optional<GreedyWalk> walk_;
    std::vector<Taken> taken_;
    std::size_t held_ = 0;  ///< steps of the best plan that held on all windows
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
