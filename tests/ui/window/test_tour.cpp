// The guided tour: its steps, its keys, and that it stays closed.

#include <QDockWidget>
#include <QLabel>
#include <QPushButton>
#include <QTabWidget>

#include "tests/support/test_program.h"
#include "tests/ui/window/window_fixture.h"
#include "ui/window/actions.h"
#include "ui/window/tour.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

QString view_of(const WindowFixture& at) {
    return at.window->workspace().views().currentWidget()->objectName();
}

}  // namespace

class TestTour : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void five_steps_lead_through_the_window() {
        WindowFixture at;
        QVERIFY(at.window->findChild<Tour*>() == nullptr);
        at.window->start_tour();
        Tour& tour = at.find<Tour>();
        auto& next = at.find<QPushButton>(QStringLiteral("tour_next"));
        QTRY_VERIFY(tour.isVisible());
        QCOMPARE(tour.step(), 0);
        // The button that opens the demo model.
        const auto& demo = at.find<QPushButton>(QStringLiteral("open_demo"));
        QTRY_COMPARE(tour.framed(), QRect(demo.mapTo(at.window.get(), QPoint(0, 0)), demo.size()));
        QVERIFY(at.workbench->session().model() == nullptr);
        QTest::keyClick(&next, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(at.workbench->session().model() != nullptr, kPatience);
        QCOMPARE(tour.step(), 1);
        QCOMPARE(view_of(at), QStringLiteral("map"));
        QTRY_VERIFY(!tour.framed().isEmpty());
        QTest::keyClick(&next, Qt::Key_Space);
        QCOMPARE(view_of(at), QStringLiteral("attention"));
        QTest::keyClick(&next, Qt::Key_Return);
        QCOMPARE(tour.step(), 3);
        QTest::keyClick(&at.find<QPushButton>(QStringLiteral("tour_back")), Qt::Key_Space);
        QCOMPARE(tour.step(), 2);
        QTest::keyClick(&next, Qt::Key_Return);
        QTest::keyClick(&next, Qt::Key_Return);
        QCOMPARE(tour.step(), 4);
        QVERIFY(at.find<QDockWidget>(QStringLiteral("runs")).isVisible());
        QVERIFY(!at.settings.tour_closed());
        QTest::keyClick(&next, Qt::Key_Return);
        QVERIFY(!tour.isVisible());
        QVERIFY(at.settings.tour_closed());
    }

    void escape_closes_it_for_good_and_help_starts_it() {
        WindowFixture at;
        at.window->start_tour();
        QTRY_VERIFY(at.find<Tour>().isVisible());
        QTest::keyClick(&at.find<Tour>(), Qt::Key_Escape);
        QVERIFY(!at.find<Tour>().isVisible());
        QVERIFY(at.settings.tour_closed());
        at.restart();
        QVERIFY(at.settings.tour_closed());
        at.window->actions().tour->trigger();
        QTRY_VERIFY(at.find<Tour>().isVisible());
        QCOMPARE(at.find<Tour>().step(), 0);
        at.window->actions().tour->trigger();
        QCOMPARE(at.window->findChildren<Tour*>().size(), 1);
    }

    void the_card_stays_in_the_window() {
        WindowFixture at;
        at.open_demo();
        for (const QSize size : {QSize(1280, 800), QSize(900, 600)}) {
            at.window->resize(size);
            at.window->start_tour();
            const Tour& tour = at.find<Tour>();
            for (int step = 0; step < 5; ++step) {
                QTest::qWait(50);
                QVERIFY(at.window->rect().contains(tour.geometry()));
                QVERIFY(!tour.accessibleName().isEmpty());
                for (const QLabel* label : tour.findChildren<QLabel*>())
                    QVERIFY(label->height() >= label->heightForWidth(label->width()));
                if (step < 4)
                    QTest::keyClick(&at.find<QPushButton>(QStringLiteral("tour_next")),
                                    Qt::Key_Return);
            }
        }
    }
};

HEADSCOPE_TEST(TestTour)
#include "test_tour.moc"
