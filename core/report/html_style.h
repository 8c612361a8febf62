#pragma once

#include <string_view>

namespace headscope {

/// The style sheet of reports.
std::string_view report_style();

}  // namespace headscope
