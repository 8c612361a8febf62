#include "ui/window/guided_tour.h"

#include <QCoreApplication>
#include <QDockWidget>
#include <QPushButton>
#include <QTabWidget>

#include "ui/window/start_page.h"
#include "ui/window/workbench.h"
#include "ui/window/workspace.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::GuidedTour)
};

/// About a panel: its dock, or the views in the middle.
TourStep step_of(Workspace& workspace, const QString& panel, const QString& title,
                 const QString& text) {
    return {title, text, [&workspace, panel] { workspace.show_panel(panel); },
            [&workspace, panel]() -> QWidget* {
                if (auto* dock = workspace.findChild<QDockWidget*>(panel)) return dock;
                return &workspace.views();
            }};
}

TourStep opening(Workbench& workbench, StartPage& start_page, bool open) {
    const QString how = Text::tr(
        "Models are opened from the File menu, from the command line, or by dropping them on the "
        "window: Hugging Face folders, GGUF files and more.");
    const QString next = open ? Text::tr("The next steps show what can be seen of yours.")
                              : Text::tr(
                                    "\"Next\" opens the small demo model that ships with "
                                    "Headscope.");
    return {Text::tr("Open a model"),
            how + QLatin1Char(' ') + next,
            {},
            [&workbench, &start_page]() -> QWidget* {
                return workbench.session().model() == nullptr
                           ? start_page.findChild<QPushButton*>(QStringLiteral("open_demo"))
                           : nullptr;
            }};
}

}  // namespace

std::vector<TourStep> guided_tour(Workbench& workbench, StartPage& start_page,
                                  Workspace& workspace) {
    const bool open = workbench.session().model() != nullptr || workbench.opener().opening();
    std::vector<TourStep> steps = {
        opening(workbench, start_page, open),
        step_of(workspace, QStringLiteral("map"), Text::tr("All heads at a glance"),
                Text::tr("Each column is a layer, each cell a head. Choose what colours them: "
                         "similarity, entropy, induction and more. Click to select, right-click to "
                         "merge, remove or exclude. What is selected here is marked in every view; "
                         "Scatter shows heads by any two values.")),
        step_of(workspace, QStringLiteral("attention"), Text::tr("What a head does"),
                Text::tr("Type a text, or find the passages that activate a head most, and point "
                         "at a token to see what it attends to. Two selected heads are shown side "
                         "by side.")),
        step_of(workspace, QStringLiteral("distribution"), Text::tr("Choose what to merge"),
                Text::tr("Drag the line, or ask for the closest pairs: the plan follows at once, "
                         "and every step can be undone. What counts as similar is the measure at "
                         "the top; on real models the measures of behaviour find most.")),
        step_of(workspace, QStringLiteral("runs"), Text::tr("Measure what it costs"),
                Text::tr("\"Run\" evaluates the plan and the original on the same text, with "
                         "confidence intervals; Trade-off and Text show where it hurts. File, Save "
                         "merged model writes the result. F1 explains keys, measures and words.")),
    };
    const auto show_map = steps[1].prepare;
    steps[1].prepare = [&workbench, show_map] {
        if (workbench.session().model() == nullptr && !workbench.opener().opening())
            workbench.open_demo();
        show_map();
    };
    return steps;
}

}  // namespace headscope::ui
