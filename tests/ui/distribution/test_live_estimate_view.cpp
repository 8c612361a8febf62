#include <QCheckBox>
#include <QLabel>
#include <QProgressBar>
#include <QSignalSpy>
#include <QTest>
#include <limits>

#include "tests/support/test_program.h"
#include "ui/distribution/interval_mark.h"
#include "ui/distribution/live_estimate_view.h"
#include "ui/style/text.h"

using namespace headscope;
using namespace headscope::ui;

namespace {

constexpr Estimate kRatio{1.00013, 1.00011, 1.00015};

LiveEstimate estimate(LiveEstimate::State state) {
    LiveEstimate estimate;
    estimate.state = state;
    return estimate;
}

LiveEstimate estimate_with_figures(LiveEstimate::State state) {
    LiveEstimate with = estimate(state);
    with.windows = 12;
    with.change = Change{kRatio, {}};
    return with;
}

}  // namespace

class TestLiveEstimateView : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void says_each_state_in_its_own_words() {
        using State = LiveEstimate::State;
        LiveEstimateView view;
        const auto* text = view.findChild<QLabel*>(QStringLiteral("live_text"));
        const auto* busy = view.findChild<QProgressBar*>(QStringLiteral("live_busy"));
        QStringList texts;
        for (const State state :
             {State::off, State::empty, State::waiting, State::running, State::failed}) {
            view.set_estimate(estimate(state));
            QVERIFY(!text->text().isEmpty());
            QVERIFY2(!texts.contains(text->text()), qPrintable(text->text()));
            texts.append(text->text());
            QCOMPARE(!busy->isHidden(), state == State::running);
        }
        for (const State state : {State::running, State::complete}) {
            view.set_estimate(estimate_with_figures(state));
            QVERIFY(text->text().contains(change_text(kRatio)));
            QVERIFY(text->text().contains(QStringLiteral("12")));
            QCOMPARE(!busy->isHidden(), state == State::running);
        }
    }

    void why_it_failed_is_in_the_tool_tip() {
        LiveEstimateView view;
        LiveEstimate failed = estimate(LiveEstimate::State::failed);
        failed.error = QStringLiteral("out of memory");
        view.set_estimate(failed);
        const auto* text = view.findChild<QLabel*>(QStringLiteral("live_text"));
        QCOMPARE(text->toolTip(), failed.error);
        QVERIFY(!text->text().contains(failed.error));
        view.set_estimate(estimate(LiveEstimate::State::off));
        QVERIFY(text->toolTip().isEmpty());
    }

    void only_the_user_toggles() {
        LiveEstimateView view;
        const QSignalSpy toggled(&view, &LiveEstimateView::toggled);
        view.set_on(true);
        QVERIFY(view.on());
        QCOMPARE(toggled.count(), 0);
        view.findChild<QCheckBox*>(QStringLiteral("live_switch"))->click();
        QCOMPARE(toggled.count(), 1);
        QCOMPARE(toggled.at(0).at(0).toBool(), false);
    }

    void the_drawing_has_a_round_scale() {
        IntervalMark mark;
        mark.set_ratio(kRatio);
        QVERIFY(qFuzzyCompare(mark.extent(), 0.0002));
        mark.set_ratio(Estimate{0.97, 0.93, 1.01});
        QVERIFY(qFuzzyCompare(mark.extent(), 0.1));
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        mark.set_ratio(Estimate{1.03, -kInfinity, kInfinity});
        QVERIFY(qFuzzyCompare(mark.extent(), 0.05));
        mark.set_ratio(Estimate{1.0, 1.0, 1.0});
        QCOMPARE(mark.extent(), 1.0);
        mark.resize(100, 16);
        QVERIFY(!mark.grab().isNull());
    }
};

HEADSCOPE_TEST(TestLiveEstimateView)
#include "test_live_estimate_view.moc"
