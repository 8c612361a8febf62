#pragma once

#include <span>

#include "ui/session/choices.h"

namespace headscope::ui {

/// The choices with another way to choose pairs, such that it selects the pairs that are selected
/// now, or as nearly as that way can say. A value that was chosen that way before stays where it
/// selects the same pairs, so that going there and back changes nothing. Thresholds of layers are
/// always those that were there before.
/// `falling`: the similarities that can be selected; `threshold`: the one in effect, or where each
/// layer has its own, one that selects as many pairs.
[[nodiscard]] Choices chosen_by(const Choices& choices, SelectBy select_by,
                                std::span<const double> falling, double threshold);

}  // namespace headscope::ui
