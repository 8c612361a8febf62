#pragma once

#include "core/base/error.h"

namespace headscope::app {

/// What the program returns to the shell.
enum ExitCode : int {
    kDone = 0,
    kInternalError = 1,
    kUsage = 2,
    kBadInput = 3,
    kDeviceOrMemory = 4,
    kCancelled = 130,
};

constexpr ExitCode exit_code_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::bad_input:
        case ErrorCode::unsupported:
            return kBadInput;
        case ErrorCode::device:
        case ErrorCode::out_of_memory:
            return kDeviceOrMemory;
        case ErrorCode::cancelled:
            return kCancelled;
        case ErrorCode::internal:
            return kInternalError;
    }
    return kInternalError;
}

}  // namespace headscope::app
