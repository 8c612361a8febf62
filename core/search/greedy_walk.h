#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace headscope {

/// One level of merging a layer, measured with all other layers as they were.
struct Level {
    std::int64_t gain = 0;
    double damage = 0.0;    ///< rise of the loss, nats a prediction
    double at_worst = 0.0;  ///< the most that the measurement does not rule out
};

/// A step of a walk: a layer goes from its present level to a higher one.
struct Move {
    std::size_t layer = 0;  ///< index
    int level = 0;          ///< 1 for the first; 0 is the layer as it was
    std::int64_t gain = 0;  ///< added by the move
    double damage = 0.0;    ///< likewise, as measured alone
    double at_worst = 0.0;  ///< likewise
};

/// Which layer to merge next, and how far. A value, so that it can be taken back.
class GreedyWalk {
  public:
    /// `levels`: of each layer, with a rising gain.
    explicit GreedyWalk(std::vector<std::vector<Level>> levels);

    /// Of the moves that cost at most `room`: one that costs nothing (the one that gains most of
    /// those), else the one with the most gain per damage; of equal ones that with less damage,
    /// then of the first layer, then to the lowest level. A move may skip levels.
    [[nodiscard]] std::optional<Move> best(double room) const;

    void take(const Move& move);

    /// Neither this move's level nor a higher one of its layer will be offered.
    void refuse(const Move& move);

    /// All levels are offered again.
    void forget_refusals();

    /// The present level of each layer.
    [[nodiscard]] const std::vector<int>& levels() const { return present_; }

    [[nodiscard]] std::int64_t gain() const;

  private:
    [[nodiscard]] Level at(std::size_t layer, int level) const;

    std::vector<std::vector<Level>> levels_;
    std::vector<int> present_;
    std::vector<int> refused_;  ///< the lowest level of each layer that is not offered
};

}  // namespace headscope
