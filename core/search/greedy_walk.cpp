#include "core/search/greedy_walk.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace headscope {
namespace {

constexpr int kNone = std::numeric_limits<int>::max();

/// Whether `a` is to be made before `b`; false for equals.
bool better(const Move& a, const Move& b) {
    const bool a_free = a.at_worst <= 0.0;
    const bool b_free = b.at_worst <= 0.0;
    if (a_free != b_free) return a_free;
    if (a_free) {
        if (a.gain != b.gain) return a.gain > b.gain;
    } else {
        // Gain per damage, without a quotient that could overflow.
        const double left = static_cast<double>(a.gain) * b.at_worst;
        const double right = static_cast<double>(b.gain) * a.at_worst;
        if (left != right) return left > right;
    }
    return a.damage < b.damage;
}

}  // namespace

GreedyWalk::GreedyWalk(std::vector<std::vector<Level>> levels)
    : levels_(std::move(levels)), present_(levels_.size(), 0), refused_(levels_.size(), kNone) {}

Level GreedyWalk::at(std::size_t layer, int level) const {
    return level == 0 ? Level{} : levels_[layer][static_cast<std::size_t>(level) - 1];
}

std::optional<Move> GreedyWalk::best(double room) const {
    std::optional<Move> best;
    for (std::size_t layer = 0; layer < levels_.size(); ++layer) {
        const Level from = at(layer, present_[layer]);
        const int end = std::min(static_cast<int>(levels_[layer].size()) + 1, refused_[layer]);
        for (int level = present_[layer] + 1; level < end; ++level) {
            const Level to = at(layer, level);
            const Move move{layer, level, to.gain - from.gain, to.damage - from.damage,
                            to.at_worst - from.at_worst};
            if (move.damage <= room && (!best || better(move, *best))) best = move;
        }
    }
    return best;
}

void GreedyWalk::take(const Move& move) {
    present_[move.layer] = move.level;
}

void GreedyWalk::refuse(const Move& move) {
    refused_[move.layer] = std::min(refused_[move.layer], move.level);
}

void GreedyWalk::forget_refusals() {
    std::fill(refused_.begin(), refused_.end(), kNone);
}

std::int64_t GreedyWalk::gain() const {
    std::int64_t gain = 0;
    for (std::size_t layer = 0; layer < levels_.size(); ++layer)
        gain += at(layer, present_[layer]).gain;
    return gain;
}

}  // namespace headscope
