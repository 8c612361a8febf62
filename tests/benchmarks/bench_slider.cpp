// What one move of the threshold costs for 80 layers of 64 heads: the plan of every layer with all
// counts, as the window does it, beside planning everything anew; then the whole window.

#include <QApplication>
#include <QSlider>
#include <QTemporaryDir>
#include <array>

#include <benchmark/benchmark.h>

#include "tests/ui/support/session_fixture.h"
#include "ui/distribution/distribution_panel.h"
#include "ui/window/main_window.h"
#include "ui/window/workbench.h"
#include "ui/window/workspace.h"

namespace {

using namespace headscope;
using namespace headscope::ui;

constexpr int kLayers = 80;
constexpr int kHeads = 64;

const std::shared_ptr<const OpenedModel>& model() {
    static const auto opened = headscope::testing::synthetic_model(kLayers, kHeads, 8, 1);
    return opened;
}

/// Thresholds of a drag, up and down; the lowest selects half of all pairs.
constexpr std::array kDrag = {0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4,  0.3,
                              0.2,  0.3, 0.4,  0.5, 0.6, 0.7, 0.8, 0.85, 0.9};

void session_moves(benchmark::State& state) {
    Session session;
    session.set_model(model());
    Choices choices = session.choices();
    choices.grouping = static_cast<Grouping>(state.range(0));
    session.choose(choices, QStringLiteral("grouping"));
    std::size_t step = 0;
    for (auto _ : state) {
        session.choose_threshold(kDrag[step++ % kDrag.size()]);
        benchmark::DoNotOptimize(session.summary().pairs);
    }
}

void plan_made_anew(benchmark::State& state) {
    std::size_t step = 0;
    for (auto _ : state) {
        const MergeRule rule{kDrag[step++ % kDrag.size()], Grouping::components, {}};
        const MergePlan plan = make_merge_plan(model()->matrices, model()->config(), rule);
        benchmark::DoNotOptimize(summarize(plan, model()->config()).pairs);
    }
}

/// The slider of the real window, and everything that is drawn because of it.
void window_moves(benchmark::State& state) {
    const QTemporaryDir folder;
    SettingsStore settings(folder.filePath(QStringLiteral("settings.ini")));
    Workbench workbench(settings, {});
    MainWindow window(workbench);
    window.resize(1280, 800);
    window.show();
    workbench.session().set_model(model());
    QApplication::processEvents();
    auto& slider = *window.workspace().panel<DistributionPanel>().findChild<QSlider*>();
    const int range = slider.maximum() - slider.minimum();
    std::size_t step = 0;
    for (auto _ : state) {
        const double at = kDrag[step++ % kDrag.size()];
        slider.setValue(slider.minimum() + static_cast<int>(range * at));
        QApplication::processEvents();  // draws what changed
    }
}

BENCHMARK(session_moves)
    ->ArgName("grouping")
    ->Arg(static_cast<int>(Grouping::components))
    ->Arg(static_cast<int>(Grouping::complete))
    ->Arg(static_cast<int>(Grouping::matching))
    ->Arg(static_cast<int>(Grouping::sequential))
    ->Unit(benchmark::kMillisecond);
BENCHMARK(plan_made_anew)->Unit(benchmark::kMillisecond);
BENCHMARK(window_moves)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
