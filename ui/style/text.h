#pragma once

#include <QString>
#include <cstdint>
#include <string_view>

#include "core/evaluation/metrics.h"

/// Numbers as the window shows them, in the user's locale. Values that are copied or exported use
/// the C locale instead.
namespace headscope::ui {

/// A name of core: UTF-8.
QString qstring(std::string_view text);

/// "1,234,567"
QString count_text(std::int64_t count);
/// "1.2 MB"
QString bytes_text(std::int64_t bytes);
/// "0:07", "1:02:03"
QString duration_text(double seconds);
/// A similarity to 4 digits: "0.9812"; more where one below 1 would read 1.
QString similarity_text(double similarity);
/// The shortest decimal that reads back as the same number: "0.98", "0.995".
QString threshold_text(double threshold);
/// "61.6318"
QString perplexity_text(double perplexity);
/// "61.63 [58.92, 64.47]": with its 95 % interval; without it where that is not known yet.
QString perplexity_text(const Estimate& perplexity);
/// "33.009 %"
QString percent_text(double share);
/// "33.009 % [32.8, 33.2]": with its 95 % interval, where that is known.
QString percent_text(const Estimate& share);
/// "+0.0130 % [+0.0114, +0.0146]": a ratio as a change in per cent, with its interval.
QString change_text(const Estimate& ratio);
/// "0.0123 [0.0119, 0.0127]"
QString nats_text(const Estimate& nats);
/// "-0.004 [-0.010, +0.003]": a difference of shares in percentage points, with its interval.
QString points_text(const Estimate& difference);

}  // namespace headscope::ui
