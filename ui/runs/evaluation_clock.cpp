#include "ui/runs/evaluation_clock.h"

namespace headscope::ui {

void EvaluationClock::start() {
    *this = {};
    clock_.start();
}

void EvaluationClock::tell(const Progress& progress) {
    if (progress.unit != "windows") return;
    const double now = seconds();
    if (evaluating_since_ < 0.0) {
        evaluating_since_ = now;
        evaluating_from_ = progress.done;
    }
    left_ = progress.total - progress.done;
    const double evaluating = now - evaluating_since_;
    if (evaluating > 0.0) {
        rate_ = static_cast<double>(progress.done - evaluating_from_) / evaluating;
    }
}

double EvaluationClock::seconds() const {
    return static_cast<double>(clock_.elapsed()) / 1000.0;
}

double EvaluationClock::remaining() const {
    return rate_ > 0.0 ? static_cast<double>(left_) / rate_ : -1.0;
}

}  // namespace headscope::ui
