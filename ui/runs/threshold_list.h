#pragma once

#include <QLocale>
#include <QString>
#include <vector>

namespace headscope::ui {

/// The most thresholds that a sweep takes.
inline constexpr int kMostThresholds = 200;

/// Reads a list of thresholds in [-1, 1], in the order given and without repetitions.
///
/// ";" and white space always separate. A comma separates too ("0.98,0.99") unless it stands
/// between two digits and `locale` writes decimals with a comma ("0,98; 0,99"). A decimal point is
/// understood in every locale. On a mistake the result is empty and `error`, where it is not null,
/// gets one sentence for the user; a list without any threshold is a mistake.
[[nodiscard]] std::vector<double> parse_thresholds(const QString& text, QString* error,
                                                   const QLocale& locale = QLocale());

/// `from`, `from` + `step`, ... up to `to`, rounded to 12 decimals so that no sum leaves dust.
/// Empty with an `error` where the step does not lead from one to the other.
[[nodiscard]] std::vector<double> threshold_range(double from, double to, double step,
                                                  QString* error);

/// The list as the user would type it in `locale`: the inverse of parse_thresholds.
[[nodiscard]] QString thresholds_text(const std::vector<double>& thresholds,
                                      const QLocale& locale = QLocale());

}  // namespace headscope::ui
