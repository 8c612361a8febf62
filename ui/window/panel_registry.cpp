#include "ui/window/panel_registry.h"

#include <array>

#include "ui/attention/attention_panel.h"
#include "ui/difference/two_models_panel.h"
#include "ui/distribution/distribution_panel.h"
#include "ui/heatmap/heatmap_panel.h"
#include "ui/layers/layer_panel.h"
#include "ui/map/map_panel.h"
#include "ui/measures/damage_panel.h"
#include "ui/measures/two_measures_panel.h"
#include "ui/model/model_panel.h"
#include "ui/plan/pair_panel.h"
#include "ui/plan/plan_panel.h"
#include "ui/runs/run_curves.h"
#include "ui/runs/run_panel.h"
#include "ui/scatter/scatter_tab.h"
#include "ui/text/text_panel.h"
#include "ui/tradeoff/tradeoff_panel.h"

namespace headscope::ui {
namespace {

constexpr std::array kFactories = {
    make_map_panel,        make_heatmap_panel, make_attention_panel, make_two_measures_panel,
    make_scatter_panel,    make_damage_panel,  make_tradeoff_panel,  make_text_panel,
    make_two_models_panel, make_model_panel,   make_layer_panel,     make_distribution_panel,
    make_plan_panel,       make_pair_panel,    make_run_panel,       make_run_curves,
};

}  // namespace

std::vector<Panel> make_panels(const PanelServices& services) {
    std::vector<Panel> panels;
    panels.reserve(kFactories.size());
    for (const auto make : kFactories)
        panels.push_back(make(services));
    return panels;
}

}  // namespace headscope::ui
