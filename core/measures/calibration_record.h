#pragma once

#include <cstdint>
#include <string>

namespace headscope {

/// What of a calibration decides the numbers; kept with results.
struct CalibrationRecord {
    std::string corpus_name;
    std::string corpus_sha256;
    std::int64_t windows = 0;
    std::int64_t window = 0;  ///< tokens

    bool operator==(const CalibrationRecord&) const = default;
};

}  // namespace headscope
