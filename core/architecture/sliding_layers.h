#pragma once

#include <cstdint>
#include <vector>

#include "core/architecture/architecture_spec.h"

namespace headscope {

/// Keys that a query of each layer sees, its own the last; 0: all up to it. Empty where no layer
/// slides. Throws Error(bad_input) or Error(unsupported) that names the field.
std::vector<std::int64_t> read_sliding_windows(const ConfigFields& fields,
                                               const ArchitectureSpec& architecture,
                                               std::int64_t layers);

}  // namespace headscope
