#include "app/scores_note.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/report/results.h"

namespace headscope::app {
namespace {

void send_event(Display& display, const Scores& scores, const std::vector<double>& thresholds) {
    nlohmann::ordered_json variants = nlohmann::ordered_json::array();
    for (std::size_t v = 0; v < scores.values.size(); ++v) {
        nlohmann::ordered_json variant = to_json(scores.metrics(v));
        if (v > 0) {
            variant["threshold"] = thresholds.at(v - 1);
            variant["change"] = to_json(scores.change(0, v));
        }
        variants.push_back(std::move(variant));
    }
    display.event({{"event", "partial"}, {"variants", std::move(variants)}});
}

std::string note_text(const Scores& scores, const std::vector<double>& thresholds) {
    std::string text = fmt::format("perplexity {:.3f}", scores.metrics(0).perplexity.value);
    std::size_t most = 0;
    Estimate change{1.0, 1.0, 1.0};
    for (std::size_t v = 1; v < scores.values.size(); ++v) {
        const Estimate ratio = scores.change(0, v).perplexity_ratio;
        if (most == 0 || std::abs(std::log(ratio.value)) > std::abs(std::log(change.value))) {
            most = v;
            change = ratio;
        }
    }
    if (most > 0)
        text +=
            fmt::format(", {} {}", threshold_text(thresholds.at(most - 1)), change_text(change));
    return text;
}

}  // namespace

ScoresFn show_scores(Display& display, std::vector<double> thresholds) {
    return [&display, thresholds = std::move(thresholds)](const Scores& scores) {
        if (scores.windows_done() == 0) return;
        if (display.json()) {
            send_event(display, scores, thresholds);
        } else {
            display.note(note_text(scores, thresholds));
        }
    };
}

}  // namespace headscope::app
