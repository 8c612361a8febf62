#include "core/search/greedy_removal.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/evaluation/evaluator.h"
#include "core/refit/refit.h"

namespace headscope {
namespace {

/// Variants that are evaluated together, the plan so far among them.
constexpr std::size_t kTogether = 16;

class GreedyRemoval {
  public:
    GreedyRemoval(const Model& model, std::shared_ptr<const Windows> windows,
                  const GreedyRemovalParams& params, const std::vector<RemovalPoint>& from,
                  const GreedyRemovalObserver& observer, const std::stop_token& stop)
        : model_(model),
          config_(model.config()),
          windows_(std::move(windows)),
          params_(params),
          observer_(observer),
          stop_(stop),
          layers_(choose_layers(config_, params.layers)) {
        check();
        split_text();
        for (const int layer : layers_)
            all_units_ += units_in(layer);
        wanted_ = std::llround(params_.share * static_cast<double>(all_units_));
        result_.points = from;
        if (!from.empty()) removed_ = from.back().removed;
    }

    GreedyRemovalResult run() {
        const auto start = std::chrono::steady_clock::now();
        bool affordable = true;
        while (units_gone() < wanted_ && affordable) {
            throw_if_stopped(stop_);
            const std::vector<UnitDamage> damage = measure_units();
            if (result_.points.empty()) result_.damage = damage;
            affordable = take_affordable(damage);
        }
        if (result_.points.empty() && dearest_) {
            fail(ErrorCode::bad_input,
                 "nothing can go within the budget: the least costly one changes perplexity by "
                 "{:+.3g}% on held-out calibration text, with a KL divergence of {:.3g} nats",
                 100.0 * (dearest_->change.perplexity_ratio.value - 1.0), dearest_->kl);
        }
        result_.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return std::move(result_);
    }

  private:
    struct Candidate {
        UnitDamage unit;
        LayerMerge merge;  ///< of its layer, with all that is removed there
    };

    [[nodiscard]] std::int64_t units_gone() const {
        return result_.points.empty() ? 0 : result_.points.back().units;
    }

    /// Takes as many units as this round should, or half of them, and so on, until the plan is
    /// within the budget. Whether it took any.
    bool take_affordable(const std::vector<UnitDamage>& damage) {
        const std::int64_t before = units_gone();
        for (std::int64_t wanted = std::min(quota(before), most_); wanted > 0; wanted /= 2) {
            const HeadsByLayer removed = removed_;
            const std::int64_t taken = take(damage, wanted_ - before, wanted);
            if (taken == 0)
                fail(ErrorCode::bad_input, "only {} of {} units can go", before, wanted_);
            RemovalPoint point = measure_plan(before + taken);
            if (params_.budget.allows(point.change.perplexity_ratio.value, point.kl)) {
                result_.points.push_back(point);
                if (observer_.point) observer_.point(point);
                return true;
            }
            dearest_ = std::move(point);
            removed_ = removed;
            most_ = std::max<std::int64_t>(1, wanted / 2);  // later rounds cost no less
        }
        return false;
    }

    void check() const {
        if (!(params_.share > 0.0 && params_.share < 1.0))
            fail(ErrorCode::bad_input, "the share that is to go must lie between 0 and 100 %");
        if (params_.unit == RemovalUnit::layers)
            fail(ErrorCode::unsupported, "the search removes heads or KV heads");
        if (params_.rounds < 1) fail(ErrorCode::bad_input, "--rounds: give 1 or more");
        if (params_.probe_windows < 1 || params_.probe_windows >= windows_->count()) {
            fail(ErrorCode::bad_input,
                 "--probe_windows {}: the calibration text has {} sequences, and some must be left "
                 "to refit on",
                 params_.probe_windows, windows_->count());
        }
    }

    void split_text() {
        fitted_ = windows_->shuffled_order();
        probes_.assign(fitted_.begin(), fitted_.begin() + params_.probe_windows);
        fitted_.erase(fitted_.begin(), fitted_.begin() + params_.probe_windows);
    }

    [[nodiscard]] std::int64_t units_in(int layer) const {
        const HeadCounts counts = config_.heads_of(layer);
        return params_.unit == RemovalUnit::heads ? counts.heads : counts.kv_heads;
    }

    /// How many units a round takes, so that all are gone after the last.
    [[nodiscard]] std::int64_t quota(std::int64_t gone) const {
        const auto done = static_cast<int>(result_.points.size());
        const std::int64_t left = std::max(1, params_.rounds - done);
        return (wanted_ - gone + left - 1) / left;
    }

    [[nodiscard]] static bool contains(const std::vector<int>& heads, int head) {
        return std::find(heads.begin(), heads.end(), head) != heads.end();
    }

    [[nodiscard]] std::vector<Candidate> candidates() const {
        std::vector<Candidate> all;
        for (const int layer : layers_) {
            const HeadCounts counts = config_.heads_of(layer);
            const auto per_kv = static_cast<int>(counts.heads_per_kv_head());
            const int served = params_.unit == RemovalUnit::heads ? 1 : per_kv;
            const auto found = removed_.find(layer);
            const std::vector<int> gone =
                found == removed_.end() ? std::vector<int>{} : found->second;
            for (int first = 0; first < counts.heads; first += served) {
                if (contains(gone, first) || (params_.pairs && taken_in(gone, first, per_kv)))
                    continue;
                Candidate candidate;
                candidate.unit.layer = layer;
                candidate.unit.heads.resize(static_cast<std::size_t>(served));
                std::iota(candidate.unit.heads.begin(), candidate.unit.heads.end(), first);
                candidate.merge.removed = gone;
                candidate.merge.removed.insert(candidate.merge.removed.end(),
                                               candidate.unit.heads.begin(),
                                               candidate.unit.heads.end());
                std::sort(candidate.merge.removed.begin(), candidate.merge.removed.end());
                all.push_back(std::move(candidate));
            }
        }
        return all;
    }

    /// Whether a head of the KV head of `head` is gone, or has no partner.
    [[nodiscard]] static bool taken_in(const std::vector<int>& gone, int head, int per_kv) {
        return per_kv < 2 || std::any_of(gone.begin(), gone.end(), [&](int other) {
                   return other / per_kv == head / per_kv;
               });
    }

    [[nodiscard]] Variant plan() const {
        Variant variant;
        for (const auto& [layer, heads] : removed_) {
            if (!heads.empty()) variant[layer].removed = heads;
        }
        return variant;
    }

    /// What each unit that is left costs beyond the plan so far, least first for each head.
    std::vector<UnitDamage> measure_units() {
        std::vector<Candidate> open = candidates();
        keep_promising(open);
        RefitParams params;
        params.variants = {plan()};
        params.windows = windows_;
        params.order = fitted_;
        params.rule = params_.refit;
        params.rule.refit = Refit::output;  // MLPs take long: for the plan of a round alone
        for (const Candidate& candidate : open)
            params.alternatives[candidate.unit.layer].push_back(candidate.merge);
        RefitResult refitted = refit(model_, params, observer_.progress, stop_);
        std::map<int, std::size_t> next;
        for (Candidate& candidate : open) {
            const int layer = candidate.unit.layer;
            candidate.merge = std::move(refitted.alternatives.at(layer)[next[layer]++]);
        }
        const Variant& base = refitted.variants.front().variant;
        // A quarter of the sequences tells the hopeless from the rest.
        const std::size_t first = std::max<std::size_t>(1, probes_.size() / 4);
        measure(base, open,
                {probes_.begin(), probes_.begin() + static_cast<std::ptrdiff_t>(first)});
        sort_by_damage(open);
        std::vector<UnitDamage> damage;
        const std::size_t keep = std::max<std::size_t>(
            24, 4 * static_cast<std::size_t>(
                        quota(result_.points.empty() ? 0 : result_.points.back().units)));
        const std::size_t kept = std::min(open.size(), keep);
        std::vector<Candidate> best(open.begin(), open.begin() + static_cast<std::ptrdiff_t>(kept));
        if (first < probes_.size()) measure(base, best, probes_);
        sort_by_damage(best);
        for (const Candidate& candidate : best)
            damage.push_back(candidate.unit);
        for (std::size_t i = kept; i < open.size(); ++i)
            damage.push_back(open[i].unit);
        for (const UnitDamage& unit : damage)
            known_[{unit.layer, unit.heads.front()}] = unit.loss;
        return damage;
    }

    /// Leaves out what was far from being taken when last measured; it keeps what is known of it.
    void keep_promising(std::vector<Candidate>& open) const {
        const auto most = static_cast<std::size_t>(params_.remeasure);
        if (most == 0 || known_.empty() || open.size() <= most) return;
        for (Candidate& candidate : open) {
            const auto found = known_.find({candidate.unit.layer, candidate.unit.heads.front()});
            if (found != known_.end()) candidate.unit.loss = found->second;
        }
        sort_by_damage(open);
        open.resize(most);
    }

    static void sort_by_damage(std::vector<Candidate>& candidates) {
        std::stable_sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
            return a.unit.loss / static_cast<double>(a.unit.heads.size()) <
                   b.unit.loss / static_cast<double>(b.unit.heads.size());
        });
    }

    /// Candidates of a layer together: they share the states before it.
    void measure(const Variant& base, std::vector<Candidate>& candidates,
                 const std::vector<std::int64_t>& sequences) {
        std::vector<std::size_t> order(candidates.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return candidates[a].unit.layer < candidates[b].unit.layer;
        });
        for (std::size_t begin = 0; begin < order.size(); begin += kTogether - 1) {
            const std::size_t end = std::min(order.size(), begin + kTogether - 1);
            EvaluationParams params;
            params.windows = windows_;
            params.order = sequences;
            params.variants = {base};
            for (std::size_t i = begin; i < end; ++i) {
                const Candidate& candidate = candidates[order[i]];
                params.variants.push_back(base);
                params.variants.back()[candidate.unit.layer] = candidate.merge;
            }
            const Scores scores = evaluate(model_, params, {}, {}, stop_).scores;
            for (std::size_t i = begin; i < end; ++i) {
                const Change change = scores.change(0, i - begin + 1);
                candidates[order[i]].unit.loss = std::log(change.perplexity_ratio.value);
            }
            if (observer_.progress) {
                observer_.progress({"measuring damage", static_cast<std::int64_t>(end),
                                    static_cast<std::int64_t>(order.size()), "candidates"});
            }
        }
    }

    /// Takes the best, at most one of a layer where there are enough layers.
    std::int64_t take(const std::vector<UnitDamage>& damage, std::int64_t most,
                      std::int64_t wanted) {
        std::set<int> used;
        std::int64_t taken = 0;
        for (const UnitDamage& unit : damage) {
            if (taken == std::min(most, wanted)) break;
            if (!used.insert(unit.layer).second) continue;
            std::vector<int>& gone = removed_[unit.layer];
            gone.insert(gone.end(), unit.heads.begin(), unit.heads.end());
            std::sort(gone.begin(), gone.end());
            ++taken;
        }
        return taken;
    }

    /// What the plan of now costs, refitted.
    RemovalPoint measure_plan(std::int64_t units) {
        RefitParams params;
        params.variants = {plan()};
        params.windows = windows_;
        params.order = fitted_;
        params.rule = params_.refit;
        const RefitResult refitted = refit(model_, params, observer_.progress, stop_);
        EvaluationParams evaluation;
        evaluation.windows = windows_;
        evaluation.order = probes_;
        evaluation.divergence = true;
        evaluation.variants = {{}, refitted.variants.front().variant};
        const Scores scores = evaluate(model_, evaluation, {}, {}, stop_).scores;
        const std::vector<Metric> metrics = scores.metric_list(1);
        RemovalPoint point{removed_, units, 0, scores.change(0, 1)};
        if (const Metric* kl = find_metric(metrics, "kl_divergence")) point.kl = kl->value.value;
        for (const auto& [layer, heads] : removed_)
            point.heads += std::ssize(heads);
        return point;
    }

    const Model& model_;
    const ModelConfig& config_;
    std::shared_ptr<const Windows> windows_;
    const GreedyRemovalParams& params_;
    const GreedyRemovalObserver& observer_;
    const std::stop_token& stop_;
    std::vector<int> layers_;
    std::vector<std::int64_t> probes_;  ///< sequences that damage is measured on
    std::vector<std::int64_t> fitted_;  ///< the others
    std::int64_t all_units_ = 0;
    std::int64_t wanted_ = 0;
    HeadsByLayer removed_;
    std::int64_t most_ = std::numeric_limits<std::int64_t>::max();  ///< that a round may take
    std::optional<RemovalPoint> dearest_ = {};     ///< the last plan that the budget did not allow
    std::map<std::pair<int, int>, double> known_;  ///< damage when last measured: layer, first head
    GreedyRemovalResult result_;
};

}  // namespace

GreedyRemovalResult remove_greedily(const Model& model,
                                    const std::shared_ptr<const Windows>& windows,
                                    const GreedyRemovalParams& params,
                                    const std::vector<RemovalPoint>& from,
                                    const GreedyRemovalObserver& observer,
                                    const std::stop_token& stop) {
    return GreedyRemoval(model, windows, params, from, observer, stop).run();
}

}  // namespace headscope
