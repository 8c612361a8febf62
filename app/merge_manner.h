#pragma once

#include "app/display.h"
#include "core/merging/merge_fields.h"

namespace headscope::app {

/// Prints notes_on() a rule, and sends them where the output is JSON.
void tell_notes(Display& display, const MergeRule& rule, const ModelConfig& config);

}  // namespace headscope::app
