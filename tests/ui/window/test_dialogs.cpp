#include <QAbstractItemModelTester>
#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QRegularExpression>
#include <QTabWidget>
#include <QTest>
#include <QTreeView>

#include "core/similarity/similarity.h"
#include "tests/support/test_program.h"
#include "ui/window/about_dialog.h"
#include "ui/window/help_dialog.h"
#include "ui/window/shortcuts_page.h"

using namespace headscope;
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
        ShortcutsPage dialog({open, plain, &loose});
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

    void help_has_shortcuts_measures_and_glossary() {
        QAction open(QStringLiteral("Open"));
        open.setShortcut(QKeySequence(QStringLiteral("Ctrl+O")));
        HelpDialog dialog({&open});
        QCOMPARE(dialog.pages().count(), 4);
        QVERIFY(dialog.findChild<ShortcutsPage*>() != nullptr);
        QVERIFY(help_text(QStringLiteral("nothing"), QStringLiteral("en")).isEmpty());
    }

    /// The pages of both languages say the same: tables of the same rows, the same names and
    /// formulas in code.
    void help_is_the_same_in_both_languages() {
        const auto rows = [](const QString& text) {
            QStringList found;
            for (const QString& line : text.split(QLatin1Char('\n'))) {
                if (!line.startsWith(QLatin1Char('|'))) continue;
                static const QRegularExpression code(QStringLiteral("`[^`]+`"));
                QString names;
                auto matches = code.globalMatch(line.section(QLatin1Char('|'), 1, 1));
                while (matches.hasNext())
                    names += matches.next().captured() + QLatin1Char(' ');
                found << names;
            }
            return found;
        };
        for (const char* page : {"measures", "heads", "glossary"}) {
            const QString english = help_text(QLatin1String(page), QStringLiteral("en"));
            const QString russian = help_text(QLatin1String(page), QStringLiteral("ru"));
            QVERIFY2(rows(english).size() > 8, page);
            QCOMPARE(rows(russian), rows(english));
        }
        for (const Measure measure : all_measures()) {
            const QString name =
                QStringLiteral("`%1`").arg(QString::fromStdString(std::string(name_of(measure))));
            QVERIFY2(help_text(QStringLiteral("measures"), QStringLiteral("en")).contains(name),
                     qPrintable(name));
        }
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
