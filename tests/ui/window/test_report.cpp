#include <QApplication>
#include <QDialogButtonBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/synthetic_results.h"
#include "tests/support/test_program.h"
#include "ui/window/report_dialog.h"
#include "ui/window/workbench.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

namespace {

std::shared_ptr<const Analysis> analysis() {
    return std::make_shared<const Analysis>(synthetic_analysis({.layers = 6}, {0.9, 0.99}));
}

struct Fixture {
    QTemporaryDir folder;
    SettingsStore settings{folder.filePath(QStringLiteral("settings.ini"))};
    Workbench workbench{settings, {}};
    QSignalSpy ended{&workbench, &Workbench::report_ended};
    QSignalSpy failed{&workbench, &Workbench::failed};

    [[nodiscard]] QString file(const QString& name) const { return folder.filePath(name); }

    void start(const QString& path) {
        workbench.export_report({analysis(), {1, 3}, path.toStdString()});
    }
};

}  // namespace

class TestReport : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_dialog_proposes_the_most_alike_layers() {
        const auto shown = analysis();
        ReportDialog dialog(*shown);
        QCOMPARE(dialog.layers(), most_alike_layers(*shown, 4));
        auto& edit = *dialog.findChild<QLineEdit*>(QStringLiteral("layers"));
        auto& verdict = *dialog.findChild<QLabel*>(QStringLiteral("verdict"));
        auto& save = *dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Save);
        edit.setText(QStringLiteral("0, 2-4"));
        QCOMPARE(dialog.layers(), (std::vector<int>{0, 2, 3, 4}));
        QVERIFY(save.isEnabled());
        edit.setText(QStringLiteral("0,7"));
        QVERIFY(!save.isEnabled());
        QVERIFY(verdict.text().contains(QStringLiteral("7")));
        edit.setText(QStringLiteral("3-1"));
        QVERIFY(!save.isEnabled());
        edit.clear();
        QVERIFY(save.isEnabled());
        QVERIFY(dialog.layers().empty());
    }

    void a_report_is_written_while_the_window_lives() {
        Fixture f;
        const QString path = f.file(QStringLiteral("report.html"));
        QSignalSpy progressed(&f.workbench, &Workbench::report_progressed);
        f.start(path);
        QVERIFY(f.workbench.exporting_report());
        QTRY_COMPARE_WITH_TIMEOUT(f.ended.size(), 1, 60'000);
        QCOMPARE(f.ended[0][0].toString(), path);
        QVERIFY(f.failed.isEmpty());
        QVERIFY(!progressed.isEmpty());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray html = file.readAll();
        QVERIFY(html.endsWith("</html>\n"));
        // Light and dark: threshold curves, two charts a run, overview, distribution, two layers.
        QCOMPARE(html.count("<img "), 2 * (1 + 2 * 2 + 2 + 2));
        QVERIFY(html.contains("Similarity of the heads of layer 3"));
        QVERIFY(!html.contains("Similarity of the heads of layer 2"));
    }

    void it_can_be_cancelled() {
        Fixture f;
        const QString path = f.file(QStringLiteral("report.html"));
        f.start(path);
        f.workbench.cancel_report();
        QTRY_COMPARE_WITH_TIMEOUT(f.ended.size(), 1, 60'000);
        QVERIFY(f.ended[0][0].toString().isEmpty());
        QVERIFY(f.failed.isEmpty());
        QVERIFY(!QFile::exists(path));
    }

    void what_cannot_be_written_is_said() {
        Fixture f;
        f.start(f.file(QStringLiteral("no/such/folder/report.html")));
        QTRY_COMPARE_WITH_TIMEOUT(f.ended.size(), 1, 60'000);
        QCOMPARE(f.failed.size(), 1);
        QVERIFY(f.failed[0][0].toString().contains(QStringLiteral("no/such/folder")));
    }

    /// The GUI thread, which would have to draw, waits for the job instead: that must not hang.
    void the_program_can_end_meanwhile() {
        Fixture f;
        f.start(f.file(QStringLiteral("report.html")));
        QTest::qWait(30);
    }
};

HEADSCOPE_TEST(TestReport)
#include "test_report.moc"
