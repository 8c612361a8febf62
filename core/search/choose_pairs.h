#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/merging/ranked_pairs.h"

namespace headscope {

/// Which pairs of a layer are measured.
enum class ChoosePairs {
    closest,  ///< those that a measure finds most alike
    random,   ///< a fair draw, which favours no measure
    all,
};

std::string_view name_of(ChoosePairs choose);

/// Throws Error(bad_input) that lists the choices.
ChoosePairs parse_choose_pairs(std::string_view name);

/// Two heads of a layer, first < second.
using Heads = std::pair<int, int>;

/// The chosen pairs of one layer, ascending. `measures`: the layer's pairs under each measure that
/// may choose, the same pairs in each. `closest` takes the `count` closest of every measure, so up
/// to `count` times as many as there are measures; `random` draws `count` of all, the same in every
/// run with this `seed`.
std::vector<Heads> choose_pairs(std::span<const RankedPairs> measures, ChoosePairs choose,
                                std::size_t count, std::uint64_t seed);

}  // namespace headscope
