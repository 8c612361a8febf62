#include "app/scores_note.h"

#include <cmath>

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
    double log_change = 0.0;
    for (std::size_t v = 1; v < scores.values.size(); ++v) {
        const double log_ratio = std::log(scores.change(0, v).perplexity_ratio.value);
        if (most != 0 && std::abs(log_ratio) <= std::abs(log_change)) continue;
        most = v;
        log_change = log_ratio;
    }
    if (most > 0) {
        text += fmt::format(" ({} {:+.4f} %)", threshold_text(thresholds.at(most - 1)),
                            100.0 * std::expm1(log_change));
    }
    return text;
}

}  // namespace

void show_scores(Display& display, const Scores& scores, const std::vector<double>& thresholds) {
    if (scores.windows_done() == 0) return;
    if (display.json()) {
        send_event(display, scores, thresholds);
    } else {
        display.note(note_text(scores, thresholds));
    }
}

}  // namespace headscope::app
