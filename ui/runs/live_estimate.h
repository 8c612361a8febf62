#pragma once

#include <QString>
#include <cstdint>
#include <optional>

#include "core/evaluation/metrics.h"

namespace headscope::ui {

/// What the live estimate knows about the present plan.
struct LiveEstimate {
    enum class State {
        off,       ///< not switched on, or no model is open
        empty,     ///< the plan changes nothing
        waiting,   ///< a run, or what comes before the estimate, has the device
        running,   ///< refining
        complete,  ///< as many windows as an estimate takes
        failed
    };
    State state = State::off;
    std::int64_t windows = 0;      ///< that `change` is from
    std::optional<Change> change;  ///< absent before the first windows are done
    QString error;                 ///< where it failed
};

}  // namespace headscope::ui
