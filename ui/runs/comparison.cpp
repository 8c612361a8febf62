#include "ui/runs/comparison.h"

#include <QCoreApplication>
#include <algorithm>
#include <functional>

#include "ui/runs/run_facts.h"
#include "ui/runs/run_text.h"
#include "ui/style/plan_text.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::Comparison)
};

QString count_if_known(std::int64_t count) {
    return count > 0 ? count_text(count) : QString();
}

bool all_equal(const QStringList& texts) {
    return std::all_of(texts.begin(), texts.end(),
                       [&](const QString& text) { return text == texts.constFirst(); });
}

/// Builds the rows of one comparison, and notes which settings make it void.
class Builder {
  public:
    explicit Builder(const std::vector<Run>& runs) : runs_(runs) {
        for (const Run& run : runs) {
            facts_.push_back(facts_of(run));
            comparison_.titles << run_title(run);
        }
    }

    void add(const QString& name, const std::function<QString(const Run&)>& text) {
        QStringList cells;
        for (const Run& run : runs_)
            cells << text(run);
        add(name, cells);
    }

    void add_fact(const QString& name, const std::function<QString(const RunFacts&)>& text) {
        add(name, texts(text));
    }

    /// A setting in which runs must agree.
    void require(const QString& name, const std::function<QString(const RunFacts&)>& identity) {
        const QStringList identities = texts(identity);
        if (!all_equal(identities)) conflicts_ << name;
    }

    Comparison take() {
        const bool unknown = std::any_of(facts_.begin(), facts_.end(), [](const RunFacts& facts) {
            return facts.protocol.isEmpty();
        });
        if (unknown) {
            comparison_.warning = Text::tr(
                "Whether these runs compare is not known: a file does not tell how it was made.");
        } else if (!conflicts_.isEmpty()) {
            comparison_.warning = Text::tr("These runs do not compare: they differ in %1.",
                                           "a list of settings, such as: protocol, window")
                                      .arg(conflicts_.join(QStringLiteral(", ")));
        }
        return std::move(comparison_);
    }

  private:
    void add(const QString& name, const QStringList& cells) {
        const bool known = std::any_of(cells.begin(), cells.end(),
                                       [](const QString& cell) { return !cell.isEmpty(); });
        if (known) comparison_.rows.push_back({name, cells, !all_equal(cells)});
    }

    [[nodiscard]] QStringList texts(const std::function<QString(const RunFacts&)>& text) const {
        QStringList all;
        for (const RunFacts& facts : facts_)
            all << text(facts);
        return all;
    }

    const std::vector<Run>& runs_;
    std::vector<RunFacts> facts_;
    Comparison comparison_;
    QStringList conflicts_;
};

void add_plan(Builder& builder) {
    builder.add(Text::tr("Model"), [](const Run& run) { return run.model_name; });
    builder.add(Text::tr("Threshold"), [](const Run& run) {
        const auto& of_layers = run.plan.layer_thresholds;
        return of_layers ? layer_thresholds_list(*of_layers) : threshold_text(run.threshold);
    });
    builder.add_fact(Text::tr("Measure"), [](const RunFacts& facts) { return facts.measure; });
    builder.add_fact(Text::tr("Grouping"), [](const RunFacts& facts) { return facts.grouping; });
    builder.add_fact(Text::tr("KV policy"), [](const RunFacts& facts) { return facts.kv_policy; });
    builder.add_fact(Text::tr("Alignment"), [](const RunFacts& facts) { return facts.align; });
    builder.add_fact(Text::tr("Mean weights"), [](const RunFacts& facts) { return facts.weights; });
    builder.add_fact(Text::tr("Norms restored"),
                     [](const RunFacts& facts) { return yes_or_no(facts.rescale); });
    builder.add_fact(Text::tr("Layers"),
                     [](const RunFacts& facts) { return layers_text(facts.layers); });
    builder.add(Text::tr("Pairs"), [](const Run& run) { return count_text(run.summary.pairs); });
    // Files of other programs tell the pairs only.
    const auto of_plan = [&](const QString& name, std::int64_t PlanSummary::*member) {
        builder.add(name, [member](const Run& run) {
            const bool told = !run.result || run.result->manifest || run.choices;
            return told ? count_text(run.summary.*member) : QString();
        });
    };
    of_plan(Text::tr("Groups"), &PlanSummary::groups);
    of_plan(Text::tr("Merged heads"), &PlanSummary::merged_heads);
    of_plan(Text::tr("Heads with side effects"), &PlanSummary::side_effect_heads);
    of_plan(Text::tr("Removable parameters"), &PlanSummary::removable_parameters);
}

void add_evaluation(Builder& builder) {
    const auto protocol = [](const RunFacts& facts) { return facts.protocol; };
    const auto window = [](const RunFacts& facts) { return count_if_known(facts.window); };
    const auto windows = [](const RunFacts& facts) { return count_if_known(facts.windows); };
    const auto dtype = [](const RunFacts& facts) { return facts.dtype; };
    builder.add_fact(Text::tr("Protocol"), protocol);
    builder.require(Text::tr("protocol"), protocol);
    builder.add_fact(Text::tr("Window, tokens"), window);
    builder.require(Text::tr("window"), window);
    builder.add_fact(Text::tr("Windows"), windows);
    builder.require(Text::tr("number of windows"), windows);
    builder.add_fact(Text::tr("Corpus"), [](const RunFacts& facts) { return facts.corpus; });
    builder.require(Text::tr("corpus"), [](const RunFacts& facts) { return facts.corpus_sha256; });
    // Perplexities of different vocabularies are of different units.
    builder.require(Text::tr("tokenizer"),
                    [](const RunFacts& facts) { return facts.tokenizer_fingerprint; });
    builder.add_fact(Text::tr("Dtype"), dtype);
    builder.require(Text::tr("dtype"), dtype);
    builder.add_fact(Text::tr("Device"), [](const RunFacts& facts) { return facts.device; });
}

void add_figures(Builder& builder) {
    builder.add(Text::tr("Perplexity, original"), [](const Run& run) {
        return run.original ? perplexity_text(run.original->perplexity) : QString();
    });
    builder.add(Text::tr("Perplexity, merged"), [](const Run& run) {
        return run.merged ? perplexity_text(run.merged->perplexity) : QString();
    });
    builder.add(Text::tr("Change of perplexity"), [](const Run& run) {
        return run.change ? change_text(run.change->perplexity_ratio) : QString();
    });
    builder.add(Text::tr("Accuracy, original"), [](const Run& run) {
        return run.original ? percent_text(run.original->accuracy) : QString();
    });
    builder.add(Text::tr("Accuracy, merged"), [](const Run& run) {
        return run.merged ? percent_text(run.merged->accuracy) : QString();
    });
    builder.add(Text::tr("Change of accuracy, points"), [](const Run& run) {
        return run.change ? points_text(run.change->accuracy_difference) : QString();
    });
    builder.add_fact(Text::tr("Duration"), [](const RunFacts& facts) {
        return facts.duration >= 0.0 ? duration_text(facts.duration) : QString();
    });
}

}  // namespace

Comparison compare_runs(const std::vector<Run>& runs) {
    Builder builder(runs);
    add_plan(builder);
    add_evaluation(builder);
    add_figures(builder);
    return builder.take();
}

QString as_tsv(const Comparison& comparison) {
    const QLatin1Char tab('\t');
    QString text = tab + comparison.titles.join(tab) + QLatin1Char('\n');
    for (const Comparison::Row& row : comparison.rows) {
        text += row.name + tab + row.cells.join(tab) + QLatin1Char('\n');
    }
    return text;
}

}  // namespace headscope::ui
