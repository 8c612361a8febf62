#include "app/merge_manner.h"

#include <fmt/format.h>

namespace headscope::app {

std::string manner_text(const MergeRule& rule) {
    std::string text;
    if (rule.align != Alignment::none) text += fmt::format(", aligned by {}", name_of(rule.align));
    if (rule.weights != MeanWeights::plain)
        text += fmt::format(", weighted by {}", name_of(rule.weights));
    if (rule.rescale) text += ", rescaled";
    return text;
}

void add_manner(nlohmann::ordered_json& event, const MergeRule& rule) {
    event["align"] = name_of(rule.align);
    event["weights"] = name_of(rule.weights);
    event["rescale"] = rule.rescale;
}

void tell_notes(Display& display, const MergeRule& rule, const ModelConfig& config) {
    for (const std::string& note : notes_on(rule, config)) {
        display.print(note);
        display.event({{"event", "note"}, {"text", note}});
    }
}

}  // namespace headscope::app
