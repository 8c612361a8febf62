#include "app/merge_manner.h"

#include <fmt/format.h>

namespace headscope::app {

std::string manner_text(const MergeRule& rule) {
    std::string text;
    if (rule.align != Alignment::none) text += fmt::format(", aligned by {}", name_of(rule.align));
    if (rule.weights != MeanWeights::plain)
        text += fmt::format(", weighted by {}", name_of(rule.weights));
    if (rule.rescale) text += ", rescaled";
    if (rule.representative != Representative::mean)
        text += fmt::format(", query of the {} head", name_of(rule.representative));
    if (!rule.removal.empty()) text += fmt::format(", removed {}", removal_text(rule.removal));
    if (rule.refit.refit != Refit::none) {
        text += fmt::format(", {} refitted to target {}", name_of(rule.refit.refit),
                            name_of(rule.refit.target));
    }
    return text;
}

void add_manner(nlohmann::ordered_json& event, const MergeRule& rule) {
    event["align"] = name_of(rule.align);
    event["weights"] = name_of(rule.weights);
    event["rescale"] = rule.rescale;
    event["representative"] = name_of(rule.representative);
    event["merge"] = groups_text(rule.groups);
    event["remove"] = removal_text(rule.removal);
    event["remove_by"] = name_of(rule.removal.order);
    event["refit"] = name_of(rule.refit.refit);
    event["refit_target"] = name_of(rule.refit.target);
}

void tell_notes(Display& display, const MergeRule& rule, const ModelConfig& config) {
    for (const std::string& note : notes_on(rule, config)) {
        display.print(note);
        display.event({{"event", "note"}, {"text", note}});
    }
}

}  // namespace headscope::app
