#include "ui/charts/chart_text.h"

#include <cmath>

#include "ui/style/text.h"

namespace headscope::ui {
namespace {

constexpr qsizetype kLongest = 90;  ///< letters

QString joined(const std::vector<std::string>& phrases, const QString& separator) {
    QStringList parts;
    for (const std::string& phrase : phrases)
        parts << shortened(phrase);
    return parts.join(separator);
}

}  // namespace

QString shortened(const std::string& phrase) {
    const QString text = qstring(phrase);
    if (text.size() <= kLongest) return text;
    constexpr qsizetype half = kLongest / 2;
    return text.first(half) + QStringLiteral("\u2026") + text.last(half);
}

QStringList chart_facts(const AnalysisSection& section, const AnalysisSeries* series) {
    QStringList lines = {joined(evaluation_phrases(section), QStringLiteral(" \u00b7 "))};
    if (series != nullptr) lines << joined(merging_phrases(*series), QStringLiteral(", "));
    return lines;
}

QStringList chart_facts(const SimilaritySet& set) {
    if (set.measure.empty()) return {shortened(set.model)};
    return {QStringLiteral("%1 \u00b7 measure %2").arg(shortened(set.model), qstring(set.measure))};
}

QString interval_text(const Estimate& estimate, int digits) {
    if (!std::isfinite(estimate.low) || !std::isfinite(estimate.high)) return {};
    const auto number = [digits](double value) {
        return std::abs(value) < 1e6 ? QString::number(value, 'f', digits)
                                     : QString::number(value, 'g', 4);
    };
    return QStringLiteral("[%1, %2]").arg(number(estimate.low), number(estimate.high));
}

}  // namespace headscope::ui
