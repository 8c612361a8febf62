#pragma once

#include <map>
#include <string>
#include <string_view>

namespace headscope {

/// A threshold of its own for each layer, by layer. A layer that is not named merges nothing.
using LayerThresholds = std::map<int, double>;

/// Reads a list such as "3:0.98,7:0.91" or "0-3:0.98", in any order, spaces around parts allowed.
/// Throws Error(bad_input) that quotes the part at fault: no layer, no similarity from -1 to 1, or
/// a layer that stands twice.
LayerThresholds parse_layer_thresholds(std::string_view text);

/// The list in the form that parse_layer_thresholds reads, by layer, with the shortest decimals
/// that read back as the same numbers; empty where no layer is named. Equal thresholds give equal
/// texts.
std::string layer_thresholds_text(const LayerThresholds& thresholds);

/// The lowest of the thresholds: what stands for all where one number is wanted; 1 where no layer
/// is named.
double lowest_threshold(const LayerThresholds& thresholds);

/// A threshold that selects a similarity of `selected` and not one of `left_out`, which is lower:
/// the one with the fewest decimals, so that it can be read and typed, and holds where the last
/// digits of a similarity come out otherwise.
double threshold_between(double selected, double left_out);

}  // namespace headscope
