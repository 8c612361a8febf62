#pragma once

#include <cstdint>
#include <string>

#include "core/evaluation/metrics.h"

/// Figures as the command line, charts and reports show them: in English, with a decimal point,
/// whatever the user's locale is. Those that cannot be told in a few fixed digits (a ruined model's
/// perplexity of 1e30) come as "1.2346e+30".
namespace headscope::figures {

/// "0:07", "1:02:03"
std::string duration_text(double seconds);

/// "1,234,567"
std::string count_text(std::int64_t count);

/// "1.2 MB"
std::string bytes_text(std::int64_t bytes);

/// "61.6318": a perplexity.
std::string perplexity_text(double perplexity);

/// "61.6318 [60.9, 62.4]": a perplexity with its 95 % interval; without it where that is not known.
std::string perplexity_text(const Estimate& perplexity);

/// "33.009 %"
std::string percent_text(double share);

/// "33.009 % [32.812, 33.206]": a share with its 95 % interval, where that is known.
std::string percent_text(const Estimate& share);

/// "+0.0130 % [-0.0021, +0.0281]": a ratio as a change in per cent, with its interval.
std::string change_text(const Estimate& ratio);

/// "-0.004 [-0.020, +0.012]": a difference of shares in percentage points.
std::string points_text(const Estimate& difference);

}  // namespace headscope::figures
