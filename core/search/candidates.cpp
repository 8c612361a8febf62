#include "core/search/candidates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>

#include "core/base/error.h"

namespace headscope {
namespace {

constexpr std::array kGains = {Gain::merged, Gain::removable};

/// The plans of one layer by the number of its closest pairs, made when they are asked for.
class LayerLadder {
  public:
    LayerLadder(const RankedPairs& pairs, const ModelConfig& config, const MergeRule& rule,
                Gain gain, const LayerCalibration* calibration)
        : pairs_(pairs), config_(config), rule_(rule), gain_(gain), calibration_(calibration) {
        const auto all = pairs.all();
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool last = i + 1 == all.size();
            if (last || all[i].similarity > all[i + 1].similarity) counts_.push_back(i + 1);
        }
    }

    [[nodiscard]] bool empty() const { return counts_.empty(); }
    [[nodiscard]] std::size_t top() const { return counts_.size() - 1; }

    const Candidate& at(std::size_t rung) {
        auto& made = made_[rung];
        if (made.plan.pairs.empty()) make(rung, made);
        return made;
    }

    /// The first rung that gains at least so much; the gain is taken to rise with the pairs, which
    /// it does but for the odd step of `complete`.
    std::size_t first_with(std::int64_t gain) {
        std::size_t low = 0;
        std::size_t high = top();
        while (low < high) {
            const std::size_t middle = low + (high - low) / 2;
            at(middle).gain >= gain ? high = middle : low = middle + 1;
        }
        return low;
    }

  private:
    void make(std::size_t rung, Candidate& candidate) {
        const auto all = pairs_.all();
        const auto chosen = all.first(counts_[rung]);
        const double left_out = chosen.size() == all.size() ? -1.0 : all[chosen.size()].similarity;
        candidate.threshold = std::max(-1.0, threshold_between(chosen.back().similarity, left_out));
        candidate.plan = make_layer_plan(pairs_.layer(), {chosen.begin(), chosen.end()}, config_,
                                         rule_, calibration_);
        candidate.summary = summarize(candidate.plan, config_);
        candidate.gain = gain_of(candidate.summary, gain_);
    }

    const RankedPairs& pairs_;
    const ModelConfig& config_;
    const MergeRule& rule_;
    Gain gain_;
    const LayerCalibration* calibration_;
    std::vector<std::size_t> counts_;  ///< pairs of each rung: no two equal ones are parted
    std::map<std::size_t, Candidate> made_;
};

}  // namespace

std::string_view name_of(Gain gain) {
    switch (gain) {
        case Gain::merged:
            return "merged";
        case Gain::removable:
            return "removable";
    }
    return "";
}

Gain parse_gain(std::string_view name) {
    std::string choices;
    for (const Gain gain : kGains) {
        if (name == name_of(gain)) return gain;
        choices += choices.empty() ? "" : ", ";
        choices += name_of(gain);
    }
    fail(ErrorCode::bad_input, "\"{}\" is nothing to gain; choose one of: {}", name, choices);
}

std::int64_t gain_of(const PlanSummary& summary, Gain gain) {
    return gain == Gain::merged ? summary.merged_heads : summary.removable_heads;
}

LayerCandidates make_candidates(const RankedPairs& pairs, const ModelConfig& config,
                                const MergeRule& rule, Gain gain, int most,
                                const LayerCalibration* calibration) {
    LayerCandidates layer{pairs.layer(), {}};
    LayerLadder ladder(pairs, config, rule, gain, calibration);
    if (ladder.empty() || ladder.at(ladder.top()).gain == 0) return layer;
    const auto least = static_cast<double>(ladder.at(ladder.first_with(1)).gain);
    const auto greatest = static_cast<double>(ladder.at(ladder.top()).gain);
    for (int i = 0; i < most; ++i) {
        const double share = most > 1 ? static_cast<double>(i) / (most - 1) : 0.0;
        const double wanted = least * std::pow(greatest / least, share);
        // 1e-9: a power that is whole but for rounding stays whole.
        const auto target = static_cast<std::int64_t>(std::ceil(wanted - 1e-9 * wanted));
        const Candidate& candidate = ladder.at(ladder.first_with(target));
        if (layer.candidates.empty() || candidate.gain > layer.candidates.back().gain)
            layer.candidates.push_back(candidate);
    }
    return layer;
}

}  // namespace headscope
