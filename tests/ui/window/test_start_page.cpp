#include <QContextMenuEvent>
#include <QDir>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/test_program.h"
#include "ui/window/start_page.h"

using namespace headscope::ui;

class TestStartPage : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void buttons_ask_for_what_they_say() {
        StartPage page;
        const QSignalSpy model(&page, &StartPage::open_model_requested);
        const QSignalSpy results(&page, &StartPage::open_results_requested);
        const QSignalSpy demo(&page, &StartPage::open_demo_requested);
        page.findChild<QPushButton*>(QStringLiteral("open_model"))->click();
        QCOMPARE(model.count(), 1);
        page.findChild<QPushButton*>(QStringLiteral("open_results"))->click();
        QCOMPARE(results.count(), 1);
        auto* button = page.findChild<QPushButton*>(QStringLiteral("open_demo"));
        QVERIFY(button->isDefault());
        QTest::keyClick(button, Qt::Key_Return);
        QCOMPARE(demo.count(), 1);
    }

    void recent_paths_open_by_click_and_key() {
        StartPage page;
        const QStringList paths = {QStringLiteral("/a/first"), QStringLiteral("/b/second.json")};
        page.set_recent(paths);
        page.resize(640, 400);
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        auto* list = page.findChild<QListWidget*>(QStringLiteral("recent"));
        QCOMPARE(list->count(), 2);
        QCOMPARE(list->item(1)->text(), QStringLiteral("second.json"));
        const QSignalSpy open(&page, &StartPage::open_path_requested);
        const QPoint second = list->visualItemRect(list->item(1)).center();
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, second);
        QCOMPARE(open.count(), 1);
        QCOMPARE(open.at(0).at(0).toString(), paths[1]);
        list->setCurrentRow(0);
        QTest::keyClick(list, Qt::Key_Return);
        QCOMPARE(open.count(), 2);
        QCOMPARE(open.at(1).at(0).toString(), paths[0]);
    }

    void a_path_can_be_taken_off_the_list() {
        StartPage page;
        page.set_recent({QStringLiteral("/a/first")});
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        auto* list = page.findChild<QListWidget*>(QStringLiteral("recent"));
        const QSignalSpy forget(&page, &StartPage::forget_requested);
        const QPoint at = list->visualItemRect(list->item(0)).center();
        Q_EMIT list->customContextMenuRequested(at);
        auto* action = page.findChild<QAction*>(QStringLiteral("forget"));
        QVERIFY(action != nullptr);
        action->trigger();
        QCOMPARE(forget.count(), 1);
        QCOMPARE(forget.at(0).at(0).toString(), QStringLiteral("/a/first"));
    }

    void missing_paths_are_told_apart() {
        const QTemporaryDir folder;
        StartPage page;
        page.set_recent({folder.path(), folder.filePath(QStringLiteral("gone"))});
        const auto* list = page.findChild<QListWidget*>(QStringLiteral("recent"));
        QCOMPARE(list->item(0)->toolTip(), QDir::toNativeSeparators(folder.path()));
        QTRY_VERIFY(list->item(1)->toolTip() !=
                    QDir::toNativeSeparators(folder.filePath(QStringLiteral("gone"))));
        QCOMPARE(list->item(0)->toolTip(), QDir::toNativeSeparators(folder.path()));
    }

    void there_is_no_list_without_paths() {
        StartPage page;
        page.show();
        const auto* list = page.findChild<QListWidget*>(QStringLiteral("recent"));
        QVERIFY(!list->isVisible());
        page.set_recent({QStringLiteral("/a")});
        QVERIFY(list->isVisible());
    }
};

HEADSCOPE_TEST(TestStartPage)
#include "test_start_page.moc"
