#include <QAbstractItemModelTester>
#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QTest>
#include <QTreeView>

#include "tests/support/test_program.h"
#include "ui/window/about_dialog.h"
#include "ui/window/shortcuts_dialog.h"

using namespace headscope::ui;

namespace {

/// All rows with their group, as "group|what|keys".
QStringList rows(const QAbstractItemModel& model) {
    QStringList found;
    for (int group = 0; group < model.rowCount(); ++group) {
        const QModelIndex parent = model.index(group, 0);
        for (int row = 0; row < model.rowCount(parent); ++row) {
            found.append(parent.data().toString() + QLatin1Char('|') +
                         model.index(row, 0, parent).data().toString() + QLatin1Char('|') +
                         model.index(row, 1, parent).data().toString());
        }
    }
    return found;
}

}  // namespace

class TestDialogs : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void shortcuts_are_grouped_and_searched() {
        QMenu menu(QStringLiteral("&File"));
        QAction* open = menu.addAction(QStringLiteral("&Open model\u2026"));
        open->setShortcut(QKeySequence(QStringLiteral("Ctrl+O")));
        QAction* plain = menu.addAction(QStringLiteral("No shortcut"));
        QAction loose(QStringLiteral("Loose && free"));
        loose.setShortcut(QKeySequence(QStringLiteral("F9")));
        ShortcutsDialog dialog({open, plain, &loose});
        QAbstractItemModel& model = *dialog.findChild<QTreeView*>()->model();
        const QAbstractItemModelTester tester(&model);
        const QStringList all = rows(model);
        QVERIFY(all.contains(QStringLiteral("File|Open model\u2026|Ctrl+O")));
        QVERIFY(all.contains(QStringLiteral("Other|Loose & free|F9")));
        QVERIFY(all.filter(QStringLiteral("No shortcut")).isEmpty());

        auto* search = dialog.findChild<QLineEdit*>();
        search->setText(QStringLiteral("f9"));
        QCOMPARE(rows(model), QStringList{QStringLiteral("Other|Loose & free|F9")});
        search->setText(QStringLiteral("file"));
        QCOMPARE(rows(model), QStringList{QStringLiteral("File|Open model\u2026|Ctrl+O")});
        search->clear();
        QCOMPARE(rows(model), all);
        dialog.add_hints(QStringLiteral("Maps"),
                         {{QStringLiteral("Pin"), QStringLiteral("Click")}});
        QCOMPARE(rows(model).last(), QStringLiteral("Maps|Pin|Click"));
    }

    void about_names_versions_and_licences() {
        const AboutDialog dialog(QStringLiteral("1.2.3"));
        QString text;
        for (const QLabel* label : dialog.findChildren<QLabel*>())
            text += label->text();
        for (const QString& part :
             {QStringLiteral("1.2.3"), QStringLiteral("MIT"), QStringLiteral("WikiText-2"),
              QStringLiteral("CC BY-SA 3.0"), QStringLiteral("libtorch"),
              QStringLiteral("QCustomPlot"), QStringLiteral("sentencepiece"),
              QStringLiteral("nlohmann_json"), QString::fromLatin1(qVersion())}) {
            QVERIFY2(text.contains(part), qPrintable(part));
        }
    }
};

HEADSCOPE_TEST(TestDialogs)
#include "test_dialogs.moc"
