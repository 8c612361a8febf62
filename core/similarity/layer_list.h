#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// "0,3,8-15" as numbers, ascending, each once; none of an empty text. Throws Error(bad_input).
std::vector<int> parse_layers(std::string_view text);

/// The inverse: "0-5", "0,3,8-15".
std::string layers_text(std::vector<int> layers);

}  // namespace headscope
