#include "app/merge_manner.h"

#include <nlohmann/json.hpp>

namespace headscope::app {

void tell_notes(Display& display, const MergeRule& rule, const ModelConfig& config) {
    for (const std::string& note : notes_on(rule, config)) {
        display.print(note);
        display.event({{"event", "note"}, {"text", note}});
    }
}

}  // namespace headscope::app
