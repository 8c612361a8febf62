#include "ui/runs/run_tables.h"

#include <QLocale>
#include <cmath>
#include <initializer_list>

#include "ui/runs/run_facts.h"
#include "ui/runs/run_text.h"

namespace headscope::ui {
namespace {

QString raw(double value) {
    if (!std::isfinite(value)) return {};
    return QString::number(value, 'g', QLocale::FloatingPointShortest);
}

QString raw_count(std::int64_t value) {
    return value > 0 ? QString::number(value) : QString();
}

QString truth(const std::optional<bool>& value) {
    if (!value) return {};
    return *value ? QStringLiteral("true") : QStringLiteral("false");
}

QStringList raw(const Estimate& estimate) {
    return {raw(estimate.value), raw(estimate.low), raw(estimate.high)};
}

/// The C locale's name of a state.
QString state_key(RunState state) {
    switch (state) {
        case RunState::queued:
            return QStringLiteral("queued");
        case RunState::running:
            return QStringLiteral("running");
        case RunState::finished:
            return QStringLiteral("finished");
        case RunState::cancelled:
            return QStringLiteral("cancelled");
        case RunState::failed:
            return QStringLiteral("failed");
    }
    return {};
}

QString row(const QStringList& cells) {
    QStringList clean = cells;
    for (QString& cell : clean)
        cell.replace(QLatin1Char('\t'), QLatin1Char(' '));
    return clean.join(QLatin1Char('\t')) + QLatin1Char('\n');
}

QString headings(std::initializer_list<const char*> names) {
    QStringList cells;
    for (const char* name : names)
        cells << QString::fromLatin1(name);
    return row(cells);
}

QString run_headings() {
    return headings({"state",
                     "threshold",
                     "pairs",
                     "groups",
                     "merged_heads",
                     "windows",
                     "perplexity",
                     "perplexity_low",
                     "perplexity_high",
                     "perplexity_ratio",
                     "perplexity_ratio_low",
                     "perplexity_ratio_high",
                     "accuracy",
                     "accuracy_low",
                     "accuracy_high",
                     "accuracy_difference",
                     "accuracy_difference_low",
                     "accuracy_difference_high",
                     "original_perplexity",
                     "original_accuracy",
                     "kl_divergence",
                     "kl_divergence_low",
                     "kl_divergence_high",
                     "same_top",
                     "same_top_low",
                     "same_top_high",
                     "protocol",
                     "window",
                     "corpus",
                     "dtype",
                     "device",
                     "measure",
                     "grouping",
                     "kv_policy",
                     "align",
                     "weights",
                     "rescale",
                     "merge",
                     "remove",
                     "exclude",
                     "representative",
                     "refit",
                     "layers",
                     "layer_thresholds",
                     "seconds",
                     "model",
                     "file"});
}

QStringList metric_cells(const Run& run, const char* name) {
    const auto metric = metric_of(run, name);
    return metric ? raw(metric->value) : QStringList{{}, {}, {}};
}

QStringList run_cells(const Run& run) {
    const RunFacts facts = facts_of(run);
    const QStringList none = {{}, {}, {}};
    QStringList cells = {state_key(run.state),
                         QString::fromStdString(headscope::threshold_text(run.threshold)),
                         QString::number(run.summary.pairs),
                         QString::number(run.summary.groups),
                         QString::number(run.summary.merged_heads),
                         raw_count(run.merged ? run.merged->windows : 0)};
    cells << (run.merged ? raw(run.merged->perplexity) : none)
          << (run.change ? raw(run.change->perplexity_ratio) : none)
          << (run.merged ? raw(run.merged->accuracy) : none)
          << (run.change ? raw(run.change->accuracy_difference) : none)
          << (run.original ? raw(run.original->perplexity.value) : QString())
          << (run.original ? raw(run.original->accuracy.value) : QString())
          << metric_cells(run, "kl_divergence") << metric_cells(run, "same_top") << facts.protocol
          << raw_count(facts.window) << facts.corpus << facts.dtype << facts.device << facts.measure
          << facts.grouping << facts.kv_policy << facts.align << facts.weights
          << truth(facts.rescale) << facts.merged_heads << facts.removed_heads
          << facts.excluded_heads << facts.representative << facts.refit
          << layers_text(facts.layers)
          << (run.plan.layer_thresholds
                  ? QString::fromStdString(layer_thresholds_text(*run.plan.layer_thresholds))
                  : QString())
          << (facts.duration >= 0.0 ? raw(facts.duration) : QString()) << run.model_name
          << run.file;
    return cells;
}

}  // namespace

QString runs_as_tsv(std::span<const Run* const> runs) {
    QString text = run_headings();
    for (const Run* run : runs)
        text += row(run_cells(*run));
    return text;
}

QString curves_as_tsv(std::span<const Run* const> runs) {
    QString text = headings({"run", "threshold", "windows", "original_perplexity", "perplexity",
                             "perplexity_low", "perplexity_high", "perplexity_ratio",
                             "perplexity_ratio_low", "perplexity_ratio_high"});
    for (const Run* run : runs) {
        for (const CurvePoint& point : run->curve) {
            text += row(QStringList{QString::number(run->id), raw(run->threshold),
                                    QString::number(point.windows), raw(point.original)} +
                        raw(point.merged) + raw(point.ratio));
        }
    }
    return text;
}

QString training_as_tsv(std::span<const Run* const> runs) {
    QString text = headings({"run", "threshold", "step", "held_out_kl", "training_kl"});
    for (const Run* run : runs) {
        for (const DistillPoint& point : run->training) {
            text += row({QString::number(run->id), raw(run->threshold), QString::number(point.step),
                         raw(point.held_out), point.step > 0 ? raw(point.training) : QString()});
        }
    }
    return text;
}

QString series_as_tsv(const std::vector<RunSeries>& series) {
    QString text = headings({"series", "threshold", "original_perplexity", "perplexity",
                             "perplexity_low", "perplexity_high", "perplexity_ratio",
                             "perplexity_ratio_low", "perplexity_ratio_high", "original_accuracy",
                             "accuracy", "accuracy_low", "accuracy_high", "accuracy_difference",
                             "accuracy_difference_low", "accuracy_difference_high"});
    for (const RunSeries& one : series) {
        for (const SeriesPoint& point : one.points) {
            text += row(
                QStringList{one.name, raw(point.threshold), raw(point.original.perplexity.value)} +
                raw(point.merged.perplexity) + raw(point.change.perplexity_ratio) +
                QStringList{raw(point.original.accuracy.value)} + raw(point.merged.accuracy) +
                raw(point.change.accuracy_difference));
        }
    }
    return text;
}

}  // namespace headscope::ui
