#include "ui/runs/run_text.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

#include "ui/runs/run_facts.h"
#include "ui/style/plan_text.h"
#include "ui/style/progress_text.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::RunText)
};

/// Rows of a two-column table of rich text; leaves out what is not known.
class Details {
  public:
    void add(const QString& name, const QString& value) {
        if (value.isEmpty()) return;
        rows_ += QStringLiteral("<tr><td>%1&nbsp;&nbsp;</td><td>%2</td></tr>")
                     .arg(name.toHtmlEscaped(), value.toHtmlEscaped());
    }
    void add_count(const QString& name, std::int64_t value) {
        if (value > 0) add(name, count_text(value));
    }
    [[nodiscard]] QString table() const { return QStringLiteral("<table>%1</table>").arg(rows_); }

  private:
    QString rows_;
};

/// place_on() in the language of the window: "as much as Q5_K_M".
QString yardstick_text(const std::string& place) {
    const QString text = QString::fromStdString(place);
    const QString last = text.section(QLatin1Char(' '), -1);
    if (place.starts_with("as much as ")) return Text::tr("as much as %1").arg(last);
    if (place.starts_with("less than ")) return Text::tr("less than %1").arg(last);
    if (place.starts_with("more than ")) return Text::tr("more than %1").arg(last);
    if (place.starts_with("between "))
        return Text::tr("between %1 and %2").arg(text.section(QLatin1Char(' '), 1, 1), last);
    return text;
}

void add_metrics(Details& details, const Run& run) {
    if (run.original) {
        details.add(Text::tr("Perplexity, original"), perplexity_text(run.original->perplexity));
    }
    if (run.merged) {
        details.add(Text::tr("Perplexity, merged"), perplexity_text(run.merged->perplexity));
    }
    if (run.change) {
        details.add(Text::tr("Change of perplexity"), change_text(run.change->perplexity_ratio));
    }
    if (run.original) {
        details.add(Text::tr("Accuracy, original"), percent_text(run.original->accuracy));
    }
    if (run.merged) {
        details.add(Text::tr("Accuracy, merged"), percent_text(run.merged->accuracy));
        details.add_count(Text::tr("Windows behind these figures"), run.merged->windows);
    }
    if (run.change) {
        details.add(Text::tr("Change of accuracy, points"),
                    points_text(run.change->accuracy_difference));
    }
}

void add_facts(Details& details, const RunFacts& facts) {
    details.add(Text::tr("Measure"), facts.measure);
    details.add(Text::tr("Grouping"), facts.grouping);
    details.add(Text::tr("KV policy"), facts.kv_policy);
    details.add(Text::tr("Alignment"), facts.align);
    details.add(Text::tr("Mean weights"), facts.weights);
    details.add(Text::tr("Norms restored"), yes_or_no(facts.rescale));
    details.add(Text::tr("Layers"), layers_text(facts.layers));
    details.add(Text::tr("Protocol"), facts.protocol);
    details.add_count(Text::tr("Window, tokens"), facts.window);
    details.add_count(Text::tr("Windows"), facts.windows);
    details.add(Text::tr("BOS"), facts.bos_rule);
    details.add(Text::tr("Corpus"), facts.corpus);
    details.add_count(Text::tr("Tokens in the corpus"), facts.tokens);
    details.add(Text::tr("Dtype"), facts.dtype);
    details.add(Text::tr("Device"), facts.device);
    if (facts.duration >= 0.0) details.add(Text::tr("Duration"), duration_text(facts.duration));
    if (facts.evaluated_together > 1) {
        details.add_count(Text::tr("Variants evaluated together"), facts.evaluated_together);
    }
    details.add(Text::tr("Started, UTC"), facts.started);
    details.add(Text::tr("Headscope"), facts.program_version);
}

}  // namespace

QString state_name(RunState state) {
    switch (state) {
        case RunState::queued:
            return Text::tr("Queued");
        case RunState::running:
            return Text::tr("Running");
        case RunState::finished:
            return Text::tr("Finished");
        case RunState::cancelled:
            return Text::tr("Cancelled");
        case RunState::failed:
            return Text::tr("Failed");
    }
    return {};
}

double progress_share(const Run& run) {
    if (run.progress.total <= 0) return 0.0;
    return std::clamp(
        static_cast<double>(run.progress.done) / static_cast<double>(run.progress.total), 0.0, 1.0);
}

QString state_text(const Run& run) {
    if (run.state != RunState::running) return state_name(run.state);
    // Cut, not rounded: 100 % is for what is done.
    const int percent = static_cast<int>(progress_share(run) * 100.0);
    if (run.progress.unit != "windows" && !run.progress.stage.empty()) {
        if (run.progress.total <= 0) return stage_text(run.progress.stage);  // no end in sight
        return Text::tr("%1, %2\u00a0%", "a stage such as Loading, and its share")
            .arg(stage_text(run.progress.stage), QLocale().toString(percent));
    }
    return Text::tr("Running, %1\u00a0%").arg(QLocale().toString(percent));
}

QString run_progress_text(const Run& run) {
    const Progress& progress = run.progress;
    if (run.state == RunState::finished) {
        const std::int64_t windows = run.merged ? run.merged->windows : 0;
        return windows > 0 ? Text::tr("%1 windows").arg(count_text(windows)) : QString();
    }
    if (progress.total <= 0) return {};
    const QString done = count_text(progress.done);
    const QString total = count_text(progress.total);
    if (progress.unit == "windows") return Text::tr("%1 / %2 windows").arg(done, total);
    if (run.state != RunState::running) return {};
    if (progress.unit == "layers") return Text::tr("%1 / %2 layers").arg(done, total);
    return QStringLiteral("%1 / %2").arg(done, total);
}

QString settings_text(const Run& run) {
    const RunFacts facts = facts_of(run);
    QStringList parts = {facts.protocol, facts.window > 0 ? count_text(facts.window) : QString(),
                         facts.dtype,    facts.device,
                         facts.grouping, facts.kv_policy};
    parts << manner_parts(facts);
    if (facts.layers_known) {
        parts << Text::tr("%n layer(s)", nullptr, static_cast<int>(facts.layers.size()));
    }
    parts.removeAll(QString());
    return parts.join(QStringLiteral(", "));
}

QStringList manner_parts(const RunFacts& facts) {
    QStringList parts;
    const auto add = [&](const char* option, const QString& value, std::string_view usual) {
        if (!value.isEmpty() && value != qstring(usual))
            parts << QLatin1String(option) + QLatin1Char(' ') + value;
    };
    add("align", facts.align, name_of(Alignment::none));
    add("weights", facts.weights, name_of(MeanWeights::plain));
    if (facts.rescale.value_or(false)) parts << QStringLiteral("rescale");
    add("representative", facts.representative, name_of(Representative::mean));
    add("refit", facts.refit, {});
    return parts;
}

std::optional<Metric> metric_of(const Run& run, const char* name) {
    if (!run.result) return std::nullopt;
    const Metric* const found = find_metric(run.result->merged_metrics, name);
    return found != nullptr ? std::optional(*found) : std::nullopt;
}

QString kl_text(const Run& run) {
    const auto kl = metric_of(run, "kl_divergence");
    return kl ? nats_text(kl->value) : QString();
}

QString same_top_text(const Run& run) {
    const auto same = metric_of(run, "same_top");
    return same ? percent_text(same->value) : QString();
}

QString yes_or_no(const std::optional<bool>& value) {
    if (!value) return {};
    return *value ? Text::tr("yes") : Text::tr("no");
}

double duration_of(const Run& run) {
    return facts_of(run).duration;
}

QString run_threshold_text(const Run& run) {
    return run.plan.layer_thresholds ? per_layer_text() : threshold_text(run.threshold);
}

QString run_title(const Run& run) {
    if (run.plan.layer_thresholds) return Text::tr("Thresholds per layer");
    return Text::tr("Threshold %1").arg(threshold_text(run.threshold));
}

QString details_text(const Run& run) {
    QString text = QStringLiteral("<p><b>%1</b>, %2</p>")
                       .arg(run_title(run).toHtmlEscaped(), state_text(run).toHtmlEscaped());
    if (run.state == RunState::failed && !run.error.isEmpty()) {
        text += QStringLiteral("<p>%1</p>").arg(run.error.toHtmlEscaped());
    }
    Details details;
    details.add(Text::tr("Model"), run.model_name);
    details.add(Text::tr("Path of the model"), run.model_path);
    if (run.plan.layer_thresholds) {
        details.add(Text::tr("Thresholds"), layer_thresholds_list(*run.plan.layer_thresholds));
    }
    details.add(Text::tr("Pairs"), count_text(run.summary.pairs));
    details.add_count(Text::tr("Groups"), run.summary.groups);
    details.add_count(Text::tr("Merged heads"), run.summary.merged_heads);
    details.add_count(Text::tr("Heads with side effects"), run.summary.side_effect_heads);
    add_metrics(details, run);
    details.add(Text::tr("KL divergence, nats a token"), kl_text(run));
    details.add(Text::tr("Same top token"), same_top_text(run));
    if (run.result)
        details.add(Text::tr("Costs, in quantization"), yardstick_text(run.result->yardstick));
    add_facts(details, facts_of(run));
    details.add(Text::tr("File"), run.file);
    text += details.table();
    if (run.merged) {
        text += QStringLiteral("<p>%1</p>")
                    .arg(Text::tr("Figures compare only where protocol, window, windows, corpus "
                                  "and dtype are the same. Intervals are of 95\u00a0%."));
    }
    return text;
}

}  // namespace headscope::ui
