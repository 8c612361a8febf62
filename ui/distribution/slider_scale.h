#pragma once

#include <span>

#include "ui/session/choices.h"

namespace headscope::ui {

/// What the positions of the slider mean, for one way to choose pairs. A threshold is linear in the
/// position: one position is 0.0001, from the lowest similarity to 1, as fine as the number field.
/// A percentile and a number of pairs follow a cubic curve that is finest where few pairs are
/// selected: of 100,000 pairs nearly all choices that matter are among the closest hundreds. Where
/// each layer has its own threshold the slider offers one threshold for all.
class SliderScale {
  public:
    /// `falling`: the similarities that can be selected.
    SliderScale(SelectBy select_by, std::span<const double> falling);

    [[nodiscard]] int minimum() const { return minimum_; }
    [[nodiscard]] int maximum() const { return maximum_; }
    /// What Page Up and a click beside the handle move.
    [[nodiscard]] int page() const;
    /// What an arrow key changes, in units of the value.
    [[nodiscard]] double step() const;

    /// The nearest position; values out of range are at an end.
    [[nodiscard]] int position_of(double value) const;
    /// The value of a position: with as many decimals as the number field has.
    [[nodiscard]] double value_at(int position) const;
    /// The value nearest to `value` that can be chosen.
    [[nodiscard]] double bounded(double value) const;

  private:
    SelectBy select_by_;
    int minimum_ = 0;
    int maximum_ = 0;
    int pairs_ = 0;
};

/// Rounded to the four decimals that the number field shows, so that a dragged threshold is a
/// number that can be read, typed and put in a file name.
[[nodiscard]] double rounded_threshold(double threshold);

}  // namespace headscope::ui
