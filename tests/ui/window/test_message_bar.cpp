#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QTest>
#include <QToolButton>

#include "tests/support/test_program.h"
#include "ui/window/message_bar.h"

using namespace headscope::ui;

class TestMessageBar : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void copies_the_details_of_an_error() {
        QWidget window;
        auto* bar = new MessageBar(&window);
        window.show();
        QVERIFY(!bar->isVisible());
        bar->show_error(QStringLiteral("No <b>config.json</b>."), QStringLiteral("in /a/b"));
        QVERIFY(bar->isVisible());
        const auto* text = bar->findChild<QLabel*>(QStringLiteral("message_text"));
        QCOMPARE(text->text(), QStringLiteral("No <b>config.json</b>."));
        QCOMPARE(text->textFormat(), Qt::PlainText);
        QCOMPARE(bar->accessibleName(), text->text());
        auto* copy = bar->findChild<QPushButton*>(QStringLiteral("message_copy"));
        QVERIFY(copy->isVisible());
        copy->click();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("in /a/b"));

        bar->show_information(QStringLiteral("Saved."));
        QCOMPARE(text->text(), QStringLiteral("Saved."));
        QVERIFY(!copy->isVisible());
    }

    void closes_by_button_and_escape() {
        QWidget window;
        auto* bar = new MessageBar(&window);
        window.show();
        bar->show_error(QStringLiteral("a"), QStringLiteral("b"));
        bar->findChild<QToolButton*>(QStringLiteral("message_close"))->click();
        QVERIFY(!bar->isVisible());
        bar->show_error(QStringLiteral("a"), QStringLiteral("b"));
        QTest::keyClick(bar->findChild<QPushButton*>(QStringLiteral("message_copy")),
                        Qt::Key_Escape);
        QVERIFY(!bar->isVisible());
    }
};

HEADSCOPE_TEST(TestMessageBar)
#include "test_message_bar.moc"
