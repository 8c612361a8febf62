#pragma once

#include <string_view>
#include <vector>

#include "core/merging/pairs.h"

namespace headscope {

/// Heads (or KV heads) that belong together, ascending; at least two.
using HeadGroup = std::vector<int>;

/// How pairs become groups.
enum class Grouping {
    components,  ///< connected components of the pairs
    complete,    ///< complete linkage: every two members of a group are a pair
    matching,    ///< disjoint pairs, greedily in the order of the pairs
    sequential,  ///< pairwise averages in the order of the pairs, as the original script did
};

std::string_view name_of(Grouping grouping);

/// Throws Error(bad_input) that lists the choices.
Grouping parse_grouping(std::string_view name);

/// The groups of `heads` heads under `pairs` (as find_pairs orders them), ordered by their first
/// member. For `sequential` these are the components: the heads that influence each other.
std::vector<HeadGroup> group_heads(int heads, const std::vector<HeadPair>& pairs,
                                   Grouping grouping);

}  // namespace headscope
