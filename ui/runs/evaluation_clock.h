#pragma once

#include <QElapsedTimer>

#include "core/base/progress.h"

namespace headscope::ui {

/// How long an evaluation takes, how fast it is, and how long it will take.
class EvaluationClock {
  public:
    void start();
    /// Takes the progress of the moment in.
    void tell(const Progress& progress);

    /// Since the start.
    [[nodiscard]] double seconds() const;
    /// Windows a second; 0 where that is not known yet.
    [[nodiscard]] double rate() const { return rate_; }
    /// Seconds; negative where that is not known yet.
    [[nodiscard]] double remaining() const;

  private:
    QElapsedTimer clock_;
    double evaluating_since_ = -1.0;    ///< seconds; loading before that does not count
    std::int64_t evaluating_from_ = 0;  ///< windows that were done then
    std::int64_t left_ = 0;             ///< windows
    double rate_ = 0.0;
};

}  // namespace headscope::ui
