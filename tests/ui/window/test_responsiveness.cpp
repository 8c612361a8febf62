// The window during an evaluation: how much its thread computes at most between two turns of its
// event loop, in processor time, while the user drags the slider and walks through the layers.

#include <QSlider>
#include <QTest>
#include <algorithm>
#include <limits>

#include "tests/support/test_program.h"
#include "tests/ui/window/event_loop_gap.h"
#include "tests/ui/window/window_fixture.h"
#include "ui/distribution/distribution_panel.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

/// Drives the window for some seconds and returns the most work between two turns, milliseconds.
qint64 longest_work(const WindowFixture& at) {
    constexpr int kSteps = 120;
    constexpr int kStepMs = 16;  // as often as a screen shows it
    const EventLoopGap gap;
    auto& slider = *at.window->workspace().panel<DistributionPanel>().findChild<QSlider*>();
    for (int step = 0; step < kSteps; ++step) {
        const int range = slider.maximum() - slider.minimum();
        slider.setValue(slider.minimum() + range * ((step * 7) % kSteps) / kSteps);
        if (step % 5 == 0) at.workbench->session().focus_layer(step / 5 % 6);
        QTest::qWait(kStepMs);
    }
    return gap.longest_work();
}

}  // namespace

class TestResponsiveness : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void no_gap_over_50_ms_during_an_evaluation() {
        WindowFixture at(0);
        at.window->resize(1280, 800);
        at.open_demo();
        // A busy neighbour also empties the caches: the best of three tries counts.
        qint64 best = std::numeric_limits<qint64>::max();
        for (int attempt = 0; attempt < 3 && best > kLongestGapMs; ++attempt) {
            const int id = at.workbench->evaluations().start_sweep({0.98, 0.99, 0.995}).front();
            const auto run = [&at, id] { return *at.workbench->runs().find(id); };
            QTRY_VERIFY_WITH_TIMEOUT(run().progress.unit == "windows", kPatience);
            best = std::min(best, longest_work(at));
            QCOMPARE(run().state, RunState::running);  // all the time
            at.workbench->evaluations().cancel_all();
            QTRY_VERIFY_WITH_TIMEOUT(!at.workbench->evaluations().busy(), kPatience);
        }
        qInfo("most work between event-loop turns: %lld ms", best);
        QVERIFY2(best <= kLongestGapMs, qPrintable(QString::number(best)));
    }
};

HEADSCOPE_TEST(TestResponsiveness)
#include "test_responsiveness.moc"
