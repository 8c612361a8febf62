#include "ui/distribution/slider_scale.h"

#include <algorithm>
#include <cmath>

namespace headscope::ui {
namespace {

constexpr double kPerUnit = 10000.0;  ///< positions in a similarity of 1
constexpr int kCurvePositions = 10000;

double rounded(double value, double per_unit) {
    return std::round(value * per_unit) / per_unit;
}

}  // namespace

SliderScale::SliderScale(SelectBy select_by, std::span<const double> falling)
    : select_by_(select_by == SelectBy::per_layer ? SelectBy::threshold : select_by),
      maximum_(select_by_ == SelectBy::threshold ? static_cast<int>(kPerUnit) : kCurvePositions),
      pairs_(static_cast<int>(falling.size())) {
    if (select_by_ == SelectBy::threshold) {
        const double lowest = falling.empty() ? -1.0 : std::clamp(falling.back(), -1.0, 0.9999);
        minimum_ = static_cast<int>(std::floor(lowest * kPerUnit));
    }
}

int SliderScale::page() const {
    return select_by_ == SelectBy::threshold ? 100 : 500;
}

double SliderScale::step() const {
    switch (select_by_) {
        case SelectBy::threshold:
            return 0.001;
        case SelectBy::percentile:
            return 0.1;
        case SelectBy::closest:
        case SelectBy::per_layer:
            break;
    }
    return 1.0;
}

int SliderScale::position_of(double value) const {
    const double in_range = bounded(value);
    if (select_by_ == SelectBy::threshold) {
        const int position = static_cast<int>(std::lround(in_range * kPerUnit));
        return std::clamp(position, minimum_, maximum_);
    }
    if (select_by_ == SelectBy::percentile) {
        const double left = std::cbrt(1.0 - in_range / 100.0);
        return static_cast<int>(std::lround((1.0 - left) * maximum_));
    }
    const double share = pairs_ > 0 ? in_range / pairs_ : 0.0;
    return static_cast<int>(std::lround(std::cbrt(share) * maximum_));
}

double SliderScale::value_at(int position) const {
    if (select_by_ == SelectBy::threshold) return position / kPerUnit;
    const double share = static_cast<double>(position) / maximum_;
    if (select_by_ == SelectBy::percentile) {
        return rounded(100.0 * (1.0 - std::pow(1.0 - share, 3.0)), 1000.0);
    }
    return std::round(std::pow(share, 3.0) * pairs_);
}

double SliderScale::bounded(double value) const {
    switch (select_by_) {
        case SelectBy::threshold:
            return std::clamp(value, -1.0, 1.0);
        case SelectBy::percentile:
            return std::clamp(value, 0.0, 100.0);
        case SelectBy::closest:
        case SelectBy::per_layer:
            break;
    }
    return std::clamp(value, 0.0, static_cast<double>(pairs_));
}

double rounded_threshold(double threshold) {
    return rounded(std::clamp(threshold, -1.0, 1.0), kPerUnit);
}

}  // namespace headscope::ui
