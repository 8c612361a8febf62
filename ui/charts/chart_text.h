#pragma once

#include <QString>
#include <QStringList>
#include <string>

#include "core/report/analysis.h"

/// What charts say, in English.
namespace headscope::ui {

/// What stands above and below a chart.
struct ChartText {
    QString title;
    QStringList facts;  ///< lines under the title: model, corpus, protocol...
    QString note;       ///< below: how to read it; may be empty
};

/// A name or a phrase of core; where it is too long for a line, what is in the middle goes.
[[nodiscard]] QString shortened(const std::string& phrase);

/// Model, corpus and protocol of a section; then how a series was merged, unless that is null.
[[nodiscard]] QStringList chart_facts(const AnalysisSection& section, const AnalysisSeries* series);

/// "demo, measure q": the facts of similarities.
[[nodiscard]] QStringList chart_facts(const SimilaritySet& set);

/// "[58.92, 64.47]"; empty where the interval is not known.
[[nodiscard]] QString interval_text(const Estimate& estimate, int digits);

}  // namespace headscope::ui
