#pragma once

#include <string>
#include <string_view>

namespace headscope {

/// Reads how much perplexity may rise, a percentage of the original's such as "1%" or "0.5 %", as a
/// share: "1%" is 0.01. The sign is required, because a bare 0.01 could mean either. Throws
/// Error(bad_input) that says how to write it for anything else, for 0 and less, and for more than
/// 1000 %.
double parse_ppl_increase(std::string_view text);

/// The inverse, with the shortest decimal: "1%".
std::string ppl_increase_text(double share);

}  // namespace headscope
