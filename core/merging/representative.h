#pragma once

#include <string_view>

namespace headscope {

/// Whose query stands for the heads of a group.
enum class Representative {
    mean,      ///< the mean of their rows of Q
    stronger,  ///< the rows of the member that writes most over the calibration text
};

std::string_view name_of(Representative representative);

/// Throws Error(bad_input) that lists the choices.
Representative parse_representative(std::string_view name);

}  // namespace headscope
