#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "app/display.h"
#include "core/merging/merge_plan.h"

namespace headscope::app {

/// How a rule averages where that is not the default, to follow its KV policy in a sentence:
/// ", aligned by weights, weighted by norm, rescaled".
std::string manner_text(const MergeRule& rule);

/// The same as keys of an event.
void add_manner(nlohmann::ordered_json& event, const MergeRule& rule);

/// Prints notes_on() a rule, and sends them where the output is JSON.
void tell_notes(Display& display, const MergeRule& rule, const ModelConfig& config);

}  // namespace headscope::app
