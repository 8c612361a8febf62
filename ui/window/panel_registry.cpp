#include "ui/window/panel_registry.h"

#include <array>

// One name for each panel, in the order of the tabs and docks: make_<name>_panel() lies in a folder
// of its own.
#define HEADSCOPE_PANELS(X) \
    X(map)                  \
    X(heatmap)              \
    X(attention)            \
    X(two_measures)         \
    X(scatter)              \
    X(damage)               \
    X(tradeoff)             \
    X(text)                 \
    X(two_models)           \
    X(model)                \
    X(layer)                \
    X(distribution)         \
    X(plan)                 \
    X(pair)                 \
    X(run)                  \
    X(curves)

namespace headscope::ui {

#define HEADSCOPE_DECLARE(name) Panel make_##name##_panel(const PanelServices& services);
HEADSCOPE_PANELS(HEADSCOPE_DECLARE)
#undef HEADSCOPE_DECLARE

namespace {

#define HEADSCOPE_ENTRY(name) make_##name##_panel,
constexpr std::array kFactories = {HEADSCOPE_PANELS(HEADSCOPE_ENTRY)};
#undef HEADSCOPE_ENTRY

}  // namespace

std::vector<Panel> make_panels(const PanelServices& services) {
    std::vector<Panel> panels;
    panels.reserve(kFactories.size());
    for (const auto make : kFactories)
        panels.push_back(make(services));
    return panels;
}

}  // namespace headscope::ui
