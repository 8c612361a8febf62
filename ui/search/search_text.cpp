#include "ui/search/search_text.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include "ui/style/plan_text.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::SearchText)
};

QString budget_text(double share) {
    return Text::tr("%1\u00a0%").arg(QLocale().toString(share * 100.0, 'g', 6));
}

/// What the thresholds merge, and what they are.
QString plan_text(const Result& result) {
    const PlanSummary& summary = result.summary;
    const LayerThresholds& thresholds = *result.plan.layer_thresholds;
    return Text::tr("%1, %2; thresholds of %3 layers, %4.")
        .arg(Text::tr("%n head(s) merged", nullptr, static_cast<int>(summary.merged_heads)),
             Text::tr("%n removable", nullptr, static_cast<int>(summary.removable_heads)),
             count_text(static_cast<std::int64_t>(thresholds.size())),
             layer_thresholds_range(thresholds));
}

QString figures_text(const Result& result) {
    const QString change = result.change ? change_text(result.change->perplexity_ratio) : QString();
    return Text::tr("Perplexity %1 \u2192 %2, change %3, on all %4 windows.")
        .arg(perplexity_text(result.original.perplexity.value),
             perplexity_text(result.merged.perplexity.value), change,
             count_text(result.merged.windows));
}

/// Where the figures are from, if not from a whole search just now.
QString origin_text(const SearchResult& search) {
    if (!search.findings) return Text::tr("This search was finished before.");
    if (search.resumed_scores == 0) return {};
    return Text::tr("It went on from an earlier start (%n score(s)).", nullptr,
                    static_cast<int>(search.resumed_scores));
}

}  // namespace

bool can_search(const Session& session) {
    const auto& model = session.model();
    return model != nullptr && model->measure == session.choices().measure &&
           session.included_count() > 0;
}

QString search_subject(const Session& session) {
    const auto& model = session.model();
    if (model == nullptr) return Text::tr("Open a model first.");
    if (session.included_count() == 0) return Text::tr("Include at least one layer first.");
    const Choices& choices = session.choices();
    if (model->measure != choices.measure)
        return Text::tr("Wait until the heads are compared by the new measure.");
    return Text::tr(
               "Of %1: %n layer(s), measure %2, grouping %3, KV policy %4, as chosen now; "
               "text and device as in the settings of evaluations.",
               nullptr, session.included_count())
        .arg(QString::fromStdString(model->name()), qstring(name_of(choices.measure)),
             qstring(name_of(choices.grouping)), qstring(name_of(choices.kv_policy)));
}

QString outcome_text(const SearchResult& search, const SearchParams& params) {
    const Result& result = search.result;
    QStringList parts;
    if (!result.plan.layer_thresholds || result.plan.layer_thresholds->empty()) {
        parts << Text::tr("No plan was found that holds %1.")
                     .arg(budget_text(params.max_ppl_increase));
    } else {
        parts << plan_text(result) << figures_text(result);
    }
    parts << origin_text(search);
    parts.removeAll(QString());
    return parts.join(QLatin1Char(' '));
}

}  // namespace headscope::ui
