#include "ui/runs/live_estimator.h"

#include <utility>

namespace headscope::ui {

LiveEstimator::LiveEstimator(QObject* parent) : QObject(parent) {
    constexpr int kPauseMs = 120;  // so long a slider that is dragged has to rest
    pause_.setSingleShot(true);
    pause_.setInterval(kPauseMs);
    connect(&pause_, &QTimer::timeout, this, &LiveEstimator::due);
}

void LiveEstimator::set_on(bool on) {
    if (on == on_) return;
    on_ = on;
    Q_EMIT switched(on);
    Q_EMIT changed();
}

void LiveEstimator::show(LiveEstimate estimate) {
    // While it is off, a slider that moves changes nothing here.
    using State = LiveEstimate::State;
    if (estimate.state == State::off && estimate_.state == State::off) return;
    estimate_ = std::move(estimate);
    Q_EMIT changed();
}

}  // namespace headscope::ui
