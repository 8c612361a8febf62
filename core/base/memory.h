#pragma once

#include <cstdint>

namespace headscope {

/// Bytes of main memory that this process can take without pushing others out: what the system
/// calls available, or what is left below the limit of the process's control group where that is
/// less. A generous guess where the system does not say.
std::int64_t available_memory();

/// Bytes of main memory that this process has written to, mapped files not counted; 0 where the
/// system does not say.
std::int64_t own_memory();

}  // namespace headscope
